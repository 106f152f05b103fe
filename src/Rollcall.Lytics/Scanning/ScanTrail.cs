using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Rollcall.Lytics;

/// <summary>The pages of one pass, so that a scan that goes round, or on without an end, is noticed.</summary>
/// <param name="total">The audience's size by the scan's first page; null where it was not told.</param>
internal sealed class ScanTrail(long? total)
{
    private readonly HashSet<long> tokens = [];
    private readonly long most = LyticsLimits.PagesBesideTotal + ((total ?? LyticsLimits.PagesBesideTotal) / LyticsLimits.LeastPageRows);
    private long pages;
    private int empty;

    /// <summary>Takes a page that names another as the next.</summary>
    /// <exception cref="LyticsException">The scan does not move on.</exception>
    public void Add(ScanPage page)
    {
        empty = page.Rows.Count == 0 ? empty + 1 : 0;
        if (!tokens.Add(Hash(page.Next)))
        {
            throw Stop("a page names as the next what was read already.");
        }

        if (empty >= LyticsLimits.EmptyPages)
        {
            throw Stop(FormattableString.Invariant($"{empty} pages in a row have no profile, and each names another."));
        }

        if (++pages >= most)
        {
            throw Stop(FormattableString.Invariant($"{pages:N0} pages are more than an audience of {total ?? 0:N0} profiles can have, and there is another."));
        }

        // A circle longer than this is found by the number of its pages.
        if (tokens.Count >= LyticsLimits.TokensKept)
        {
            tokens.Clear();
        }
    }

    private static long Hash(string token) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static LyticsException Stop(string why) => new(LyticsFailure.Unreadable, $"Lytics' scan does not move on: {why}");
}
