namespace Rollcall.Jobs;

/// <summary>Rules between the keys of a job. They do not report keys that have an error already.</summary>
internal sealed class JobRules(Job job, JobMap root, JobProblems problems)
{
    public void Check()
    {
        CheckAuthorization();
        CheckSource();
        new ConfigRules(job, problems).Check();
        CheckStatusSink();
        CheckSchedule();
        CheckFlags();
    }

    private void CheckAuthorization()
    {
        const string key = "authorization.endpoint";
        if (job.Authorization.Credentials is { Endpoint: { } endpoint } && !Endpoints.MaySendPasswordTo(endpoint))
        {
            problems.Error(key, "passwords go only to https://*.dotdigital.com, or to a simulator on this machine (http://127.0.0.1:PORT).",
                "Leave the endpoint out: Dotdigital says which one is the account's.");
        }
        else if (job.Authorization.Credentials is { Endpoint: null } && problems.Has(key))
        {
            problems.Error(key, "is not a URL.", "Write it as https://r1-api.dotdigital.com, or leave it out.");
        }
        else if (job.Authorization.Credentials is { Endpoint: not { IsLoopback: true } }
            && (root["authorization"] as JobMap)?["password"] is JobScalar password && !problems.IsBroken(password.Path) && password.Text == password.Value)
        {
            problems.Warning(
                "authorization.password",
                "the password stands in the file.",
                "Write ${NAME} and set it in the environment, or store it with rollcall auth add.");
        }
    }

    private void CheckSource()
    {
        switch (job.Source)
        {
            case TablesSourceOptions tables:
                new SourceRules(tables, problems).Check();
                break;
            case LyticsSourceOptions lytics:
                new LyticsRules("source.lytics", lytics.Access, root, problems).Check();
                new FieldNameRules(job.Config, problems).Check();
                break;
        }
    }

    private void CheckStatusSink()
    {
        if (job.StatusSink is LyticsSinkOptions lytics)
        {
            new LyticsRules("status_sink.lytics", lytics.Access, root, problems).Check();
        }

        if (problems.IsTouched("status_sink"))
        {
            return;
        }

        if (job.Config.SyncStatus && job.StatusSink is null)
        {
            problems.Error(
                "config.sync_status", "is true, but there is no status_sink.", "Say where status events go, for example: status_sink: {file: status.jsonl}");
        }
        else if (!job.Config.SyncStatus && job.StatusSink is not null && !problems.IsTouched("config"))
        {
            problems.Warning("status_sink", "nothing goes there while config.sync_status is false.", "Set it to true.");
        }

        if (job.StatusSink is PostgresSinkOptions { Url: var url }
            && !(DatabaseAddress.IsKnownUrl(url) && url.StartsWith("postgres://", StringComparison.Ordinal)))
        {
            problems.Error(
                "status_sink.postgres", "is no URL of a PostgreSQL database: postgres://user:password@host:port/database.", DatabaseAddress.Encoding);
        }

        if (job.StatusSink is PostgresSinkOptions { Table: "" })
        {
            problems.Error("status_sink.table", "is missing; the postgres sink writes into a table.");
        }
        else if (job.StatusSink is not (PostgresSinkOptions or null) && problems.Has("status_sink.table"))
        {
            problems.Error("status_sink.table", "goes with postgres alone.", "Take it out.");
        }
    }

    private void CheckSchedule()
    {
        if (job.Schedule is not { } schedule)
        {
            return;
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(schedule.Timezone, out _))
        {
            problems.Error("schedule.timezone", "this machine knows no such time zone.", "Write an IANA name such as Europe/London.");
        }

        if ((root["schedule"] as JobMap)?["at"] is JobScalar at && !problems.IsBroken(at.Path) && LocalTime.Read(at.Value, "UTC") is null)
        {
            problems.Error("schedule.at", "there is no such date and time.");
        }

        if (schedule.Cron is { } cron && CronLine.Wrong(cron) is { } wrong)
        {
            problems.Error("schedule.cron", wrong, "Five fields: minute, hour, day of the month, month, day of the week, as in \"0 6 * * 1-5\".");
        }

        if (schedule is { Continuous: false, Cron: null, At: null } && !problems.IsTouched("schedule") && problems.Has("schedule.continuous"))
        {
            problems.Error("schedule.continuous", "is false, and nothing else says when the job runs.", "Take schedule out, or give it a cron line.");
        }
    }

    private void CheckFlags()
    {
        if (job.Config is { Resubscribe: true, ResubscribeNoChallenge: true })
        {
            problems.Warning("config.resubscribe_no_challenge", "resubscribe is true as well: people are asked.", "Keep one of them.");
        }

        if (!job.JoinExisting && !job.Config.TriggerJoin)
        {
            problems.Warning("join_existing", "says nothing without config.trigger_join: true.");
        }

        if (job is { DirectApi: DirectApi.V3, Config.TriggerJoin: false })
        {
            problems.Warning("direct_api", "says nothing without config.trigger_join: true.");
        }
        else if (job.DirectApi == DirectApi.V3)
        {
            problems.Warning(
                "direct_api",
                "Dotdigital documents nowhere whether v3 fires join actions.",
                "Write v2, which is documented to fire them, or try it on one address first: rollcall run --only EMAIL.");
        }

        if (job.OnMissingField == OnMissingField.Clear && job.MergeOption == MergeOption.OverwriteIfNotEmpty)
        {
            problems.Warning("on_missing_field", "clears nothing with merge_option: overwrite_if_not_empty.", "Keep one of them.");
        }
    }
}
