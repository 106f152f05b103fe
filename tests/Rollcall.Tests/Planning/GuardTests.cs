using CsCheck;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Planning;
using Xunit;

namespace Rollcall.Tests.Planning;

public sealed class GuardTests
{
    private static readonly IReadOnlySet<string> Nothing = new HashSet<string>();

    [Theory]
    [InlineData(10, 10, false)]
    [InlineData(11, 50, true)]
    [InlineData(20, 100, false)]
    [InlineData(21, 100, true)]
    public void Exits_beyond_a_fifth_are_held_but_never_ten_or_fewer(long exits, long delivered, bool held)
    {
        var verdict = Guards.Judge(Job(new GuardOptions()), [Load(0, exits: exits, delivered: delivered)], 0, Nothing);

        Assert.Equal(held, verdict.Books.Contains(0));
        Assert.Equal(held, verdict.Held.Any(g => g.Guard == "exits"));
    }

    [Theory]
    [InlineData(10, 10, false)]
    [InlineData(11, 220, false)]
    [InlineData(12, 220, true)]
    [InlineData(1000, 100_000, false)]
    [InlineData(1001, 100_000, true)]
    public void Unsubscribing_is_held_beyond_a_twentieth_or_a_thousand_even_if_the_job_allows_more(long exits, long delivered, bool held)
    {
        foreach (var percent in new double?[] { 20, 100, null })
        {
            var verdict = Guards.Judge(
                Job(new GuardOptions { MaxExitPercent = percent }, ExitAction.Unsubscribe),
                [Load(0, exits: exits, delivered: delivered)],
                0,
                Nothing);
            Assert.Equal(held, verdict.Held.Any(g => g.Guard == "exits"));
        }

        Assert.Empty(
            Guards.Judge(
                Job(new GuardOptions(), ExitAction.Unsubscribe),
                [Load(0, exits: exits, delivered: delivered)],
                0,
                new HashSet<string> { "exits" }).Held);
    }

    [Fact]
    public void A_held_book_holds_no_other_and_too_many_mails_hold_the_run()
    {
        var options = new GuardOptions { MaxEnter = 5, MaxMails = 3 };
        var verdict = Guards.Judge(Job(options), [Load(0, enters: 6), Load(1, enters: 5)], 4, Nothing);

        Assert.Equal([0], verdict.Books);
        Assert.True(verdict.Run);
        Assert.Equal(["enters", "mails"], verdict.Held.Select(g => g.Guard));
    }

    [Fact]
    public void Allowing_every_guard_holds_nothing_at_any_load()
    {
        var all = new HashSet<string> { "exits", "enters", "mails", "moves", "empty", "watchdog" };
        var load = Gen.Select(Gen.Long[0, 1000], Gen.Long[0, 1000], Gen.Long[0, 1000], Gen.Long[0, 3], (e, x, d, w) => Load(0, e, x, d, w, ["a"]));
        Gen.Select(load, Gen.Long[0, 5000]).Sample((l, mails) =>
        {
            var verdict = Guards.Judge(Job(new GuardOptions { MaxEnter = 1 }), [l], mails, all);
            return verdict is { Held.Count: 0, Books.Count: 0, Run: false };
        });
    }

    private static BookLoad Load(int no, long enters = 0, long exits = 0, long delivered = 0, long rejected = 0, params string[] empty) =>
        new(new RunBook(no, 100 + no, $"Book {no}"), enters, exits, delivered, rejected, empty);

    private static Job Job(GuardOptions guards, ExitAction exits = ExitAction.Remove) => new()
    {
        Tag = "t",
        Label = "t",
        Path = "/t.yaml",
        Authorization = new JobAuthorization("prod", null),
        Source = new TablesSourceOptions { Audiences = new Dictionary<string, AudienceQuery>() },
        Config = new ExportConfig { SegmentIds = ["a"], SegMappings = [], EmailField = "email", ExitAction = exits },
        Guards = guards,
    };
}
