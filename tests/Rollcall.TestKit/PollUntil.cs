using Xunit;

namespace Rollcall.TestKit;

/// <summary>Waits for another process or thread. Gives up after a number of polls, not after a time, so that a slow machine only takes longer.</summary>
public static class PollUntil
{
    private const int Looks = 30_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Polls until a condition holds; fails the test with a description when it never does.</summary>
    public static async Task TrueAsync(Func<bool> condition, string what) =>
        await TrueAsync(() => ValueTask.FromResult(condition()), () => what);

    /// <summary>Polls until a condition holds; fails the test with a description when it never does.</summary>
    public static async Task TrueAsync(Func<ValueTask<bool>> condition, Func<string> what)
    {
        for (var look = 0; look < Looks; look++)
        {
            if (await condition())
            {
                return;
            }

            await Task.Delay(Pause, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"Never came, in {Looks} looks: {what()}");
    }
}
