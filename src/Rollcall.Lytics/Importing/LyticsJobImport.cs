using System.Text;
using System.Text.Json;
using Rollcall.Model;
using static Rollcall.Lytics.Importing.JobFileWriter;

namespace Rollcall.Lytics.Importing;

/// <summary>Converts a Lytics job to a job file. Nothing is dropped silently: what has no counterpart stays in the file as a comment.</summary>
internal sealed class LyticsJobImport
{
    private const string Authorization = "dotdigital";
    private const string TokenVariable = "LYTICS_TOKEN";
    private const int LongestTag = 64;

    private readonly JobFileWriter _file = new();
    private readonly ImportNotes _notes;
    private readonly LyticsKeys _job;

    private LyticsJobImport(JsonElement job)
    {
        _notes = new ImportNotes(_file);
        _job = new LyticsKeys(job, "", _notes);
    }

    /// <summary>Creates a job file from what the Lytics job API returned.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="name">Its name in messages.</param>
    /// <exception cref="RollcallException">Exit 2: it contains no job of the supported workflow.</exception>
    public static (string JobFile, IReadOnlyList<Problem> Notes) Convert(string text, string name)
    {
        var import = new LyticsJobImport(LyticsJobText.Find(text, name));
        import.Write();
        return (import._file.ToString(), import._notes.All);
    }

    private void Write()
    {
        _job.Take("workflow");
        var (id, name, old, status) = (_job.Text("id"), _job.Text("name"), _job.Text("state"), _job.Text("status"));
        var state = new LyticsJobState(old ?? status, IsOld: old is not null);
        _file.Remark($"Created from {(id is null ? "a Lytics job" : $"the Lytics job {id}")} by rollcall import-lytics. Check it: rollcall check FILE");
        WriteState(state);
        _file.Blank();
        WriteIdentity(id, name);
        WriteAuthorization();
        WriteSource();
        var config = new LyticsKeys(_job.Take("config")!.Value, "config.", _notes);
        _file.Blank();
        _file.Begin("config");
        var (backfillOnly, syncStatus) = new LyticsConfigImport(config, _file, _notes).Write();
        _file.End();
        new LyticsScheduleImport(_job, _file, _notes).Write(state, backfillOnly);
        WriteStatusSink(syncStatus);
        WriteRest();
    }

    private void WriteState(LyticsJobState state)
    {
        if (!state.IsOrdinary)
        {
            _notes.Say("state", $"in Lytics the job is {state.Word}.", state.Runs ? null : "Start it when you want it to run.");
        }
    }

    private void WriteIdentity(string? id, string? name)
    {
        var given = _job.Text("tag");
        var tag = Tag(given) ?? Tag(name) ?? Tag(id) ?? "lytics-job";
        if (given is not null && given != tag)
        {
            _notes.Say("tag", $"the tracking slug is {LyticsKeys.Shown(given)}; a tag may contain only lower-case letters, digits, -, _ and .");
        }
        else if (given is null)
        {
            _notes.Say("tag", "the job has no tracking slug, so the tag is derived from its name or id.", "Do not change it later: it is the job's identity.");
        }

        _file.Write("tag", Text(tag));
        if (name is not null && Clean(name) is { Length: > 0 } label)
        {
            _file.Write("label", Text(label));
        }

        if (_job.Text("description") is { } description && Clean(description) is { Length: > 0 } text)
        {
            _file.Write("description", Text(text));
        }
    }

    private void WriteAuthorization()
    {
        _file.Blank();
        var authorizations = _job.Texts("auth_ids");
        var which = authorizations.Count == 0 ? "" : $" ({string.Join(", ", authorizations)})";
        _notes.Say(
            "auth_ids",
            $"Lytics does not export passwords, so the authorization{which} is referenced, not copied.",
            $"Store the Dotdigital API user: rollcall auth add {Authorization} --username USER");
        if (authorizations.Count > 1)
        {
            _notes.Say("auth_ids", "the job has several authorizations; a job file has one.", "Check which one is Dotdigital's.");
        }

        _file.Write("authorization", Text(Authorization));
    }

    private void WriteSource()
    {
        _file.Blank();
        _notes.Say("source", "the Lytics API token is read from the environment.", $"Set it: export {TokenVariable}=...");
        _file.Begin("source");
        _file.Write("lytics", Lytics());
        _file.End();
    }

    private void WriteStatusSink(bool syncStatus)
    {
        if (syncStatus)
        {
            _file.Blank();
            _file.Begin("status_sink");
            _file.Write("lytics", Lytics());
            _file.End();
        }
    }

    private void WriteRest()
    {
        var verbose = _job.Take("verbose_logging");
        var rest = _job.Rest.ToList();
        if (verbose is null && rest.Count == 0)
        {
            return;
        }

        _file.Blank();
        if (verbose is { } value)
        {
            _notes.LeaveOut("verbose_logging", value, "has no counterpart: failures are always listed (rollcall failures).");
        }

        foreach (var key in rest)
        {
            _notes.LeaveOut(key.Name, key.Value, "is not a key that Rollcall knows, and is left out.");
        }
    }

    private static IEnumerable<YamlDotNet.Core.Events.ParsingEvent> Lytics() => Map([("token", Plain($"${{{TokenVariable}}}"))]);

    /// <summary>The text as a valid tag; null when nothing remains.</summary>
    private static string? Tag(string? text)
    {
        var tag = new StringBuilder();
        foreach (var c in (text ?? "").ToLowerInvariant())
        {
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '.' or '-')
            {
                tag.Append(c);
            }
            else if (tag.Length > 0 && tag[^1] != '-')
            {
                tag.Append('-');
            }
        }

        var fit = tag.ToString().TrimStart('-', '_', '.');
        fit = fit.Length > LongestTag ? fit[..LongestTag] : fit;
        fit = text == fit ? fit : fit.TrimEnd('-');
        return fit.Length == 0 ? null : fit;
    }

    /// <summary>Without characters that are not allowed in a job file.</summary>
    private static string Clean(string text) =>
        new string(
            [.. text.EnumerateRunes().Where(rune => rune.Value is '\n' or '\r' or '\t' || (!Rune.IsControl(rune) && rune != Rune.ReplacementChar))
                .SelectMany(rune => rune.ToString())]).Trim();
}
