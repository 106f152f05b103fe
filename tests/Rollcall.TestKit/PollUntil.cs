using Xunit;

namespace Rollcall.TestKit;

/// <summary>Waits for what another process or thread will do. Gives up after a number of looks, never by the clock, so that a slow machine only takes longer.</summary>
public static class PollUntil
{
    private const int Looks = 30_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Looks until a condition holds; fails the test, saying what never came, when it never does.</summary>
    public static async Task TrueAsync(Func<bool> condition, string what) =>
        await TrueAsync(() => ValueTask.FromResult(condition()), () => what);

    /// <summary>Looks until a condition holds; fails the test, saying what never came, when it never does.</summary>
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
