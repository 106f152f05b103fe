using System.Globalization;
using System.Text.Json;
using Rollcall.Cli.Words;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.TestKit;
using Rollcall.Tests.Lytics;

namespace Rollcall.Tests.Histories;

// Runs of a history's jobs.
internal sealed partial class HistoryStage
{
    private async Task<string?> RunAsync(HistoryJob job, RunOptions options, RunOf? step, bool mayFail, bool mayBeBusy)
    {
        var began = _clocks.Theirs.GetUtcNow();
        Job file;
        lock (_model)
        {
            _model.Runs(job, began, options);
            file = JobOf(job);
        }

        _disturbed |= mayFail || step?.Kill is not null;
        var kill = new KillPoint(step?.Kill);
        var line = new HistoryLine(this, step);
        try
        {
            // A run may wait for what is synchronous: side by side means on another thread.
            Task<RunResult> Execute() => ExportRun.ExecuteAsync(file, options, Workplace(line, kill));
            var result = mayBeBusy ? await Task.Run(Execute) : await Execute();
            lock (_model)
            {
                line.Read();
                var held = result.Guards.Select(g => $"({g.Guard} {g.AddressBookId} {g.Actual})");
                var failures = result.Failures.Select(f => $"[{f.Email} {f.AddressBookId} {f.Operation} {f.Outcome} {f.Code}]");
                Tell($"{job.Tag}: {result.State} {result.ExitCode} {string.Join(' ', [.. held, .. result.InWords(file.Path).Notices, .. failures])}");
                if (kill.Struck)
                {
                    return "the run went on after it was killed";
                }

                if (result.ExitCode == ExitCode.Done && step is null or { Way: Way.Whole or Way.Verify })
                {
                    _model.Finished(job, step?.Release, Account, _books);
                }

                return AddsUp(result, job);
            }
        }
        catch (Exception) when (kill.Struck)
        {
            _model.Killed(job, began);
            Tell($"{job.Tag}: killed at {step!.Kill}");
            return null;
        }
        catch (RollcallException e) when ((mayFail && e.ExitCode is ExitCode.Dotdigital or ExitCode.SomeNotDelivered)
            || (mayBeBusy && e.ExitCode == ExitCode.Busy) || (step?.Release is not null && e.ExitCode == ExitCode.BadJob))
        {
            Tell($"{job.Tag}: {e.ExitCode} {e.Message}");
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"the run stopped: {e}";
        }
    }

    private void Tell(string what)
    {
        lock (_told)
        {
            _told.Add(what);
        }
    }

    private static bool MayFail(RunOf run) => run.Faults.Count > 0 || run.Meanwhile.Any(m => m.Step is AtDotdigital { Action: AccountAction.BookIsRecreated });

    private string? AddsUp(RunResult result, HistoryJob job)
    {
        foreach (var audience in result.Audiences)
        {
            var all = audience.Entered + audience.Updated + audience.Unchanged + audience.Suppressed + audience.Invalid + audience.Omitted + audience.Held;
            if (audience.Members != all)
            {
                return $"the totals do not add up: {audience}";
            }

            // The line of a mapping that was removed and released counts the people who left, and no rows.
            var mapped = job.Mapping.Any(m => audience.Id == $"{(char)('a' + m.Audience)}" && audience.AddressBook == $"Book {m.Book}");
            if (mapped && audience.Members != _model.Rows(audience.Id[0] - 'a').Count)
            {
                return $"not all rows are counted: {audience}";
            }
        }

        return null;
    }

    private Job JobOf(HistoryJob job)
    {
        foreach (var audience in job.Audiences.Where(_ => job.FromLytics))
        {
            _lytics.Audiences[Name(audience)] = [.. _model
                .Rows(audience)
                .Select(
                    (r, i) => JsonSerializer.Serialize(new { _uid = $"{audience}-{i}", email = r.Email, id = r.Key, spend = r.Spend, note = r.Note }))];
        }

        foreach (var audience in job.Audiences.Where(_ => !job.FromLytics))
        {
            var rows = _model.Rows(audience).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Email},{r.Key},{r.Spend},{r.Note}\n"));
            File.WriteAllText(Path.Combine(_folder, Name(audience) + ".csv"), "email,id,spend,note\n" + string.Concat(rows));
        }

        var names = job.Audiences.Order().Select(Name).ToList();
        var source = job.FromLytics
            ? $"lytics: {{token: {ScriptedLytics.Token}, url: \"{ScriptedLytics.Access.Url}\"}}"
            : $$"""tables: {files: {{{string.Join(", ", names.Select(n => $"{n}: {n}.csv"))}}}"""
                + $$""", audiences: {{{string.Join(", ", names.Select(n => $"{n}: {{from: {n}}}"))}}} }""";
        string Book(int book) => job.ByName ? $"{{name: Book {book}}}" : $"\"{_books[book]}\"";
        return JobFile.Parse(
            $$"""
            tag: {{job.Tag}}
            authorization: {username: {{Some.Username}}, password: {{Some.Password}}, endpoint: "{{_simulator.Url}}"}
            source: { {{source}} }
            config:
              segment_ids: [{{string.Join(", ", names)}}]
              seg_mappings: [{{string.Join(", ", job.Mapping.Select(m => $"{{{Name(m.Audience)}: {Book(m.Book)}}}"))}}]
              mappings: [{spend: SPEND}, {note: NOTE}]
              email_field: email
              exit_action: {{job.Exit}}
              trigger_join: {{Word(job.TriggerJoin)}}
              resubscribe: {{Word(job.Comeback == "with a challenge")}}
              resubscribe_no_challenge: {{Word(job.Comeback == "without")}}
            {{(job.VerifiedOptIn ? "  opt_in_type: VerifiedDouble" : "")}}
            {{(job.Keyed ? "  key_field: id" : "")}}
            {{(job.Insight ? "  insight_fields: [spend]" : "")}}
            resubscribe_members: {{Word(job.MembersToo)}}
            verify: {{job.Verify}}
            direct_api: {{job.DirectApi}}
            exit_existing: {{Word(job.ExitExisting)}}
            recreate_deleted: {{Word(job.RecreateDeleted)}}
            on_foreign_removal: {{(job.RestoreRemoved ? "restore" : "leave")}}
            """,
            Path.Combine(_folder, "job.yaml"),
            _ => null);
    }

    private static string Word(bool value) => value ? "true" : "false";

    private RunOptions OptionsOf(RunOf run) => new()
    {
        Only = run.Way == Way.Only ? [.. History.People.Take(3)] : [],
        Limit = run.Way == Way.Limit ? 2 : null,
        Undelivered = run.Way == Way.Retry,
        Verify = run.Way == Way.Verify,
        Adopt = run.Way switch { Way.Adopt => AdoptAs.AlreadyThere, Way.AdoptOwn => AdoptAs.Own, _ => null },
        Release = run.Release is not { } gone ? []
            : _model.Job(run.Job).Mapping.Any(m => m.Book == gone.Book) ? [Name(gone.Audience)] : [$"Book {gone.Book}"],
    };

    private static string Name(int audience) => ((char)('a' + audience)).ToString();

    /// <summary>Where the process is killed: after that, nothing is written, sent or received.</summary>
    private sealed class KillPoint((string Word, int Number)? at)
    {
        private int _passed;

        public bool Struck { get; private set; }

        public void Pass(string word)
        {
            if (Struck || (word == at?.Word && Interlocked.Increment(ref _passed) == at.Value.Number))
            {
                Struck = true;
                throw new KilledException();
            }
        }
    }

    private sealed class KilledException() : Exception("The process is dead.");
}
