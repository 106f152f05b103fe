using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.V3;

/// <summary>Contact imports and their status.</summary>
internal sealed class ImportCalls(Simulation simulation, ContactWriter writer) : IDisposable
{
    private readonly Dictionary<Guid, ImportJob> _jobs = [];
    private int _accepted;

    public IEnumerable<Operation> Operations =>
    [
        new("importContacts", "PUT", "/contacts/v3/import", Framework.Contacts, Tier.Low, Start),
        new("getImportStatus", "GET", "/contacts/v3/import/{importId}", Framework.Contacts, Tier.Unlimited, Read),
    ];

    public void Dispose()
    {
        foreach (var job in _jobs.Values)
        {
            job.Timer?.Dispose();
        }
    }

    private Reply Start(Call call)
    {
        var body = ImportBody.Read(call.Body);
        if (_jobs.Values.Count(job => job.IsActive) >= simulation.Options.MaxActiveImports)
        {
            throw Refuse.Contacts(
                429, "tooManyActiveImports",
                "Your import request cannot be accepted as too many imports are being processed for you account. Please wait for an import to complete and "
                    + "then resubmit.");
        }

        var started = new ImportJob(++_accepted, body) { IsForgotten = simulation.Options.ForgottenImport == _accepted };
        _jobs.Add(started.Id, started);
        if (simulation.Options.StuckImport != started.Number)
        {
            started.Timer = simulation.Clock.CreateTimer(_ => started.Run(simulation, writer), null, Latency(started), Timeout.InfiniteTimeSpan);
        }

        return Reply.Json(202,
        json => {
            json.WriteStartObject();
            json.WriteString("importId", started.Id);
            json.WriteEndObject();
        });
    }

    private TimeSpan Latency(ImportJob job)
    {
        var options = simulation.Options;
        return options.ImportLatency
            + (options.ImportLatencyPerContact * job.Count)
            + (options.SlowImport == job.Number ? options.SlowImportDelay : TimeSpan.Zero)
            + (job.IsForgotten ? options.LateForgotten : TimeSpan.Zero);
    }

    private Reply Read(Call call)
    {
        if (!Guid.TryParse(call.Path[0], out var id))
        {
            throw Refuse.Contacts(400, "invalidId", $"The id value '{call.Path[0]}' is not a recognized import identifier");
        }

        if (!_jobs.TryGetValue(id, out var job) || job.IsForgotten || (!job.IsActive && simulation.Now - job.Ended > simulation.Options.ReportRetention))
        {
            throw Refuse.Contacts(404, "importNotFound", $"The import request '{id}' could not be found!");
        }

        var status = job.Status;
        return Reply.Streamed(200,
        async (json, cancellation) => {
            json.WriteStartObject();
            json.WriteString("importId", id);
            json.WriteString("status", status);
            if (status == "Finished")
            {
                await job.Report.Write(json, cancellation);
            }

            json.WriteEndObject();
        });
    }
}
