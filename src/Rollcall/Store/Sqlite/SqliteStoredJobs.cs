using Rollcall.Model;

namespace Rollcall.Store.Sqlite;

internal sealed class SqliteStoredJobs(StoreConnection db) : IStoredJobs
{
    /// <summary>The condition, on a row with a <c>tag</c>, that its job was not killed: a killed one wants nobody.</summary>
    public const string NotKilled = "tag NOT IN (SELECT tag FROM stored_job WHERE wish = 'killed')";

    private const string Jobs =
        """
        SELECT tag, id, version, created, updated, wish, run_id, due_at, due_for, start, errors, failing_since, fault, completed, bounced, extra
        FROM stored_job
        """;

    private const string Lines = "SELECT no, tag, run_id, at, level, code, message, context FROM job_log";

    public long Changes => db.Number("SELECT changes FROM stored_job_count");

    public IReadOnlyList<StoredJob> All() => db.Query<StoredJob>($"{Jobs} ORDER BY tag");

    public StoredJob? Find(string tag) => db.First<StoredJob>($"{Jobs} WHERE tag = @tag", new { tag });

    public StoredJob? OfId(string id) => db.First<StoredJob>($"{Jobs} WHERE id = @id", new { id });

    public bool Add(StoredJob job, JobVersion version) => db.InTransaction(() =>
    {
        var added = db.Execute(
            "INSERT OR IGNORE INTO stored_job(tag, id, version, created, updated) VALUES (@Tag, @Id, @Version, @Created, @Updated)", Row(job)) > 0;
        if (added)
        {
            Keep(job);
            Keep(version);
        }

        return added;
    });

    public StoredJob? Change(string tag, Func<StoredJob, JobChange?> change) => db.InTransaction(() =>
    {
        if (Find(tag) is not { } job || change(job) is not { } changed)
        {
            return Find(tag);
        }

        Keep(changed.Job);
        if (changed.Version is { } version)
        {
            Keep(version);
        }

        if (changed.Line is { } line)
        {
            Insert(line);
        }

        return changed.Job;
    });

    public IReadOnlyList<JobVersion> Versions(string tag) => db.Query<JobVersion>(
        "SELECT tag, number, '' AS text, folder, door, author, at FROM job_version WHERE tag = @tag ORDER BY number DESC", new { tag });

    public JobVersion? Version(string tag, long number) => db.First<JobVersion>(
        "SELECT tag, number, text, folder, door, author, at FROM job_version WHERE tag = @tag AND number = @number", new { tag, number });

    public void Log(JobLogLine line) => db.InTransaction(() => Insert(line));

    public IReadOnlyList<JobLogLine> LogOf(string? tag, DateTimeOffset since, long after, int most) => db.Query<JobLogLine>(
        $"""
        {Lines} WHERE no > @after AND at >= @since
            AND (tag = @tag OR @tag IS NULL AND {NotKilled})
        ORDER BY no LIMIT @most
        """,
        new { tag, since, after, most });

    public void ForgetLog(DateTimeOffset before) => db.Commit("DELETE FROM job_log WHERE at < @before", new { before });

    private void Keep(StoredJob job)
    {
        db.Execute(
            """
            UPDATE stored_job SET version = @Version, updated = @Updated, wish = @Wish, run_id = @RunId, due_at = @DueAt, due_for = @DueFor, start = @Start,
                errors = @Errors, failing_since = @FailingSince, fault = @Fault, completed = @Completed, bounced = @Bounced, extra = @Extra
            WHERE tag = @Tag
            """,
            Row(job));
        db.Execute("UPDATE stored_job_count SET changes = changes + 1");
    }

    private void Keep(JobVersion version) => db.Execute(
        "INSERT INTO job_version(tag, number, text, folder, door, author, at) VALUES (@Tag, @Number, @Text, @Folder, @Door, @Author, @At)",
        new { version.Tag, version.Number, version.Text, version.Folder, Door = Word(version.Door), version.Author, version.At });

    private void Insert(JobLogLine line) => db.Execute(
        "INSERT INTO job_log(tag, run_id, at, level, code, message, context) VALUES (@Tag, @RunId, @At, @Level, @Code, @Message, @Context)",
        new { line.Tag, line.RunId, line.At, Level = Word(line.Level), line.Code, line.Message, line.Context });

    private static object Row(StoredJob job) => new
    {
        job.Tag, job.Id, job.Version, job.Created, job.Updated, Wish = Word(job.Wish), job.RunId, job.DueAt, DueFor = Word(job.DueFor), job.Start,
        job.Errors, job.FailingSince, job.Fault, job.Completed, job.Bounced, job.Extra,
    };

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
