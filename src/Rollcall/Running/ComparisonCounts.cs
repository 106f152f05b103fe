using System.Numerics;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>A count of the comparison.</summary>
/// <param name="Book">The book's number.</param>
/// <param name="Action">What is to be done: a word of <see cref="ChangeAction"/>.</param>
/// <param name="Audiences">The audiences that want the members: bit n is audience n.</param>
/// <param name="KnownBy">For exits, the audience that put the members there.</param>
/// <param name="Members">How many members.</param>
/// <param name="Ours">Of them, how many an exit may take out: those this job put there, or may have.</param>
/// <param name="TwiceRejected">Of them, how many the watchdog rejected twice.</param>
internal sealed record VerdictCount(int Book, string Action, BigInteger Audiences, string KnownBy, long Members, long Ours, long TwiceRejected);

/// <summary>The comparison in numbers.</summary>
internal sealed class ComparisonCounts
{
    private readonly Dictionary<(int Book, string Action, BigInteger Audiences, string KnownBy), VerdictCount> _verdicts = [];

    /// <summary>Rows of each audience in the roll, by the audience's index.</summary>
    public Dictionary<int, long> Rows { get; } = [];

    /// <summary>Members that this job has in each book, by the book's number.</summary>
    public Dictionary<int, long> Delivered { get; } = [];

    /// <summary>Duplicate rows of each audience.</summary>
    public Dictionary<int, long> Duplicates { get; } = [];

    /// <summary>
    /// Rows without a usable address whose people stay in a book as they are, by the book's number, the audience's index and what the row counts as
    /// otherwise.
    /// </summary>
    public Dictionary<(int Book, int Audience, string Outcome), long> Kept { get; } = [];

    public IEnumerable<VerdictCount> Verdicts => _verdicts.Values;

    public long Of(int book, string action) => Verdicts.Where(v => v.Book == book && v.Action == action).Sum(v => v.Members);

    /// <summary>Members of an audience in a book with the action <paramref name="action"/>.</summary>
    public long Of(int book, string action, int audience) =>
        Verdicts.Where(v => v.Book == book && v.Action == action && !(v.Audiences >> audience).IsEven).Sum(v => v.Members);

    /// <summary>Members of an audience who are in the book as they should be: all that no verdict speaks of, and those it finds unchanged.</summary>
    public long Unchanged(int book, int audience) =>
        Rows.GetValueOrDefault(audience) + Kept.Where(k => k.Key.Book == book && k.Key.Audience == audience).Sum(k => k.Value)
        - Duplicates.GetValueOrDefault(
            audience) - Verdicts.Where(v => v.Book == book && v.Action != ChangeAction.Unchanged && !(v.Audiences >> audience).IsEven).Sum(v => v.Members);

    public long TwiceRejected(int book) =>
        Verdicts.Where(v => v.Book == book && v.Action is ChangeAction.Enter or ChangeAction.Update).Sum(v => v.TwiceRejected);

    public void Add(IEnumerable<VerdictCount> counts)
    {
        foreach (var count in counts)
        {
            var key = (count.Book, count.Action, count.Audiences, count.KnownBy);
            _verdicts[key] = _verdicts.TryGetValue(key, out var had)
                ? had with { Members = had.Members + count.Members, Ours = had.Ours + count.Ours, TwiceRejected = had.TwiceRejected + count.TwiceRejected }
                : count;
        }
    }

    /// <summary>Counts the changes of some members, or takes them out of the counts before they are changed.</summary>
    /// <param name="members">A query of <c>kh, member_key</c>.</param>
    /// <param name="sign">1 or -1.</param>
    public void Recount(RunDatabase db, string members, int sign) => Add(db.Query(
        $"""
        SELECT book_no, action, audiences, CASE WHEN action = 'exit' THEN coalesce(audience, '') ELSE '' END, count(*),
               count(*) FILTER (origin = 'ours'), count(*) FILTER (code = 'RejectedByWatchdogAgain')
        FROM change JOIN (SELECT DISTINCT kh, member_key FROM ({members})) m USING (kh, member_key) GROUP BY 1, 2, 3, 4
        """,
        r => new VerdictCount(r.GetFieldValue<ushort>(0), r.GetString(1), r.GetFieldValue<BigInteger>(2), r.GetString(3), sign * r.GetInt64(4),
            sign * r.GetInt64(5), sign * r.GetInt64(6))));

    public void AddDuplicates(IEnumerable<(int Audience, long Count)> counts)
    {
        foreach (var (audience, count) in counts)
        {
            Duplicates[audience] = Duplicates.GetValueOrDefault(audience) + count;
        }
    }
}
