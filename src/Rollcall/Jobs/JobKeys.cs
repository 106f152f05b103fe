namespace Rollcall.Jobs;

/// <summary>Every key of the job file. Checks, suggestions, the JSON Schema and docs/job-file.md come from here.</summary>
internal static class JobKeys
{
    private static TextShape Text { get; } = new();

    private static FlagShape Flag { get; } = new();

    private static TextShape Secret { get; } = new() { Secret = true };

    private static NumberShape Count { get; } = new("a whole number from 0") { Whole = true, Least = 0, Most = 1_000_000_000_000, OrNone = true };

    private static GroupShape QuietHours { get; } = new(
        "a group of keys for quiet hours",
        new("from", new TextShape { Pattern = "([01][0-9]|2[0-3]):[0-5][0-9]", Says = "a time of day such as 22:00" },
            "When they begin, in the schedule's time zone.") { Required = true },
        new("hours", new NumberShape("a number of hours above 0 and below 24") { Above = 0, Below = 24 },
            "How long they last.") { Required = true });

    private static GroupShape Schedule { get; } = new(
        "a group of keys for the schedule",
        new("cron", Text, "A cron expression of five fields: minute, hour, day of the month, month, day of the week."),
        new("continuous", Flag, "Runs again as soon as the last run has ended. `schedule: continuous` says the same."),
        new("at", new TextShape
            {
                Pattern = @"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?",
                Says = "a date and time such as 2027-01-31T09:00",
            },
            "Runs one time, then. Without an offset such as `Z` or `+01:00` it is a time in `timezone`."),
        new("timezone", Text, "An IANA time zone.") { Default = "UTC" },
        new("quiet", QuietHours, "Hours in which nothing is delivered; what happens in them is delivered after them. None when left out."))
    {
        OneOf = ["cron", "continuous", "at"],
        Example = """
            schedule:
              cron: "0 6 * * 1-5"
              timezone: Europe/London
              quiet: {from: "22:00", hours: 8}
            """,
    };

    private static GroupShape StatusSink { get; } = new(
        "a group of keys for one status sink",
        new("file", Text, "A file of JSON lines. Each run writes its own: `status.jsonl` becomes `status-RUN.jsonl` beside it, renamed when the run ends."),
        new("postgres", new TextShape { Secret = true, Pattern = "postgres(ql)?://.+", Says = "a postgres:// URL" },
            "A PostgreSQL database, as `postgres://user:password@host:port/database`. Needs `table`."),
        new("table", new TextShape { Pattern = @"[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?", Says = "a table name, maybe with a schema" },
            "The table of the `postgres` sink, maybe with its schema."),
        new("lytics", JobSourceKeys.LyticsStream, "Lytics' `dotmailer_export_status` stream, or another."),
        new("profiles", new TextShape { Pattern = @".+\.[Pp][Aa][Rr][Qq][Uu][Ee][Tt]", Says = "a path that ends in .parquet" },
            "A Parquet file with a row an address and Lytics' three user fields: `dm_account_status`, `dm_addressbook_status` (keys "
            + "`[accountID]_[addressBookId]`) and `dm_addressbook_status_ts`. Named under `source.tables.files`, it can be joined by the next run's "
            + "audiences."))
    {
        OneOf = ["file", "postgres", "lytics", "profiles"],
        Example = """
            status_sink: {file: status/loyalty.jsonl}
            """,
    };

    private static NumberShape Percent { get; } = new("a percentage from 0 to 100") { Least = 0, Most = 100, OrNone = true };

    private static GroupShape Guards { get; } = new(
        "a group of keys for the guards",
        new("max_exit_percent", Percent,
            "Most exits of one book in one run, as percent of the members this job has delivered to it. 10 exits or fewer always pass.") { Default = "20" },
        new("max_enter", Count, "Most members entering one book in one run.") { Default = "none" },
        new("max_mails", Count, "Most emails (join actions, challenges, confirmations the job asks for) one run may cause.") { Default = "1000" },
        new("max_moves", Count, "Most changed addresses in one run.") { Default = "100" },
        new("max_reject_percent", Percent,
            "Most rows of an audience, as percent, that are rejected or have no usable address. Beyond it, the audience's books are left as they are.")
            { Default = "50" },
        new("max_missing_percent", Percent,
            "Most of a book's members, as percent of those this job has in it, who may be gone from it at once, removed manually or otherwise. Beyond it, "
            + "the book is left as it is.") { Default = "20" },
        new("max_deleted_percent", Percent,
            "Most of a book's members, as percent of those this job has in it, who may be found deleted at Dotdigital at once. 10 people or fewer always "
            + "pass.") { Default = "1" },
        new("empty_audience", new ChoiceShape("stop", "allow"),
            "What happens to the books of an audience that had members and has none now: `stop` leaves them as they are, with `allow` the members exit.")
            { Default = "stop" })
    {
        Example = """
            guards: {max_exit_percent: 5, max_enter: 50000}
            """,
    };

    private static GroupShape Budget { get; } = new(
        "a group of keys for the API budget",
        new JobKey("share", new NumberShape("a number above 0, at most 1") { Above = 0, Most = 1 },
            "How much of the account's API budget this job may take; the rest is left to whatever else uses the account.") { Default = "1.0" })
    {
        Example = """
            budget: {share: 0.5}
            """,
    };

    /// <summary>The credentials of a job that does not use a stored authorization.</summary>
    private static GroupShape Credentials { get; } = new(
        "a group of keys with username and password",
        new("username", Text, "The API user's name.") { Required = true },
        new("password", Secret, "Its password. `${NAME}` keeps it out of the file.") { Required = true },
        new("endpoint", Text,
            "The account's API endpoint, `https://*.dotdigital.com`, or a loopback address for the simulator. Left out, Dotdigital's region 1 is asked for "
            + "it."))
    {
        Example = """
            authorization:
              username: apiuser-1234@apiconnector.com
              password: ${DOTDIGITAL_PASSWORD}
            """,
    };

    /// <summary>The whole file.</summary>
    public static GroupShape Root { get; } = new(
        "a job",
        new("label", Text, "A name for people.") { Default = "the tag" },
        new("description", new TextShape { MayHaveMargins = true }, "What the job is for."),
        new("tag", new TextShape
            {
                Pattern = "[a-z0-9][a-z0-9_.-]{0,63}",
                Says = "a word of lower-case letters, digits, -, _ and ., at most 64, beginning with a letter or digit",
            },
            "The job's identity in the data folder, where it is unique. A job with another tag is another job: it has no record of what this one delivered.")
            { Required = true },
        new("authorization", new EitherShape(
                new TextShape { Pattern = "[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}", Says = "the name of a stored authorization", Secret = true }, Credentials),
            "The name of an authorization stored with `rollcall auth add`, or credentials.") { Required = true },
        new("source", JobSourceKeys.Source, "Where the audiences are.") { Required = true },
        new("config", JobConfigKeys.Config, "What goes where: the keys and meanings of Lytics' job, and `key_field`.") { Required = true },
        new("schedule", new EitherShape(new ChoiceShape("continuous"), Schedule),
            "When the job runs without being started. Left out, it runs only when it is started."),
        new("status_sink", StatusSink, "Where status events go. Needs `config.sync_status: true`."),
        new("guards", Guards, "What holds changes back before anything is sent. `rollcall run --allow GUARD` passes one, once."),
        new("budget", Budget, "How much of the account's API budget the job may take."),
        new("on_missing_field", new ChoiceShape("keep", "clear"),
            "What an empty value does to a data field: `keep` leaves it as it is, `clear` empties it.") { Default = "keep" },
        new("merge_option", new ChoiceShape("overwrite", "overwrite_if_not_empty", "overwrite_if_empty"),
            "What Dotdigital does where it has a value already: the new one wins, wins unless it is empty, or wins only where there is none.")
            { Default = "overwrite" },
        new("create_missing_fields", Flag, "Creates mapped data fields that the account lacks, with the type the values have.") { Default = "false" },
        new("direct_api", new ChoiceShape("v2", "v3"),
            "Which API adds people one by one, with `trigger_join`. Only v2 is documented to fire join actions.") { Default = "v2" },
        new("join_existing", Flag, "With `trigger_join`: `false` sends the first run's members in bulk, so that they fire nothing.") { Default = "true" },
        new("resubscribe_members", Flag, "Resubscribes also those who opted out while they were members.") { Default = "false" },
        new("exit_existing", Flag,
            "Exits also act on people who were in the book before this job, once they have been in an audience and left it.") { Default = "false" },
        new("recreate_deleted", Flag,
            "Creates people again who were delivered by this job and then deleted at Dotdigital: in the run after the one that finds this. People who opted "
            + "out before stay out.") { Default = "false" },
        new("on_foreign_removal", new ChoiceShape("leave", "restore"),
            "What happens to a member who was removed from a book by somebody else: `leave` leaves them out, `restore` puts them back.")
            { Default = "leave" },
        new("insight_on_exit", new ChoiceShape("keep", "remove"),
            "What happens to the insight records of a person who was put into a book by this job, once they have left all its books: a call a person and "
            + "collection removes them.") { Default = "keep" },
        new("verify", new ChoiceShape("auto", "full", "off"),
            "Whether people who entered are read back: `auto` where that costs at most 50 calls, `full` always, `off` never.") { Default = "auto" },
        new("verify_every", new TextShape { Pattern = "[1-9][0-9]{0,3}[mhd]|never", Says = "a time such as 7d, 12h or 30m, or never" },
            "How often a run compares what it delivered with what the books hold.") { Default = "7d" },
        new("watch_for", new TextShape { Pattern = "[1-9][0-9]{0,3}[mhd]", Says = "a time such as 7d, 12h or 30m" },
            "How long each run looks again at people after a write whose result is unknown: Dotdigital may apply it late.") { Default = "7d" });
}
