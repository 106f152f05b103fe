using Rollcall.Store;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Store;

public sealed class LockTests
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Asking_about_a_lock_keeps_nobody_from_taking_it()
    {
        using var folder = new TempFolder();
        var data = new DataFolder(folder.Path);
        data.TryLock("job")!.Dispose();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        var asking = Enumerable.Range(0, 2).Select(_ => Task.Run(() => AskUntil(data, over.Token), _cancellation)).ToList();

        var refused = Enumerable.Range(0, 2000).Count(_ =>
        {
            using var taken = data.TryLock("job");
            return taken is null;
        });

        await over.CancelAsync();
        await Task.WhenAll(asking);
        Assert.Equal(0, refused);
    }

    [Fact]
    public async Task Those_who_ask_do_not_take_each_other_for_a_run()
    {
        using var folder = new TempFolder();
        var data = new DataFolder(folder.Path);
        data.TryLock("job")!.Dispose();

        var asking = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 500).Count(_ => data.IsLocked("job")), _cancellation));
        var seen = await Task.WhenAll(asking);

        Assert.All(seen, times => Assert.Equal(0, times));
    }

    [Fact]
    public void A_lock_that_is_held_is_seen_and_stays_with_who_has_it()
    {
        using var folder = new TempFolder();
        var data = new DataFolder(folder.Path);
        Assert.False(data.IsLocked("job"));

        using (data.TryLock("job"))
        {
            Assert.True(data.IsLocked("job"));
            Assert.Null(data.TryLock("job"));
            Assert.True(data.IsLocked("job"));
        }

        Assert.False(data.IsLocked("job"));
        using (data.TryRareLock("rare"))
        {
            Assert.True(data.IsLocked("rare"));
        }

        Assert.False(data.IsLocked("rare"));
    }

    private static void AskUntil(DataFolder data, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            data.IsLocked("job");
        }
    }
}
