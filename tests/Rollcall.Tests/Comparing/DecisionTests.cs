using Rollcall.Comparing;
using Rollcall.Model;
using Rollcall.TestKit;
using Rollcall.Work;
using Xunit;

namespace Rollcall.Tests.Comparing;

/// <summary>
/// What is to be done with a member and book, by what is known of them. A situation is written in words: <c>wanted</c> or <c>gone</c>, the ledger's state
/// (<c>new</c> for none), and what differs from a member who opted out of nothing, whose values are the same and whose audience is mapped.
/// </summary>
public sealed class DecisionTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RunDatabase _db;

    public DecisionTests() => _db = new RunDatabase(_folder.Path, CancellationToken.None);

    // Members nobody opted out of.
    [Theory]
    [InlineData("wanted new", "enter")]
    [InlineData("wanted new differs", "enter")]
    [InlineData("wanted delivered", "unchanged")]
    [InlineData("wanted delivered differs", "update")]
    [InlineData("wanted delivered code:CameBack", "unchanged")]
    [InlineData("wanted delivered code:ClaimedByAnotherJob", "update")]
    [InlineData("wanted delivered code:FoundThere", "unchanged")]
    [InlineData("wanted delivered unmapped", "unchanged")]
    [InlineData("wanted pending", "unchanged")]
    [InlineData("wanted pending differs", "update")]
    [InlineData("wanted pending code:AwaitsConfirmation", "still_pending")]
    [InlineData("wanted pending code:AwaitsConfirmation differs", "still_pending")]
    [InlineData("wanted pending code:WaitsToBeAdded", "still_pending")]
    [InlineData("wanted pending code:UnansweredMail", "still_pending")]
    [InlineData("wanted pending code:ClaimedByAnotherJob", "update")]
    [InlineData("wanted failed", "enter")]
    [InlineData("wanted failed code:Unanswered", "enter")]
    [InlineData("wanted failed code:RejectedByWatchdog", "enter")]
    [InlineData("wanted left", "enter")]
    [InlineData("wanted left code:AlreadyThere", "enter")]
    [InlineData("wanted left code:ExitIgnored", "enter")]
    [InlineData("wanted left code:RemovedAtDotdigital", "still_removed")]
    [InlineData("wanted left code:RemovedAtDotdigital restore", "enter")]
    [InlineData("wanted left code:Moved", "enter")]
    [InlineData("wanted suppressed", "still_suppressed")]
    [InlineData("wanted suppressed code:HardBounced differs", "still_suppressed")]
    [InlineData("wanted suppressed code:DeletedAtDotdigital", "still_suppressed")]
    [InlineData("wanted suppressed code:DeletedAtDotdigital recreated", "enter")]
    [InlineData("wanted invalid", "still_invalid")]
    [InlineData("wanted invalid differs", "still_invalid")]
    [InlineData("gone delivered", "exit")]
    [InlineData("gone delivered differs", "exit")]
    [InlineData("gone delivered unmapped", "taken_out")]
    [InlineData("gone delivered code:FoundThere", "none")]
    [InlineData("gone delivered code:FoundThere unmapped", "none")]
    [InlineData("gone delivered code:Adopted", "exit")]
    [InlineData("gone delivered code:CameBack", "exit")]
    [InlineData("gone delivered code:ClaimedByAnotherJob", "exit")]
    [InlineData("gone pending", "exit")]
    [InlineData("gone pending unmapped", "taken_out")]
    [InlineData("gone pending code:AwaitsConfirmation", "none")]
    [InlineData("gone pending code:WaitsToBeAdded", "none")]
    [InlineData("gone pending code:UnansweredMail", "exit")]
    [InlineData("gone failed", "leave")]
    [InlineData("gone failed code:RejectedByWatchdog", "leave")]
    [InlineData("gone failed code:Unanswered", "exit")]
    [InlineData("gone failed code:ReportGone", "exit")]
    [InlineData("gone failed code:NotReported", "exit")]
    [InlineData("gone failed code:NotInBook", "exit")]
    [InlineData("gone failed status:Subscribed", "exit")]
    [InlineData("gone failed status:Unsubscribed", "leave")]
    [InlineData("gone failed code:Unanswered unmapped", "taken_out")]
    [InlineData("gone left", "none")]
    [InlineData("gone left code:RemovedAtDotdigital", "leave_removed")]
    [InlineData("gone left code:RemovedAtDotdigital restore", "leave_removed")]
    [InlineData("gone suppressed", "none")]
    [InlineData("gone suppressed unmapped", "none")]
    [InlineData("gone invalid", "none")]
    public void Members_without_an_opt_out(string situation, string action) => Assert.Equal(action, Decide(situation));

    [Theory]
    [InlineData("wanted new out:account", "suppress")]
    [InlineData("wanted new out:book", "suppress")]
    [InlineData("wanted new out:account=HardBounced", "suppress")]
    [InlineData("wanted delivered out:account", "suppress")]
    [InlineData("wanted delivered out:book differs", "suppress")]
    [InlineData("wanted pending out:account", "suppress")]
    [InlineData("wanted pending code:AwaitsConfirmation out:book", "suppress")]
    [InlineData("wanted failed out:account", "suppress")]
    [InlineData("wanted left out:account", "suppress")]
    [InlineData("wanted left code:RemovedAtDotdigital out:book", "suppress")]
    [InlineData("wanted invalid out:book", "suppress")]
    [InlineData("wanted suppressed out:account", "still_suppressed")]
    [InlineData("wanted suppressed out:book differs", "still_suppressed")]
    [InlineData("gone delivered out:account", "suppress")]
    [InlineData("gone delivered out:book unmapped", "suppress")]
    [InlineData("gone pending out:account", "suppress")]
    [InlineData("gone failed out:account", "none")]
    [InlineData("gone left out:book", "none")]
    [InlineData("gone left code:RemovedAtDotdigital out:account", "none")]
    [InlineData("gone invalid out:account", "none")]
    [InlineData("gone suppressed out:account", "leave")]
    [InlineData("gone suppressed out:book", "leave")]
    [InlineData("gone suppressed out:account unmapped", "none")]
    public void Members_who_opted_out_of_a_job_that_asks_nobody(string situation, string action) => Assert.Equal(action, Decide(situation));

    [Theory]
    [InlineData("wanted new out:account", "resubscribe")]
    [InlineData("wanted new out:book", "resubscribe")]
    [InlineData("wanted left out:account", "resubscribe")]
    [InlineData("wanted suppressed out:account", "resubscribe")]
    [InlineData("wanted delivered out:book", "resubscribe")]
    [InlineData("wanted new out:account asking:0", "resubscribe")]
    [InlineData("wanted new out:account asking:1", "await")]
    [InlineData("wanted suppressed out:account asking:1", "await")]
    [InlineData("wanted new out:account why", "suppress")]
    [InlineData("wanted delivered out:book why", "suppress")]
    [InlineData("wanted suppressed out:account why", "still_suppressed")]
    [InlineData("wanted new out:account another", "suppress")]
    [InlineData("wanted suppressed out:account another", "still_suppressed")]
    [InlineData("wanted invalid out:account", "suppress")]
    [InlineData("wanted new", "enter")]
    [InlineData("gone new out:account", "none")]
    [InlineData("gone suppressed out:account", "leave")]
    [InlineData("gone delivered out:account", "suppress")]
    public void Members_who_opted_out_of_a_job_that_asks_them_back(string situation, string action) => Assert.Equal(action, Decide(situation, asks: true));

    [Theory]
    [InlineData("wanted pending code:Challenged out:account", "still_pending")]
    [InlineData("wanted pending code:Challenged out:book", "still_pending")]
    [InlineData("wanted pending code:Challenged", "still_pending")]
    [InlineData("wanted pending code:UnansweredChallenge out:account", "still_pending")]
    [InlineData("wanted pending code:AwaitsAnswer out:account", "still_pending")]
    [InlineData("wanted pending code:Challenged out:account=SoftBounced why", "suppress")]
    [InlineData("wanted pending code:Challenged out:book=Suppressed why", "suppress")]
    [InlineData("gone pending code:Challenged out:account", "none")]
    [InlineData("gone pending code:AwaitsAnswer out:book", "none")]
    [InlineData("wanted pending code:Challenged out:account repeats", "resubscribe")]
    [InlineData("wanted pending code:UnansweredChallenge out:book repeats", "resubscribe")]
    [InlineData("wanted pending code:Challenged out:account repeats why", "suppress")]
    [InlineData("gone pending code:Challenged out:account repeats", "none")]
    public void People_who_were_asked_wait_for_their_answer(string situation, string action) => Assert.Equal(action, Decide(situation, asks: true));

    public void Dispose()
    {
        _db.Dispose();
        _folder.Dispose();
    }

    private string Decide(string situation, bool asks = false)
    {
        var words = situation.Split(' ');
        string? Value(string name) => words.FirstOrDefault(word => word.StartsWith(name, StringComparison.Ordinal)) is { } word
            ? word[name.Length..] is ['=', .. var status] ? status : name.EndsWith(':') ? word[name.Length..] : "Unsubscribed"
            : null;
        string Text(string? value, string type = "VARCHAR") => $"{SqlText.Literal(value)}::{type}";
        var (account, book) = (Value("out:account"), Value("out:book"));
        var input = new ComparisonInput("", 0, "", "", [], [], [])
        {
            RestoreRemoved = words.Contains("restore"),
            Consent = new ConsentRules(asks, Members: false, OfBooks: true, Now: 0) { Repeats = words.Contains("repeats") },
        };
        return _db.Query(
            $"""
            SELECT {Decisions.Action(input)} FROM (SELECT
                {words[0] == "wanted"} AS wanted, {Text(words[1] == "new" ? null : words[1])} AS state, {Text(Value("code:"))} AS code,
                1::UBIGINT AS known_hash, {(words.Contains("differs") ? 2 : 1)}::UBIGINT AS fields_hash, {Text(Value("status:"))} AS known_status,
                {!words.Contains("unmapped")} AS still_mapped, {Text(account)} AS account_out, {Text(book)} AS book_out,
                {account is not null || book is not null} AS opted_out,
                {Text(words.Contains("why") ? "Because." : null)} AS why_not, {words.Contains("another")} AS another_speaks_against,
                {Text(Value("asking:"), "USMALLINT")} AS asking_book, 0::USMALLINT AS book_no, {words.Contains("recreated")} AS recreated)
            """,
            row => row.GetString(0))[0];
    }
}
