namespace Rollcall.Store.Sqlite;

/// <summary>The store's tables, a constant for each version. Times are milliseconds since 1970, UTC.</summary>
internal static class StoreSchema
{
    /// <summary>What makes each version of the one before, oldest first.</summary>
    public static readonly IReadOnlyList<string> Versions = [Version1, Version2, Version3, Version4, Budgets, Tokens];

    private const string Version1 = """
        CREATE TABLE job(
            tag TEXT PRIMARY KEY,
            account_id INTEGER NOT NULL,
            job_file TEXT NOT NULL,
            ledger_folder TEXT,          -- the ledger's current generation: a folder of Parquet files; NULL before the first
            ledger_rows INTEGER NOT NULL DEFAULT 0,
            generation INTEGER NOT NULL DEFAULT 0,
            backfilled INTEGER NOT NULL DEFAULT 0,
            first_run_ended INTEGER NOT NULL DEFAULT 0,  -- whether everyone of a first run was sent
            entering_since INTEGER,      -- since when there may be members without a row in the ledger; NULL after a run that left nobody out
            exit_action TEXT,            -- of its last run
            verified_at INTEGER NOT NULL);  -- when its books were last read to their end, to see who was taken out; at first, when the job came here

        CREATE TABLE run(
            run_id TEXT PRIMARY KEY,
            tag TEXT NOT NULL,
            state TEXT NOT NULL,         -- of RunState; look: no run, but a look at the watch that changed something
            started INTEGER NOT NULL,
            finished INTEGER,
            result TEXT,                 -- RunResult as JSON, when the run ended
            progress TEXT,               -- RunProgress as JSON, while it goes on
            failures TEXT);              -- Parquet file of what was not delivered
        CREATE INDEX run_by_tag ON run(tag, started);

        -- The journal: a row a call that changes something at Dotdigital.
        CREATE TABLE delivery(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            tag TEXT NOT NULL,
            account_id INTEGER NOT NULL,
            run_id TEXT NOT NULL,
            kind TEXT NOT NULL,          -- import | move | removal | add | unsubscribe | resubscribe | local
            state TEXT NOT NULL,         -- prepared | accepted | settled | recorded | refused
            books TEXT NOT NULL DEFAULT '',
            manifest TEXT,               -- Parquet: who and what is in it
            outcomes TEXT,               -- Parquet: what became of each
            records INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0,
            causes_mail INTEGER NOT NULL DEFAULT 0,
            remote_id TEXT,
            prepared_at INTEGER NOT NULL,
            seen_no INTEGER NOT NULL DEFAULT 0,  -- opt_out.seen_no that its manifest took account of
            accepted_at INTEGER,
            settled_at INTEGER,
            ended INTEGER,               -- Dotdigital's clock when all of it was surely done; NULL where unknown
            note TEXT);
        CREATE INDEX delivery_open ON delivery(tag, state);

        -- The single calls of an open delivery: a row before each call, its answer as it arrives.
        CREATE TABLE direct_call(
            delivery_id INTEGER NOT NULL,
            member_key TEXT NOT NULL,
            state TEXT NOT NULL,         -- sent | answered
            contact_id INTEGER,
            outcome TEXT,
            ledger_state TEXT,           -- NULL: the ledger's stays as it is
            code TEXT,
            reason TEXT,
            account_status TEXT,
            book_status TEXT,
            fields_written INTEGER NOT NULL DEFAULT 0,
            read_status INTEGER NOT NULL DEFAULT 0,
            answered_at INTEGER,
            PRIMARY KEY(delivery_id, member_key)) WITHOUT ROWID;

        CREATE TABLE opt_out(
            account_id INTEGER NOT NULL,
            book_id INTEGER NOT NULL,    -- 0: the whole account
            email_key TEXT NOT NULL,
            contact_id INTEGER,
            status TEXT NOT NULL,        -- Dotdigital's v2 status
            since INTEGER,
            cause TEXT NOT NULL,         -- theirs | this job | deleted
            seen_no INTEGER NOT NULL,    -- the store's count of readings when we learnt it: clocks step back, this does not
            asked_since INTEGER,         -- the since of the opt-out that a resubscription was sent for
            asked_at INTEGER,            -- when it was sent: an opt-out is answered once
            asked_by INTEGER,            -- the delivery that sent it
            lifted_at INTEGER,           -- when Dotdigital showed the person back: kept, and no longer counts until a later opt-out
            PRIMARY KEY(account_id, book_id, email_key)) WITHOUT ROWID;
        CREATE INDEX opt_out_seen ON opt_out(account_id, seen_no);

        CREATE TABLE opt_out_count(readings INTEGER NOT NULL);
        INSERT INTO opt_out_count VALUES (0);

        -- Opt-outs of people who were erased on request.
        CREATE TABLE forgotten_opt_out(
            account_id INTEGER NOT NULL,
            book_id INTEGER NOT NULL,    -- 0: the whole account
            hash TEXT NOT NULL,          -- HMAC-SHA256 of the member key, under forgotten.key
            status TEXT NOT NULL,
            since INTEGER,
            PRIMARY KEY(account_id, book_id, hash)) WITHOUT ROWID;

        -- People who were in a book before a job, and were erased on request.
        CREATE TABLE forgotten_there(
            tag TEXT NOT NULL,
            account_id INTEGER NOT NULL,
            book_id INTEGER NOT NULL,
            hash TEXT NOT NULL,          -- as in forgotten_opt_out
            PRIMARY KEY(tag, account_id, book_id, hash)) WITHOUT ROWID;

        CREATE TABLE opt_out_feed(
            account_id INTEGER NOT NULL,
            book_id INTEGER NOT NULL,
            complete_to INTEGER,         -- Dotdigital's clock when the last complete reading began
            reading_from INTEGER,        -- the reading under way: since when, and the rows already kept
            reading_began INTEGER,
            rows_kept INTEGER NOT NULL DEFAULT 0,
            ended INTEGER,               -- our clock when the last complete reading ended
            length INTEGER,              -- how long it took, ms
            PRIMARY KEY(account_id, book_id)) WITHOUT ROWID;

        -- Who was in a book before a job first touched it.
        CREATE TABLE already_there(
            tag TEXT NOT NULL,
            account_id INTEGER NOT NULL,
            book_id INTEGER NOT NULL,
            file TEXT,                   -- Parquet; NULL: nobody
            people INTEGER NOT NULL,
            PRIMARY KEY(tag, account_id, book_id)) WITHOUT ROWID;

        -- The books and data fields a job has used: one that vanishes later is named, not an error.
        CREATE TABLE book(
            tag TEXT NOT NULL,
            book_id INTEGER NOT NULL,
            name TEXT NOT NULL,
            mapped INTEGER NOT NULL DEFAULT 1,   -- 0: the job no longer has it
            delivered INTEGER NOT NULL DEFAULT 0,
            pending INTEGER NOT NULL DEFAULT 0,
            suppressed INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY(tag, book_id)) WITHOUT ROWID;
        CREATE TABLE data_field(
            tag TEXT NOT NULL,
            name TEXT NOT NULL COLLATE NOCASE,
            PRIMARY KEY(tag, name)) WITHOUT ROWID;

        CREATE TABLE audience(
            tag TEXT NOT NULL,
            audience TEXT NOT NULL,
            shape TEXT,                  -- AudienceShape of the last complete reading
            members INTEGER NOT NULL,
            PRIMARY KEY(tag, audience)) WITHOUT ROWID;

        CREATE TABLE outbox(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            tag TEXT NOT NULL,
            run_id TEXT NOT NULL,
            events TEXT NOT NULL,        -- Parquet file of status events
            rejected INTEGER NOT NULL DEFAULT 0,  -- how often the sink rejected some of them
            delivered_at INTEGER);
        """;

    private const string Version2 = """
        ALTER TABLE job ADD COLUMN insight TEXT;  -- Parquet: the insight records that Dotdigital was last sent; NULL before the first
        ALTER TABLE job ADD COLUMN owed TEXT;     -- Parquet: recommendations that are not yet insight records; NULL for none
        ALTER TABLE job ADD COLUMN recommended TEXT;  -- Parquet: what a table recommended to everybody, as far as it was ever read; NULL for none

        -- The table of recommendations a job last read completely.
        CREATE TABLE recommendations(
            tag TEXT PRIMARY KEY,
            collection TEXT NOT NULL,
            shape TEXT NOT NULL);        -- AudienceShape
        """;

    private const string Version3 = """
        -- People that later runs look at again: a write about them may be applied late. Times are Dotdigital's.
        CREATE TABLE watch(
            tag TEXT NOT NULL,
            account_id INTEGER NOT NULL,
            book_id INTEGER NOT NULL,    -- 0: the contact or the account, no book
            member_key TEXT NOT NULL,
            kind TEXT NOT NULL,          -- entry | removal | values | status | insight | opt_out
            why TEXT NOT NULL,
            email TEXT NOT NULL,
            contact_id INTEGER,
            since INTEGER NOT NULL,      -- when the first such write was sent
            until INTEGER NOT NULL,      -- until when one may be applied
            settled_at INTEGER,          -- values: when the contact's last write was surely done
            PRIMARY KEY(tag, book_id, member_key, kind)) WITHOUT ROWID;
        CREATE INDEX watch_of_account ON watch(account_id, book_id, kind);

        ALTER TABLE opt_out ADD COLUMN margin INTEGER NOT NULL DEFAULT 0;  -- how far "since" may be off, ms: a feed's date may lack a time or an offset
        ALTER TABLE opt_out ADD COLUMN back_since INTEGER;   -- when Dotdigital first showed the person subscribed, with no write of ours since; else NULL
        ALTER TABLE opt_out ADD COLUMN deleted_at INTEGER;   -- when the person was last seen to be deleted, by contact id and address
        ALTER TABLE run ADD COLUMN ended INTEGER;            -- Dotdigital's clock when the run ended

        -- Of the last run that held nothing of the audience: all rows, those without an email, and those of which nobody knew who they were; NULL before it.
        ALTER TABLE audience ADD COLUMN rows INTEGER;
        ALTER TABLE audience ADD COLUMN no_email INTEGER;
        ALTER TABLE audience ADD COLUMN lost INTEGER;
        """;

    private const string Version4 = """
        -- Jobs that live on.
        CREATE TABLE stored_job(
            tag TEXT PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            version INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            wish TEXT NOT NULL DEFAULT 'active',     -- active | paused | killed
            run_id TEXT,                 -- the run under way
            due_at INTEGER,              -- when the next run begins; NULL for never
            due_for TEXT NOT NULL DEFAULT 'schedule',
            start TEXT,                  -- RunStart as JSON: what the next run was asked for by the person who started it
            errors INTEGER NOT NULL DEFAULT 0,       -- runs that ended with an error, in a row
            failing_since INTEGER,
            fault TEXT NOT NULL DEFAULT '[]',        -- Problems as JSON, of the last of these
            completed INTEGER NOT NULL DEFAULT 0,    -- a job that exports once has done so
            bounced INTEGER NOT NULL DEFAULT 0,
            extra TEXT);                 -- JSON: what Lytics' job API says of a job beside what a job file says

        CREATE TABLE stored_job_count(changes INTEGER NOT NULL);
        INSERT INTO stored_job_count VALUES (0);

        CREATE TABLE job_version(
            tag TEXT NOT NULL,
            number INTEGER NOT NULL,
            text TEXT NOT NULL,          -- the job file's
            folder TEXT NOT NULL,        -- where relative paths in it start
            door TEXT NOT NULL,          -- shell | http | lytics
            author TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY(tag, number)) WITHOUT ROWID;

        CREATE TABLE job_log(
            no INTEGER PRIMARY KEY AUTOINCREMENT,
            tag TEXT NOT NULL,
            run_id TEXT,
            at INTEGER NOT NULL,
            level TEXT NOT NULL,
            code TEXT NOT NULL,
            message TEXT NOT NULL,
            context TEXT);
        CREATE INDEX job_log_of_tag ON job_log(tag, no);
        CREATE INDEX job_log_at ON job_log(at);
        """;

    private const string Budgets = """
        -- The calls of an account that processes have taken, for each window in which Dotdigital counts. A window stays only until it is of no use.
        CREATE TABLE call_window(
            host TEXT NOT NULL,
            account_id INTEGER NOT NULL,
            tier TEXT NOT NULL,
            ends INTEGER NOT NULL,       -- its end by Dotdigital's clock, in seconds since 1970
            taken INTEGER NOT NULL,      -- by all processes together
            others INTEGER NOT NULL,     -- calls of other users of the account: those that are known
            holders INTEGER NOT NULL,    -- the processes that have taken some and not left
            given INTEGER NOT NULL,      -- the answer to the last one that asked
            PRIMARY KEY(host, account_id, tier, ends)) WITHOUT ROWID;
        """;

    private const string Tokens = """
        -- Tokens of the service's HTTP APIs.
        CREATE TABLE api_token(
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            hash TEXT NOT NULL UNIQUE,   -- SHA-256 of the token, in hexadecimal
            role TEXT NOT NULL,          -- viewer | editor | admin
            sees_people INTEGER NOT NULL,
            changes_consent INTEGER NOT NULL,
            created INTEGER NOT NULL,
            ends INTEGER,
            last_used INTEGER);
        """;
}
