using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Rollcall.Lytics;

/// <summary>The pages of one pass, to detect a scan that repeats pages or never ends.</summary>
/// <param name="total">The audience's size according to the scan's first page; null when missing.</param>
internal sealed class ScanTrail(long? total)
{
    private readonly HashSet<long> _tokens = [];
    private readonly long _most = LyticsLimits.PagesBesideTotal + ((total ?? LyticsLimits.PagesBesideTotal) / LyticsLimits.LeastPageRows);
    private long _pages;
    private int _empty;

    /// <summary>Records a page that has a next page.</summary>
    /// <exception cref="LyticsException">The scan makes no progress.</exception>
    public void Add(ScanPage page)
    {
        _empty = page.Rows.Count == 0 ? _empty + 1 : 0;
        if (!_tokens.Add(Hash(page.Next)))
        {
            throw Stop("the next page of a page was already read.");
        }

        if (_empty >= LyticsLimits.EmptyPages)
        {
            throw Stop(FormattableString.Invariant($"{_empty} pages in a row have no profile, and each has a next page."));
        }

        if (++_pages >= _most)
        {
            throw Stop(FormattableString.Invariant($"{_pages:N0} pages are more than an audience of {total ?? 0:N0} profiles can have, and there are more."));
        }

        // A longer loop is detected by the number of its pages.
        if (_tokens.Count >= LyticsLimits.TokensKept)
        {
            _tokens.Clear();
        }
    }

    private static long Hash(string token) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static LyticsException Stop(string why) => new(LyticsFailure.Unreadable, $"The Lytics scan makes no progress: {why}");
}
