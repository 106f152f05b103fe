using Microsoft.Extensions.Time.Testing;
using Rollcall.Cli.Reports;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1, "1 byte")]
    [InlineData(999, "999 bytes")]
    [InlineData(1_000, "1 kB")]
    [InlineData(3_240_000, "3.2 MB")]
    [InlineData(49_999_999, "50 MB")]
    [InlineData(12_345_678_901, "12.35 GB")]
    public void Sizes_are_in_decimal_units(long bytes, string text) => Assert.Equal(text, Figures.Bytes(bytes));

    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(9.9, "9.9 s")]
    [InlineData(12.4, "12 s")]
    [InlineData(72, "1 min 12 s")]
    [InlineData(7_500, "2 h 5 min")]
    [InlineData(180_000, "50 h 0 min")]
    public void Times_are_as_exact_as_people_need(double seconds, string text) => Assert.Equal(text, Figures.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, 10, "0 %")]
    [InlineData(1, 1_000, "1 %")]
    [InlineData(999, 1_000, "99 %")]
    [InlineData(1_000, 1_000, "100 %")]
    [InlineData(0, 0, "100 %")]
    public void A_percentage_is_whole_only_when_it_is(long part, long whole, string text) => Assert.Equal(text, Figures.Percent(part, whole));

    [Fact]
    public void Counts_have_separators_and_zero_is_a_dot()
    {
        Assert.Equal("1,234,567", Figures.Count(1_234_567));
        Assert.Equal("·", Figures.Cell(0));
        Assert.Equal("1 call", Counted.Of(1, "call"));
        Assert.Equal("2,000 people", Counted.Of(2_000, "person", "people"));
    }

    [Fact]
    public void A_time_is_shown_in_the_readers_time_zone()
    {
        var clock = new FakeTimeProvider();
        clock.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("there", TimeSpan.FromHours(2), null, null));
        Assert.Equal("2026-11-25 01:30", Figures.Time(new DateTimeOffset(2026, 11, 24, 23, 30, 0, TimeSpan.Zero), clock));
    }
}
