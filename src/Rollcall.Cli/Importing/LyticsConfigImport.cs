using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core.Events;
using static Rollcall.Cli.Importing.JobFileWriter;

namespace Rollcall.Cli.Importing;

/// <summary>The keys under <c>config</c> of a Lytics job.</summary>
internal sealed partial class LyticsConfigImport(LyticsKeys config, JobFileWriter file, ImportNotes notes)
{
    private const int MostFieldChanges = 75;

    private static readonly string[] ReservedDataFields = ["email", "id", "contactid", "notes", "unsubscribed"];

    public (bool BackfillOnly, bool SyncStatus) Write()
    {
        WriteAudiences();
        var mapped = WriteMappings("mappings");
        WriteText("email_field", required: true);
        WriteText("id_field");
        WriteChoice("email_type", ["Html", "PlainText"], "Lytics sends Html where a job says nothing; Rollcall leaves it to Dotdigital, and whoever chose keeps it.");
        WriteChoice("opt_in_type", ["Unknown", "Single", "Double", "VerifiedDouble"], "Lytics sends Unknown where a job says nothing; Rollcall leaves it to Dotdigital, and whoever chose keeps it.");
        WriteExitAction();
        WriteFieldChanges(mapped);
        WriteTriggerJoin();
        WriteResubscribe();
        var backfillOnly = WriteFlag("backfill_only");
        var syncStatus = WriteFlag("sync_status");
        WriteRecommendations();
        foreach (var key in config.Rest)
        {
            notes.LeaveOut(config.PathOf(key.Name), key.Value, key.Name is "username" or "password"
                ? "belongs to the authorization, not into a job file."
                : "is no key that Rollcall knows, and is left out.");
        }

        return (backfillOnly, syncStatus);
    }

    private void WriteAudiences()
    {
        var ids = config.Texts("segment_ids");
        if (ids.Count > 0)
        {
            file.Write("segment_ids", List(ids.Select(Text)));
        }
        else
        {
            notes.Say("config.segment_ids", "is missing or empty: the job exports no audience.", "Name the audiences.");
        }

        var seen = new HashSet<(string, string)>();
        var pairs = new List<IEnumerable<ParsingEvent>>();
        foreach (var (id, value) in config.Pairs("seg_mappings"))
        {
            if (!ids.Contains(id))
            {
                notes.LeaveOut("config.seg_mappings", Pair(id, value), $"{LyticsKeys.Shown(id)} is not in segment_ids, so this pair is left out.");
            }
            else if (!seen.Add((id, LyticsKeys.AsText(value)?.Trim() ?? AsJson(value))))
            {
                notes.Say("config.seg_mappings", $"{LyticsKeys.Shown(id)} is mapped to the same book twice; it is written once.");
            }
            else if (Book(id, value) is { } book)
            {
                pairs.Add(Map([(id, book)]));
            }
        }

        if (pairs.Count > 0)
        {
            file.Write("seg_mappings", List(pairs));
        }

        foreach (var id in ids.Where(id => !seen.Any(pair => pair.Item1 == id)))
        {
            notes.Say("config.seg_mappings", $"{LyticsKeys.Shown(id)} goes into no address book.", "Map it, or take it out of segment_ids.");
        }
    }

    private IEnumerable<ParsingEvent>? Book(string id, JsonElement value)
    {
        if (LyticsKeys.AsText(value)?.Trim() is not { Length: > 0 } text)
        {
            notes.LeaveOut("config.seg_mappings", Pair(id, value), "names no address book, and is left out.", "Map it by the book's id, or as {name: ...}.");
            return null;
        }

        if (BookId().IsMatch(text))
        {
            return Quoted(text);
        }

        notes.Say("config.seg_mappings", $"{LyticsKeys.Shown(text)} is no address book id; it is taken for a name.", "Write create: true beside it where the book is to be created.");
        return Map([("name", JobFileWriter.Text(text))]);
    }

    /// <returns>The user fields that are mapped.</returns>
    private HashSet<string> WriteMappings(string key)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var fields = new HashSet<string>();
        var pairs = new List<IEnumerable<ParsingEvent>>();
        foreach (var (field, value) in config.Pairs(key))
        {
            var dataField = LyticsKeys.AsText(value)?.Trim() ?? "";
            var wrong = !DataField().IsMatch(dataField) ? "is no data field name (1 to 20 letters, digits, _ and -)"
                : ReservedDataFields.Contains(dataField, StringComparer.OrdinalIgnoreCase) ? "is a word Dotdigital keeps for itself"
                : !taken.Add(dataField) ? "has its values from another field already"
                : null;
            if (wrong is not null)
            {
                notes.LeaveOut(config.PathOf(key), Pair(field, value), $"{LyticsKeys.Shown(dataField)} {wrong}, so this pair is left out.");
                continue;
            }

            fields.Add(field);
            pairs.Add(Map([(field, Text(dataField))]));
        }

        if (pairs.Count > 0)
        {
            file.Write(key, List(pairs));
        }

        return fields;
    }

    private void WriteText(string key, bool required = false)
    {
        if (config.Text(key) is { } text)
        {
            file.Write(key, Text(text));
        }
        else if (required)
        {
            notes.Say(config.PathOf(key), "is missing.", "Name the field with the email address.");
        }
    }

    private void WriteChoice(string key, string[] choices, string unsaid)
    {
        if (config.Text(key) is not { } text)
        {
            notes.Say(config.PathOf(key), unsaid);
            file.LeftOut(key, choices[0]);
        }
        else if (choices.FirstOrDefault(choice => string.Equals(choice, text, StringComparison.OrdinalIgnoreCase)) is { } known)
        {
            file.Write(key, Text(known));
        }
        else
        {
            notes.LeaveOut(config.PathOf(key), JsonSerializer.Serialize(text), $"is none of {string.Join(", ", choices)}, and is left out.");
        }
    }

    private void WriteExitAction()
    {
        const string Key = "exit_action";
        var action = config.Text(Key)?.ToLowerInvariant();
        if (action is not (null or "ignore" or "unsubscribe" or "remove"))
        {
            notes.LeaveOut("config.exit_action", JsonSerializer.Serialize(action), "is none of ignore, unsubscribe, remove, and is left out: ignore.");
            return;
        }

        if (action is "remove" or "unsubscribe")
        {
            notes.Say(
                "config.exit_action",
                "exits act on people whom this job put into the book, and a guard holds them back when they are too many.",
                "The people in the books already are left there; rollcall run FILE --adopt=own, the first time, makes them this job's own, and lets go those in no audience.");
        }

        if (action is not null)
        {
            file.Write(Key, Text(action));
        }
    }

    private void WriteFieldChanges(HashSet<string> mapped)
    {
        var fields = config.Texts("field_changes");
        var known = fields.Where(mapped.Contains).ToList();
        foreach (var field in fields.Where(field => !mapped.Contains(field)))
        {
            notes.LeaveOut("config.field_changes", JsonSerializer.Serialize(field), $"{LyticsKeys.Shown(field)} is not in mappings, so nothing of it would be sent; it is left out.");
        }

        if (known.Count > MostFieldChanges)
        {
            notes.Say("config.field_changes", $"has {known.Count} fields; the most is {MostFieldChanges}.");
        }

        if (known.Count > 0)
        {
            file.Write("field_changes", List(known.Select(Text)));
        }
        else if (fields.Count > 0)
        {
            notes.Say("config.field_changes", "none of its fields is mapped; without it, a change of any mapped field updates a member.");
        }
    }

    private void WriteTriggerJoin()
    {
        if (config.Flag("trigger_join"))
        {
            notes.Say(
                "config.trigger_join",
                "a run that would fire more than 1,000 join actions is held back (guards.max_mails).",
                "Members of the first run fire nothing with join_existing: false.");
            file.Write("trigger_join", Plain("true"));
        }
    }

    private void WriteResubscribe()
    {
        var (asked, unasked) = (config.Flag("resubscribe"), config.Flag("resubscribe_no_challenge"));
        if (!asked && !unasked)
        {
            return;
        }

        notes.Say(
            asked ? "config.resubscribe" : "config.resubscribe_no_challenge",
            "Rollcall brings back people who had unsubscribed before they entered an audience.",
            "Lytics' wider reading, also those who opt out as members: resubscribe_members: true");
        if (asked)
        {
            file.Write("resubscribe", Plain("true"));
        }

        if (asked && unasked)
        {
            notes.Say("config.resubscribe_no_challenge", "resubscribe is true as well: people are asked.", "Keep one of them.");
        }

        if (unasked)
        {
            file.Write("resubscribe_no_challenge", Plain("true"));
        }
    }

    private void WriteRecommendations()
    {
        var collection = config.Text("collection_id");
        if (collection is not null)
        {
            file.Write("collection_id", Text(collection));
        }

        var mapped = WriteMappings("recommender_mappings");
        var fields = config.Texts("insight_fields");
        if (fields.Count > 0)
        {
            file.Write("insight_fields", List(fields.Select(Text)));
        }

        var insight = WriteFlag("insight_recommendations");
        if (collection is not null && mapped.Count == 0 && !insight)
        {
            notes.Say("config.collection_id", "there are neither recommender_mappings nor insight_recommendations, so no recommendation goes anywhere.");
        }
        else if (collection is null && (mapped.Count > 0 || insight))
        {
            notes.Say("config.collection_id", "is missing, so there are no recommendations to send.");
        }
    }

    private bool WriteFlag(string key)
    {
        var flag = config.Flag(key);
        if (flag)
        {
            file.Write(key, Plain("true"));
        }

        return flag;
    }

    private static string Pair(string key, JsonElement value) => $"{{{JsonSerializer.Serialize(key)}: {AsJson(value)}}}";

    [GeneratedRegex(@"^[1-9][0-9]{0,17}\z")]
    private static partial Regex BookId();

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,20}\z")]
    private static partial Regex DataField();
}
