using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class ListingTests
{
    private static string Written(int? width, params string[][] rows)
    {
        var listing = new Listing(new("Book"), new("Members", Number: true), new("Why"));
        foreach (var row in rows)
        {
            listing.Add(row);
        }

        var writer = new StringWriter();
        listing.Write(Terminal.Create(writer, terminal: false, dumb: true, new Dictionary<string, string>(), width));
        return writer.ToString().ReplaceLineEndings("\n");
    }

    [Fact]
    public void Numbers_stand_to_the_right_and_text_to_the_left() => Assert.Equal(
        """
        Book    Members  Why
        VIP      12,345  all
        Brazil        7  some

        """,
        Written(80, ["VIP", "12,345", "all"], ["Brazil", "7", "some"]));

    [Fact]
    public void Text_is_broken_between_words_where_the_window_is_narrow() => Assert.Equal(
        """
        Book  Members  Why
        VIP         1  unsubscribed
                       from the
                       account

        """,
        Written(28, ["VIP", "1", "unsubscribed from the account"]));

    [Fact]
    public void Each_row_is_a_list_where_words_have_no_room() => Assert.Equal(
        """
        VIP
          Members 1
          Why unsubscribed

        """,
        Written(20, ["VIP", "1", "unsubscribed"]));

    [Fact]
    public void Columns_that_may_be_left_out_are_where_there_is_no_room()
    {
        var listing = new Listing(new("Run"), new("Started", LeftOut: 2), new("Calls", LeftOut: 1));
        listing.Add("one", "yesterday", "1,234");
        string At(int width)
        {
            var writer = new StringWriter();
            listing.Write(Terminal.Create(writer, terminal: false, dumb: true, new Dictionary<string, string>(), width));
            return writer.ToString().ReplaceLineEndings("\n").Split('\n')[0];
        }

        Assert.Equal("Run  Started    Calls", At(30));
        Assert.Equal("Run  Started", At(18));
        Assert.Equal("Run", At(6));
    }

    [Fact]
    public void Off_a_terminal_no_line_is_broken() =>
        Assert.Equal(2, Written(null, ["VIP", "1", string.Join(' ', Enumerable.Repeat("word", 300))]).TrimEnd().Split('\n').Length);

    [Fact]
    public void Markup_and_control_characters_of_the_data_do_nothing() =>
        Assert.Contains("[red]x[/]�[31m", Written(80, ["[red]x[/]\u001b[31m", "1", ""]), StringComparison.Ordinal);

    [Fact]
    public void Wide_letters_keep_the_columns_straight()
    {
        var lines = Written(80, ["名前", "1", "a"], ["abcd", "2", "b"]).Split('\n');
        Assert.Equal("名前        1  a", lines[1]);
        Assert.Equal("abcd        2  b", lines[2]);
    }
}
