using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Rollcall.Lytics;

/// <summary>The pages of one pass, to detect a scan that repeats pages or never ends.</summary>
/// <param name="total">The audience's size according to the scan's first page; null when missing.</param>
internal sealed class ScanTrail(long? total)
{
    private readonly HashSet<long> tokens = [];
    private readonly long most = LyticsLimits.PagesBesideTotal + ((total ?? LyticsLimits.PagesBesideTotal) / LyticsLimits.LeastPageRows);
    private long pages;
    private int empty;

    /// <summary>Records a page that has a next page.</summary>
    /// <exception cref="LyticsException">The scan makes no progress.</exception>
    public void Add(ScanPage page)
    {
        empty = page.Rows.Count == 0 ? empty + 1 : 0;
        if (!tokens.Add(Hash(page.Next)))
        {
            throw Stop("the next page of a page was already read.");
        }

        if (empty >= LyticsLimits.EmptyPages)
        {
            throw Stop(FormattableString.Invariant($"{empty} pages in a row have no profile, and each has a next page."));
        }

        if (++pages >= most)
        {
            throw Stop(FormattableString.Invariant($"{pages:N0} pages are more than an audience of {total ?? 0:N0} profiles can have, and there are more."));
        }

        // A longer loop is detected by the number of its pages.
        if (tokens.Count >= LyticsLimits.TokensKept)
        {
            tokens.Clear();
        }
    }

    private static long Hash(string token) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static LyticsException Stop(string why) => new(LyticsFailure.Unreadable, $"The Lytics scan makes no progress: {why}");
}
