using System.Text.Json;

namespace Rollcall.Simulators.V3;

/// <summary>One contact import: accepted now, applied when its time has come.</summary>
internal sealed class ImportJob(int number, ImportBody body)
{
    private const int RecordsAtOnce = 256;

    public Guid Id { get; } = Guid.NewGuid();

    public int Number => number;

    public int Count { get; } = body.Count;

    public string Status { get; private set; } = "NotFinished";

    public bool IsActive => Status == "NotFinished" && !IsForgotten;

    /// <summary>Whether its status is 404 although it is applied.</summary>
    public bool IsForgotten { get; init; }

    public DateTime Ended { get; private set; }

    public ImportReport Report { get; } = new();

    public ITimer? Timer { get; set; }

    private ImportBody? Body { get; set; } = body;

    /// <summary>Applies the records, a few at a time so that other calls can run in between, and finishes as configured.</summary>
    public void Run(Simulation simulation, ContactWriter writer)
    {
        var options = simulation.Options;
        var verdict = options.WatchdogImport == Number || Count > options.WatchdogAbove ? "RejectedByWatchdog"
            : options.FailedImport == Number ? "Failed"
            : "Finished";
        Report.OmitsEvery = options.ReportOmitsEvery;
        var limit = verdict == "Finished" ? int.MaxValue : options.AppliedBeforeRejection;
        var full = !Apply(simulation, writer, 0, limit);
        var comesLate = verdict != "Finished" && !full && options.LateRejected > TimeSpan.Zero;
        lock (simulation.State.Gate)
        {
            Ended = simulation.Now;
            Status = full ? "ExceedsAllowedContactLimit" : verdict;
            if (!comesLate)
            {
                Forget();
            }
        }

        if (comesLate)
        {
            simulation.Late.After(options.LateRejected,
            () => {
                Apply(simulation, writer, limit, int.MaxValue);
                Forget();
            });
        }
    }

    private void Forget()
    {
        Body = null;
        Touched.Clear();
    }

    private HashSet<long> Touched { get; } = [];

    /// <summary>Applies the records from the one at <paramref name="from"/> on, up to the one at <paramref name="limit"/>.</summary>
    /// <returns>Whether the account had room for everyone.</returns>
    private bool Apply(Simulation simulation, ContactWriter writer, int from, int limit)
    {
        var reader = new Utf8JsonReader(Body!.Contacts.Span);
        reader.Read();
        for (var skipped = 0; skipped < from; skipped++)
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                return true;
            }

            reader.Skip();
        }

        var done = from;
        while (done < limit)
        {
            lock (simulation.State.Gate)
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
                        Report.Add(record, writer.WriteImported(record, Body!.Merge, Touched, simulation.Now));
                    }
                    catch (AccountFullException)
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }
}
