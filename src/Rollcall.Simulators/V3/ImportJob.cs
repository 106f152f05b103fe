using System.Text.Json;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V3;

/// <summary>One contact import: accepted now, applied when its time has come.</summary>
internal sealed class ImportJob(int number, ImportBody body)
{
    private const int RecordsAtOnce = 256;

    public Guid Id { get; } = Guid.NewGuid();

    public int Number => number;

    public int Count { get; } = body.Count;

    public string Status { get; private set; } = "NotFinished";

    public bool IsActive => Status == "NotFinished";

    public DateTime Ended { get; private set; }

    public ImportReport Report { get; } = new();

    public ITimer? Timer { get; set; }

    private ImportBody? Body { get; set; } = body;

    /// <summary>Applies the records, a few at a time so that other calls come in between, and ends as the switches say.</summary>
    public void Run(Simulation simulation, ContactWriter writer)
    {
        var options = simulation.Options;
        var verdict = options.WatchdogImport == Number || Count > options.WatchdogAbove ? "RejectedByWatchdog"
            : options.FailedImport == Number ? "Failed"
            : "Finished";
        var limit = verdict == "Finished" ? int.MaxValue : options.AppliedBeforeRejection;
        var full = !Apply(simulation.State, record => writer.WriteImported(record, Body!.Merge, Touched, simulation.Now), limit);
        lock (simulation.State.Gate)
        {
            Body = null;
            Touched.Clear();
            Ended = simulation.Now;
            Status = full ? "ExceedsAllowedContactLimit" : verdict;
        }
    }

    private HashSet<long> Touched { get; } = [];

    /// <returns>Whether the account had room for everyone.</returns>
    private bool Apply(AccountState state, Func<ContactRecord, Written> write, int limit)
    {
        var reader = new Utf8JsonReader(Body!.Contacts.Span);
        reader.Read();
        var done = 0;
        while (done < limit)
        {
            lock (state.Gate)
            {
                for (var i = 0; i < RecordsAtOnce && done < limit; i++, done++)
                {
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.EndArray)
                    {
                        return true;
                    }

                    using var json = JsonDocument.ParseValue(ref reader);
                    try
                    {
                        var record = ContactRecordReader.Read(json.RootElement, import: true);
                        Report.Add(record, write(record));
                    }
                    catch (AccountFullException)
                    {
                        return false;
                    }
                    catch (InvalidOperationException)
                    {
                        // What System.Text.Json throws for an escaped half of a surrogate pair, found only when the text is read.
                        Report.Add(new ContactRecord(), new Written(null, false, new Failure("ApiSchemaViolation", "A text is not Unicode")));
                    }
                }
            }
        }

        return true;
    }
}
