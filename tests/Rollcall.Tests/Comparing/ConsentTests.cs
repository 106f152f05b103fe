using System.Globalization;
using Rollcall.Comparing;
using Rollcall.Model;
using Rollcall.TestKit;
using Rollcall.Work;
using Xunit;

namespace Rollcall.Tests.Comparing;

/// <summary>
/// Whether a person who opted out may be asked back, and if not, why. The run is on day 100; a situation names days: of the opt-out (<c>out:</c>, with
/// <c>latest:</c> the latest that its date leaves open), of the entry into the audience (<c>entered:</c>), of an earlier question (<c>asked:</c>).
/// </summary>
public sealed class ConsentTests : IDisposable
{
    private const string Allowed = "";
    private const string NotUnsubscribed = "Only someone who unsubscribed can be resubscribed.";
    private const string AsMember = "The person opted out as a member of the audience, or on the day they entered it.";
    private const string Today = "The opt-out is of today; it has to be of an earlier day.";
    private const string Undated = "Dotdigital does not say since when.";
    private const string OtherAddress = "The opt-out is of another address of the same contact.";
    private const string Answered = "A resubscription was sent on 1970-03-";
    private const string Erased = "The person opted out and was erased since; nothing more is known of them, and nobody is asked then.";
    private const string BookAlone = "The person left this book alone, and an import resubscribes only people who left the account.";

    private readonly TempFolder _folder = new();
    private readonly RunDatabase _db;

    public ConsentTests() => _db = new RunDatabase(_folder.Path, CancellationToken.None);

    [Theory]
    [InlineData("new account out:50", Allowed)]
    [InlineData("new account out:98", Allowed)]
    [InlineData("new account out:99.5", Today)]
    [InlineData("new account out:100", Today)]
    [InlineData("new account out:98 latest:99.5", Today)]
    [InlineData("new account out:98 latest:99", Allowed)]
    [InlineData("new account undated", Undated)]
    [InlineData("new account out:50 bounced", NotUnsubscribed)]
    [InlineData("new account out:50 erased", Erased)]
    [InlineData("new account out:50 contact", OtherAddress)]
    [InlineData("new account out:50 undated contact", OtherAddress)]
    [InlineData("new account out:50 since:51", Allowed)]
    [InlineData("new account out:50 since:50.5", AsMember)]
    [InlineData("new account out:50 since:50.9", AsMember)]
    [InlineData("left account out:50 entered:10", Allowed)]
    [InlineData("left code:RemovedAtDotdigital account out:50 entered:10", AsMember)]
    [InlineData("left code:RemovedAtDotdigital account out:50 entered:60", Allowed)]
    [InlineData("delivered account out:50 entered:10", AsMember)]
    [InlineData("delivered account out:50 entered:60", Allowed)]
    [InlineData("delivered account out:50 entered:50", AsMember)]
    [InlineData("delivered account out:50 entered:60 member:10", AsMember)]
    [InlineData("delivered book out:50 entered:60 member:10", Allowed)]
    [InlineData("suppressed account out:50 entered:60 status:Unsubscribed", Allowed)]
    [InlineData("suppressed account out:50 entered:60 status:HardBounced", NotUnsubscribed)]
    [InlineData("suppressed account out:50 entered:60", NotUnsubscribed)]
    [InlineData("new account out:50 asked:70", Answered)]
    [InlineData("new account out:80 asked:70", Allowed)]
    [InlineData("new account out:71 asked:70", Answered)]
    [InlineData("new account out:71.5 asked:70", Allowed)]
    [InlineData("delivered", Allowed)]
    public void An_opt_out_is_answered_once_if_it_came_before_the_entry(string situation, string why) =>
        AssertWhy(why, situation, new ConsentRules(Asks: true, Members: false, OfBooks: true, Day(100)));

    [Theory]
    [InlineData("delivered account out:50 entered:10", Allowed)]
    [InlineData("delivered account out:99.5 entered:10", Today)]
    [InlineData("delivered account undated entered:10", Undated)]
    [InlineData("delivered account out:50 entered:10 bounced", NotUnsubscribed)]
    [InlineData("delivered account out:50 entered:10 asked:70", Answered)]
    public void A_job_may_ask_people_who_opted_out_as_members(string situation, string why) =>
        AssertWhy(why, situation, new ConsentRules(Asks: true, Members: true, OfBooks: true, Day(100)));

    [Theory]
    [InlineData("new book out:50", BookAlone)]
    [InlineData("new account out:50", Allowed)]
    [InlineData("new account book out:50", BookAlone)]
    [InlineData("new book out:50 bounced", NotUnsubscribed)]
    public void An_import_asks_nobody_back_who_left_one_book(string situation, string why) =>
        AssertWhy(why, situation, new ConsentRules(Asks: true, Members: false, OfBooks: false, Day(100)));

    [Theory]
    [InlineData("pending code:Challenged account out:50 asked:70", Allowed)]
    [InlineData("pending code:UnansweredChallenge account out:50 asked:70 contact", Allowed)]
    [InlineData("pending code:Challenged account undated asked:70", Allowed)]
    [InlineData("pending code:Challenged account out:50 asked:70 bounced", NotUnsubscribed)]
    [InlineData("pending code:Challenged account out:50 asked:70 erased", Erased)]
    [InlineData("new account out:50 asked:70", Answered)]
    public void The_user_may_have_one_person_asked_again(string situation, string why) =>
        AssertWhy(why, situation, new ConsentRules(Asks: true, Members: false, OfBooks: true, Day(100)) { Repeats = true });

    [Fact]
    public void A_job_that_asks_nobody_has_no_reason_to_give() =>
        AssertWhy(Allowed, "new account out:99 bounced", ConsentRules.Never);

    public void Dispose()
    {
        _db.Dispose();
        _folder.Dispose();
    }

    private static long Day(double day) => (long)(day * 86_400_000);

    private void AssertWhy(string why, string situation, ConsentRules rules)
    {
        var words = situation.Split(' ');
        string? Word(string name) => words.FirstOrDefault(word => word.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
        long? DayOf(string name) => Word(name) is { } day ? Day(double.Parse(day, CultureInfo.InvariantCulture)) : null;
        string Number(long? value) => $"{value?.ToString(CultureInfo.InvariantCulture) ?? "NULL"}::BIGINT";
        string Text(string? value) => $"{SqlText.Literal(value)}::VARCHAR";
        var (left, asked) = (DayOf("out:"), DayOf("asked:"));
        rules = DayOf("since:") is { } since ? rules with { EnteringSince = since } : rules;
        var said = _db.Query(
            $"""
            SELECT {Consent.WhyNot(rules)} FROM (SELECT
                {Text(words[0] == "new" ? null : words[0])} AS state, {Text(Word("code:"))} AS code, {Text(Word("status:"))} AS known_status,
                {Text(words.Contains("account") ? "Unsubscribed" : null)} AS account_out, {Text(words.Contains("book") ? "Unsubscribed" : null)} AS book_out,
                {!words.Contains("bounced")} AS only_unsubscribed, {words.Contains("erased")} AS forgotten, {words.Contains("contact")} AS by_contact_only,
                {!words.Contains("undated")} AS dated, {Number(asked)} AS asked_at, NULL::BIGINT AS asked_since, {Number(left)} AS out_since,
                {Number(DayOf("latest:") ?? left)} AS out_latest, {Number(DayOf("entered:"))} AS entered_at, {Number(DayOf("member:"))} AS member_since)
            """,
            row => row.IsDBNull(0) ? "" : row.GetString(0))[0];
        Assert.StartsWith(why, said, StringComparison.Ordinal);
        Assert.Equal(why.Length == 0, said.Length == 0);
    }
}
