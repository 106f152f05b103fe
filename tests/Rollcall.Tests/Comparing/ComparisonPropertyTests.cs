using CsCheck;
using Rollcall.Comparing;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.TestKit;
using Rollcall.Work;
using Xunit;

namespace Rollcall.Tests.Comparing;

/// <summary>Random rolls, ledgers and opt-outs through the comparison, against a plain model of what each member and book should get.</summary>
public sealed class ComparisonPropertyTests
{
    private const int Members = 8;
    private const int Audiences = 3;
    private static readonly string[] States = ["delivered", "pending", "suppressed", "invalid", "failed", "left"];

    // Audience 0 goes to both books, 1 to the first, 2 to the second: an audience in two books, and books of two audiences.
    private static readonly (int Audience, int Book)[] Mapping = [(0, 0), (0, 1), (1, 0), (2, 1)];

    private sealed record Row(int Audience, int Member, int Value);

    private sealed record Known(int Member, int Book, int State, int Value, bool Ours);

    private sealed record OptOut(int Member, int Book);

    [Fact]
    public void Every_member_and_book_gets_what_the_model_says_and_totals_add_up()
    {
        var row = Gen.Select(Gen.Int[0, Audiences - 1], Gen.Int[0, Members - 1], Gen.Int[0, 2], (a, m, v) => new Row(a, m, v));
        var known = Gen.Select(
            Gen.Int[0, Members - 1],
            Gen.Int[0, 1],
            Gen.Int[0, States.Length - 1],
            Gen.Int[0, 2],
            Gen.Bool,
            (m, b, s, v, o) => new Known(m, b, s, v, o));
        var optOut = Gen.Select(Gen.Int[0, Members - 1], Gen.Int[0, 2], (m, b) => new OptOut(m, b));
        Gen.Select(row.Array[0, 14], known.Array[0, 10], optOut.Array[0, 3]).Sample(
            (rows, ledger, optOuts) => Check(rows, [.. ledger.DistinctBy(k => (k.Member, k.Book))], [.. optOuts.Distinct()]),
            iter: 150,
            threads: 1);
    }

    private static void Check(Row[] rows, Known[] ledger, OptOut[] optOuts)
    {
        using var folder = new TempFolder();
        using var db = new RunDatabase(folder.Path, CancellationToken.None);
        Fill(db, rows, ledger, optOuts);
        var books = new[] { new RunBook(0, 100, "First"), new RunBook(1, 101, "Second") };

        var counts = new Comparison(db).Run(
            new ComparisonInput("ledger", ledger.Length, "opt_out", "there", Mapping, books, ["a", "b", "c"]),
            null,
            CancellationToken.None);

        var found = db
            .Query(
                "SELECT member_key, book_no, action FROM change",
                r => (Member: int.Parse(r.GetString(0)), Book: (int)r.GetFieldValue<ushort>(1), Action: r.GetString(2)))
            .Order()
            .ToList();
        var expected = (from member in Enumerable.Range(0, Members)
                        from book in Enumerable.Range(0, 2)
                        let action = Model(rows, ledger, optOuts, member, book)
                        where action is not (ChangeAction.None or ChangeAction.Unchanged)
                        select (member, book, action)).Order().ToList();
        Assert.Equal(expected, found);
        Assert.Equal(rows.GroupBy(r => (r.Audience, r.Member)).Sum(g => g.Count() - 1), counts.Duplicates.Values.Sum());
        foreach (var (audience, book) in Mapping)
        {
            var unchanged = rows
                .Where(r => r.Audience == audience)
                .Select(r => r.Member)
                .Distinct()
                .Count(m => Model(rows, ledger, optOuts, m, book) == ChangeAction.Unchanged);
            Assert.Equal(unchanged, counts.Unchanged(book, audience));
        }

        foreach (var book in new[] { 0, 1 })
        {
            Assert.Equal(ledger.Count(k => k.Book == book && States[k.State] == "delivered" && k.Ours), counts.Delivered.GetValueOrDefault(book));
        }
    }

    private static string Model(Row[] rows, Known[] ledger, OptOut[] optOuts, int member, int book)
    {
        var wanted = Mapping.Any(m => m.Book == book && rows.Any(r => r.Audience == m.Audience && r.Member == member));
        var known = ledger.FirstOrDefault(k => k.Member == member && k.Book == book);
        var state = known is null ? null : States[known.State];
        var out_ = optOuts.Any(o => o.Member == member && (o.Book == 2 || o.Book == book));
        var there = state is "delivered" or "pending";
        if (out_)
        {
            var ofWanted = state == "suppressed" ? ChangeAction.StillSuppressed : ChangeAction.Suppress;
            var ofUnwanted = there ? ChangeAction.Suppress : state == "suppressed" ? ChangeAction.Leave : ChangeAction.None;
            return wanted ? ofWanted : ofUnwanted;
        }

        if (!wanted)
        {
            return there ? ChangeAction.Exit : state == "failed" ? ChangeAction.Leave : ChangeAction.None;
        }

        // The member's values: the first audience that has it, then the least row hash, which here is the value.
        var value = rows.Where(r => r.Member == member).OrderBy(r => r.Audience).ThenBy(r => r.Value).First().Value;
        return state switch
        {
            "suppressed" => ChangeAction.StillSuppressed,
            "invalid" => ChangeAction.StillInvalid,
            "delivered" or "pending" => value == known!.Value ? ChangeAction.Unchanged : ChangeAction.Update,
            _ => ChangeAction.Enter,
        };
    }

    private static void Fill(RunDatabase db, Row[] rows, Known[] ledger, OptOut[] optOuts)
    {
        db.Execute($"""
            CREATE TABLE roll(
                kh UBIGINT, member_key VARCHAR, audience USMALLINT, email VARCHAR, profile_key VARCHAR, contact_id BIGINT,
                fields VARCHAR, fields_hash UBIGINT, row_hash UBIGINT, row BIGINT);
            CREATE TABLE roll_left_out(audience USMALLINT, row BIGINT, email VARCHAR, outcome VARCHAR, code VARCHAR, reason VARCHAR);
            CREATE TABLE opt_out(
                kh UBIGINT, email_key VARCHAR, book_id BIGINT, contact_id BIGINT, status VARCHAR, since BIGINT, cause VARCHAR,
                asked_since BIGINT, asked_at BIGINT, margin BIGINT, back_since BIGINT);
            CREATE TABLE there(kh UBIGINT, member_key VARCHAR, book_id BIGINT, contact_id BIGINT);
            CREATE TABLE ledger({string.Join(", ", LedgerFiles.Columns.Select(c => $"{c.Name} {c.Type}"))});
            {Holds.Create}
            """);
        foreach (var (r, i) in rows.Select((r, i) => (r, i)))
        {
            db.Execute(
                $"INSERT INTO roll VALUES (md5_number_lower('{r.Member}'), '{r.Member}', {r.Audience}, '{r.Member}@example.com', NULL, NULL, '',"
                + $" {r.Value}, {r.Value}, {i})");
        }

        foreach (var k in ledger)
        {
            var audience = k.Book == 0 ? "b" : "c";
            db.Execute(
                "INSERT INTO ledger(kh, member_key, book_id, email, contact_id, state, origin, audience, fields_hash)"
                + $" VALUES (md5_number_lower('{k.Member}'), '{k.Member}', {100 + k.Book}, 'x', {1000 + k.Member},"
                + $" '{States[k.State]}', '{(k.Ours ? "ours" : "there")}', '{audience}', {k.Value})");
        }

        foreach (var o in optOuts)
        {
            db.Execute(
                $"INSERT INTO opt_out VALUES (md5_number_lower('{o.Member}'), '{o.Member}', {(o.Book == 2 ? 0 : 100 + o.Book)}, NULL,"
                + " 'Unsubscribed', NULL, 'theirs', NULL, NULL, 0, NULL)");
        }
    }
}
