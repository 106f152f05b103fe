using Rollcall.Delivering;
using Rollcall.Model;
using Rollcall.TestKit;
using Rollcall.Work;
using Xunit;

namespace Rollcall.Tests.Work;

/// <summary>A run that is cancelled does not wait for a statement of its database to end.</summary>
public sealed class RunDatabaseTests : IDisposable
{
    // Hours, if nothing ends it.
    private const string Long = "FROM range(10_000_000) AS a, range(10_000_000) AS b WHERE begun((a.range + b.range)::VARCHAR) = ''";

    private static readonly TimeSpan Safety = TimeSpan.FromMinutes(1);

    private readonly TempFolder _folder = new();
    private readonly CancellationTokenSource _run = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose()
    {
        _run.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public Task A_statement_ends_when_the_run_is_cancelled_while_it_lasts() =>
        ExpectEndedAsync(db => db.Execute($"CREATE TABLE pairs AS SELECT a.range AS a, b.range AS b {Long}"));

    [Fact]
    public Task A_number_ends_when_the_run_is_cancelled_while_it_is_counted() => ExpectEndedAsync(db => db.Number($"SELECT count(*) {Long}"));

    [Fact]
    public Task A_query_ends_when_the_run_is_cancelled_while_it_lasts() =>
        ExpectEndedAsync(db => db.Query($"SELECT max(a.range + b.range) {Long}", row => row.GetInt64(0)));

    [Fact]
    public Task A_stream_of_bodies_ends_when_the_run_is_cancelled_while_it_is_read() => ExpectEndedAsync(db =>
    {
        using var reading = db.Open();
        using var rows = new Utf8Rows(reading, $"SELECT a.range::UBIGINT, b.range::VARCHAR {Long}", _run.Token);
        rows.Read();
    });

    [Fact]
    public Task A_stream_of_events_ends_when_the_run_is_cancelled_while_it_is_read() => ExpectEndedAsync(db =>
    {
        using var reading = db.Open();
        Assert.Empty(reading.Stream($"SELECT a.range {Long}", row => row.GetInt64(0), _run.Token));
    });

    [Fact]
    public async Task What_is_cleaned_up_after_the_cancellation_is_not_interrupted()
    {
        using var db = Open("run", _run.Token);
        db.Execute("CREATE TABLE litter(a INTEGER)");
        await ExpectEndedAsync(db, () => db.Execute($"SELECT count(*) {Long}"));

        db.Connection.Execute("DROP TABLE litter", TestContext.Current.CancellationToken);
        Assert.Empty(db.Connection.Query("SELECT table_name FROM duckdb_tables()", row => row.GetString(0), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task No_statement_begins_after_the_cancellation()
    {
        using var db = Open("run", _run.Token);
        await _run.CancelAsync();

        Assert.ThrowsAny<OperationCanceledException>(() => db.Execute("CREATE TABLE late(a INTEGER)"));
        Assert.ThrowsAny<OperationCanceledException>(() => db.Number("SELECT 1"));
        Assert.ThrowsAny<OperationCanceledException>(() => db.Query("SELECT 1", row => row.GetInt32(0)));
    }

    [Fact]
    public async Task A_cancelled_run_leaves_the_database_of_another_alone()
    {
        using var other = Open("other", TestContext.Current.CancellationToken);
        using (var db = Open("run", _run.Token))
        {
            await ExpectEndedAsync(db, () => db.Number($"SELECT count(*) {Long}"));
        }

        Assert.Equal(45, other.Number("SELECT sum(range) FROM range(10)"));
    }

    private RunDatabase Open(string name, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_folder[name]);
        return new RunDatabase(_folder[name], cancellation);
    }

    private async Task ExpectEndedAsync(Action<RunDatabase> statement)
    {
        using var db = Open("run", _run.Token);
        await ExpectEndedAsync(db, () => statement(db));
    }

    private async Task ExpectEndedAsync(RunDatabase db, Action statement)
    {
        TextFunction.Register(db.Connection, "begun", text =>
        {
            _begun.TrySetResult();
            return text;
        });
        var under = Task.Run(statement, TestContext.Current.CancellationToken);
        await Task.WhenAny(_begun.Task, under).WaitAsync(Safety, TestContext.Current.CancellationToken);

        await _run.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => under.WaitAsync(Safety, TestContext.Current.CancellationToken));
    }
}
