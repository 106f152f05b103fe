using Microsoft.Extensions.Time.Testing;
using Rollcall.Jobs;
using Rollcall.Recording;
using Rollcall.Running;
using Rollcall.TestKit;
using Rollcall.Tests.Reading;
using Xunit;

namespace Rollcall.Tests.Recording;

public sealed class ProfilesSinkTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ReadingWorkshop _workshop = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    private string Path => _folder["status/profiles.parquet"];

    [Fact]
    public async Task Events_become_the_streams_three_fields()
    {
        await DeliverAsync(
            new StatusEvent("e1", "Ann@example.com", 4711, "Subscribed", 12, "Subscribed"),
            new StatusEvent("e2", "ann@example.com", 4711, "Unsubscribed", 13, "Removed"),
            new StatusEvent("e3", "bob@example.com", 4711, "Subscribed", 12, "Subscribed"));

        Assert.Equal(
            [
                "ann@example.com|{4711=Unsubscribed}|{4711_12=Subscribed, 4711_13=Removed}|2026-05-01 12:00:00",
                "bob@example.com|{4711=Subscribed}|{4711_12=Subscribed}|2026-05-01 12:00:00",
            ],
            Rows());
    }

    [Fact]
    public async Task Later_events_change_only_what_they_say()
    {
        await DeliverAsync(
            new StatusEvent("e1", "ann@example.com", 4711, "Subscribed", 12, "Subscribed"),
            new StatusEvent("e2", "bob@example.com", 4711, "Subscribed", 12, "Subscribed"));
        _clock.Advance(TimeSpan.FromHours(1));

        await DeliverAsync(
            new StatusEvent("e3", "ann@example.com", 4712, "Subscribed", 14, "Subscribed"),
            new StatusEvent("e4", "ann@example.com", 4711, "Subscribed", 12, "Removed"));

        Assert.Equal(
            [
                "ann@example.com|{4711=Subscribed, 4712=Subscribed}|{4711_12=Removed, 4712_14=Subscribed}|2026-05-01 13:00:00",
                "bob@example.com|{4711=Subscribed}|{4711_12=Subscribed}|2026-05-01 12:00:00",
            ],
            Rows());
    }

    [Fact]
    public async Task Of_one_delivery_the_last_event_counts()
    {
        await DeliverAsync(
            new StatusEvent("e1", "ann@example.com", 4711, "Subscribed", 12, "Subscribed"),
            new StatusEvent("e2", "ann@example.com", 4711, "Unsubscribed", 12, "Unsubscribed"));

        Assert.Equal(["ann@example.com|{4711=Unsubscribed}|{4711_12=Unsubscribed}|2026-05-01 12:00:00"], Rows());
    }

    [Fact]
    public async Task A_delivery_that_comes_again_changes_nothing()
    {
        StatusEvent[] events =
        [
            new("e1", "ann@example.com", 4711, "Subscribed", 12, "Subscribed"),
            new("e2", "ann@example.com", 4711, "Unsubscribed", 12, "Unsubscribed"),
        ];
        await DeliverAsync(events);
        var before = Rows();
        _clock.Advance(TimeSpan.FromHours(1));

        await DeliverAsync(events);

        Assert.Equal(before, Rows());
    }

    [Fact]
    public async Task Nothing_else_is_left_next_to_the_file()
    {
        await DeliverAsync(new StatusEvent("e1", "ann@example.com", 4711, "Subscribed", 12, "Subscribed"));

        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder["status"]));
    }

    [Fact]
    public async Task Someone_elses_file_is_not_overwritten()
    {
        Directory.CreateDirectory(_folder["status"]);
        await File.WriteAllTextAsync(Path, "not parquet", TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<StatusSinkException>(() => DeliverAsync(new StatusEvent("e1", "ann@example.com", 4711, "Subscribed", 12, "Subscribed")));

        Assert.Equal("not parquet", await File.ReadAllTextAsync(Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_job_that_writes_at_the_same_time_makes_it_wait()
    {
        Directory.CreateDirectory(_folder["status"]);
        await using var other = new FileStream(Path + ".lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        await Assert.ThrowsAsync<StatusSinkException>(() => DeliverAsync(new StatusEvent("e1", "ann@example.com", 4711, "Subscribed", 12, "Subscribed")));
    }

    public void Dispose()
    {
        _workshop.Dispose();
        _folder.Dispose();
    }

    private Task DeliverAsync(params StatusEvent[] events) =>
        new ProfilesSink(new ProfilesSinkOptions(Path), _clock).DeliverAsync("run", events.ToAsyncEnumerable(), TestContext.Current.CancellationToken);

    private IReadOnlyList<string> Rows() =>
        _workshop.Query($"""
            SELECT email, dm_account_status::VARCHAR, dm_addressbook_status::VARCHAR, dm_addressbook_status_ts::VARCHAR
            FROM read_parquet('{Path}') ORDER BY email
            """);
}
