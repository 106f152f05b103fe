using Rollcall.Store;
using Xunit;

namespace Rollcall.Tests.Store;

public abstract partial class StoreCompliance
{
    private static readonly CallWindow Minute = new("r1-api.dotdigital.com", Account, "Medium", 1_796_040_060);

    [Fact]
    public void Calls_of_a_window_are_given_out_once()
    {
        Assert.Equal(18, Take(Minute, wanted: 18, upTo: 40));
        Assert.Equal(18, Take(Minute, wanted: 18, upTo: 40));
        Assert.Equal(4, Take(Minute, wanted: 18, upTo: 40));
        Assert.Equal(0, Take(Minute, wanted: 18, upTo: 40));
        Assert.Equal(1, Take(Minute, wanted: 1, upTo: 41));

        Assert.Equal(18, Take(Minute with { Ends = Minute.Ends + 60 }, wanted: 18, upTo: 40));
        Assert.Equal(18, Take(Minute with { Tier = "Low" }, wanted: 18, upTo: 40));
        Assert.Equal(18, Take(Minute with { AccountId = Account + 1 }, wanted: 18, upTo: 40));
        Assert.Equal(18, Take(Minute with { Host = "localhost:5000" }, wanted: 18, upTo: 40));
    }

    [Fact]
    public void Calls_that_have_started_count_even_where_there_is_no_room()
    {
        Assert.Equal(10, Take(Minute, owed: 8, wanted: 5, upTo: 10));
        Assert.Equal(3, Take(Minute, owed: 3, wanted: 5, upTo: 10));
        Assert.Equal(0, Take(Minute, wanted: 5, upTo: 13));
        Assert.Equal(1, Take(Minute, wanted: 5, upTo: 14));
    }

    [Fact]
    public void Calls_that_are_given_back_are_given_to_others()
    {
        Take(Minute, wanted: 10, upTo: 10);
        Assert.Equal(-4, Take(Minute, owed: -4, upTo: 10));
        Assert.Equal(4, Take(Minute, wanted: 5, upTo: 10));
    }

    [Fact]
    public void Calls_that_were_counted_and_not_taken_are_those_of_other_users()
    {
        Assert.Equal(2, Take(Minute, owed: 1, wanted: 1, upTo: 100, counted: 31));
        Assert.Equal(68, Take(Minute, wanted: 100, upTo: 100, counted: 2));
        Assert.Equal(0, Take(Minute, wanted: 100, upTo: 100, counted: 2));

        var next = Minute with { Ends = Minute.Ends + 60 };
        Take(next, wanted: 10, upTo: 100);
        Assert.Equal(5 + 70, Take(next, owed: 5, wanted: 100, upTo: 100, counted: 30));
    }

    [Fact]
    public void Processes_that_come_to_a_window_and_leave_it_are_counted_while_it_is_of_use()
    {
        Assert.Equal(0, Store.Budgets.Holders(Minute));
        Take(Minute, wanted: 1, upTo: 10, holders: 1);
        Take(Minute, wanted: 1, upTo: 10, holders: 1);
        Take(Minute, wanted: 1, upTo: 10);
        Assert.Equal(2, Store.Budgets.Holders(Minute));
        Take(Minute, owed: -1, upTo: 10, holders: -1);
        Assert.Equal(1, Store.Budgets.Holders(Minute));

        Take(Minute with { Ends = Minute.Ends + 60 }, wanted: 1, upTo: 10, holders: 1);
        Assert.Equal(1, Store.Budgets.Holders(Minute));
        Take(Minute with { Ends = Minute.Ends + 86_400 }, wanted: 1, upTo: 10, holders: 1);
        Assert.Equal(0, Store.Budgets.Holders(Minute));
    }

    private int Take(CallWindow window, int owed = 0, int wanted = 0, int upTo = 0, int counted = 0, int holders = 0) =>
        Store.Budgets.Take(window, new CallClaim(owed, wanted, upTo, counted, holders));
}
