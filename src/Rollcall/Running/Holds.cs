using Rollcall.Model;

namespace Rollcall.Running;

/// <summary>What a run leaves alone: the tables that say so, and the conditions on a row <c>c</c> of the changes that they come to.</summary>
internal static class Holds
{
    /// <summary>
    /// The tables, empty: books a guard holds, books nobody enters, books nobody exits, people who opted out since the comparison, people in imports
    /// and removals that Dotdigital has not finished (<c>UnderWay</c>) and those the run is not asked for (<see cref="ReasonCode.NotInPilot"/>).
    /// </summary>
    public const string Create = """
        CREATE OR REPLACE TABLE held_book(book_no USMALLINT);
        CREATE OR REPLACE TABLE closed_book(book_no USMALLINT);
        CREATE OR REPLACE TABLE exits_held(book_no USMALLINT, code VARCHAR, reason VARCHAR);
        CREATE OR REPLACE TABLE under_way(kh UBIGINT, member_key VARCHAR, code VARCHAR);
        CREATE OR REPLACE TABLE late_opt_out(kh UBIGINT, member_key VARCHAR, book_no USMALLINT, status VARCHAR, status_of_account BOOLEAN, since BIGINT,
            why VARCHAR);
        """;

    /// <summary>No guard holds that the person is unsubscribed again: until it is let pass, the ledger goes on saying what the book shows.</summary>
    public const string OptOutNotHeld =
        $"NOT EXISTS (SELECT 1 FROM under_way u WHERE u.kh = c.kh AND u.member_key = c.member_key AND u.code = '{ReasonCode.OptOutsHeld}')";

    /// <summary>No guard holds the book.</summary>
    public const string NotHeld = "c.book_no NOT IN (SELECT book_no FROM held_book)";

    /// <summary>The book may be entered.</summary>
    public const string MayEnter = $"{NotHeld} AND c.book_no NOT IN (SELECT book_no FROM closed_book)";

    /// <summary>The book may be exited.</summary>
    public const string MayExit = $"{NotHeld} AND c.book_no NOT IN (SELECT book_no FROM exits_held)";

    /// <summary>The member is in nothing that is under way, and the run is asked for them.</summary>
    public const string NotUnderWay = "NOT EXISTS (SELECT 1 FROM under_way u WHERE u.kh = c.kh AND u.member_key = c.member_key)";

    /// <summary>The exits of <c>change c</c> that are sent: of people that this job put there, from books that nothing holds.</summary>
    public const string Removable = $"c.action = 'exit' AND c.origin = 'ours' AND {MayExit} AND {NotUnderWay}";
}
