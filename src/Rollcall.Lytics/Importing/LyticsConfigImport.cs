using System.Text.Json;
using System.Text.RegularExpressions;
using Rollcall.Jobs;
using YamlDotNet.Core.Events;
using static Rollcall.Lytics.Importing.JobFileWriter;

namespace Rollcall.Lytics.Importing;

/// <summary>The keys under <c>config</c> of a Lytics job.</summary>
internal sealed partial class LyticsConfigImport(LyticsKeys config, JobFileWriter file, ImportNotes notes)
{
    public (bool BackfillOnly, bool SyncStatus) Write()
    {
        WriteAudiences();
        var mapped = WriteMappings("mappings");
        WriteText("email_field", required: true);
        WriteText("id_field");
        WriteChoice(
            "email_type", ["Html", "PlainText"],
            "Lytics sends Html when a job does not set it; Rollcall leaves it to Dotdigital, so people keep what they chose.");
        WriteChoice(
            "opt_in_type", ["Unknown", "Single", "Double", "VerifiedDouble"],
            "Lytics sends Unknown when a job does not set it; Rollcall leaves it to Dotdigital, so people keep what they chose.");
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
                ? "belongs to the authorization, not in the job file."
                : "is not a key that Rollcall knows, and is left out.");
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
                notes.Say("config.seg_mappings", $"{LyticsKeys.Shown(id)} is mapped to the same book twice; the pair is written once.");
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
            notes.Say("config.seg_mappings", $"{LyticsKeys.Shown(id)} is not mapped to an address book.", "Map it, or remove it from segment_ids.");
        }
    }

    private IEnumerable<ParsingEvent>? Book(string id, JsonElement value)
    {
        if (LyticsKeys.AsText(value)?.Trim() is not { Length: > 0 } text)
        {
            notes.LeaveOut("config.seg_mappings", Pair(id, value), "has no address book, and is left out.", "Map it by the book's id, or as {name: ...}.");
            return null;
        }

        if (BookId().IsMatch(text))
        {
            return Quoted(text);
        }

        notes.Say(
            "config.seg_mappings", $"{LyticsKeys.Shown(text)} is not an address book id, so it is used as a name.", "Add create: true to create the book.");
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
            var wrong = !DataField().IsMatch(dataField) ? "is not a data field name (1 to 20 letters, digits, _ and -)"
                : ExportConfig.ReservedDataFields.Contains(dataField, StringComparer.OrdinalIgnoreCase) ? "is a name reserved by Dotdigital"
                : !taken.Add(dataField) ? "is already mapped from another field"
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
            notes.Say(config.PathOf(key), "is missing.", "Name the field that contains the email address.");
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
            notes.LeaveOut(config.PathOf(key), JsonSerializer.Serialize(text), $"is not one of {string.Join(", ", choices)}, and is left out.");
        }
    }

    private void WriteExitAction()
    {
        const string Key = "exit_action";
        var action = config.Text(Key)?.ToLowerInvariant();
        if (action is not (null or "ignore" or "unsubscribe" or "remove"))
        {
            notes.LeaveOut("config.exit_action", JsonSerializer.Serialize(action), "is not one of ignore, unsubscribe, remove, and is left out: ignore.");
            return;
        }

        if (action is "remove" or "unsubscribe")
        {
            notes.Say(
                "config.exit_action",
                "exits act only on people this job put into the book, and a guard holds them back when there are too many.",
                "People who are already in the books stay there. To make them this job's own and exit those in no audience, use rollcall run FILE "
                    + "--adopt=own for the first run.");
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
            notes.LeaveOut(
                "config.field_changes", JsonSerializer.Serialize(field),
                $"{LyticsKeys.Shown(field)} is not in mappings, so it would never be sent; it is left out.");
        }

        if (known.Count > ExportConfig.MostFieldChanges)
        {
            notes.Say("config.field_changes", $"has {known.Count} fields; the maximum is {ExportConfig.MostFieldChanges}.");
        }

        if (known.Count > 0)
        {
            file.Write("field_changes", List(known.Select(Text)));
        }
        else if (fields.Count > 0)
        {
            notes.Say("config.field_changes", "none of its fields is mapped, so it is left out and a change of any mapped field updates a member.");
        }
    }

    private void WriteTriggerJoin()
    {
        if (config.Flag("trigger_join"))
        {
            notes.Say(
                "config.trigger_join",
                "a run that would fire more than 1,000 join actions is held back (guards.max_mails).",
                "With join_existing: false, members of the first run fire no join actions.");
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
            "Rollcall resubscribes people who unsubscribed before they entered an audience.",
            "To include people who opt out as members, as Lytics does: resubscribe_members: true");
        if (asked)
        {
            file.Write("resubscribe", Plain("true"));
        }

        if (asked && unasked)
        {
            notes.Say("config.resubscribe_no_challenge", "resubscribe is also true, so people are asked.", "Keep one of them.");
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
            notes.Say("config.collection_id", "neither recommender_mappings nor insight_recommendations is set, so no recommendation is sent.");
        }
        else if (collection is null && (mapped.Count > 0 || insight))
        {
            notes.Say("config.collection_id", "is missing, so no recommendations are sent.");
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
