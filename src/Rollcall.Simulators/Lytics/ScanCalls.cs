using System.Text.Json;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.Lytics;

/// <summary>Reading an audience page by page, all of it or some of its 100 splits.</summary>
internal sealed class ScanCalls(LyticsState state, SegmentCalls segments)
{
    private const int MaxLimit = 100;
    private const string LastVisit = "last_visit";
    private static readonly int[] AllSplits = [.. Enumerable.Range(0, Audience.BucketCount)];

    private readonly Dictionary<long, HashSet<int>> _missed = [];
    private readonly Dictionary<long, int[]> _sorted = [];
    private readonly HashSet<long> _stale = [];
    private readonly Dictionary<(int Audience, ulong Splits), int> _timesStale = [];
    private long _scans;
    private int _cut;

    public IReadOnlyList<LyticsOperation> Operations =>
    [
        Scanning("/api/segment/scan"),
        Scanning("/api/segment/{id}/scan"),
    ];

    private LyticsOperation Scanning(string path) => new("scanSegment", "GET", path, Scan)
    {
        Query = ["id", "limit", "start", "fields", "splits", "sortfield", "sortorder", "recent", "meta", "segments"],
        Lists = ["fields", "splits"],
        Latency = options => options.PageLatency,
    };

    private Reply Scan(LyticsCall call)
    {
        if (call.Text("segments") is not null)
        {
            throw call.Refuse(501, "this simulator does not support scans of segments that are not stored");
        }

        var id = call.Path.FirstOrDefault() ?? call.Text("id") ?? throw call.Refuse(400, "id must name a segment");
        var audience = state.Audiences.Find(audience => audience.Id == id) ?? throw call.Refuse(404, $"segment '{id}' not found");
        if (audience.Invalid)
        {
            throw call.Refuse(400, $"segment '{audience.Id}' is invalid");
        }

        var limit = call.Number("limit", 10, 1, MaxLimit);
        var fields = call.List("fields");
        var splits = Splits(call);
        var key = Mix.Of(string.Join(',', splits));
        // The content of meta is not published: it is accepted and adds nothing.
        _ = call.Truth("meta");
        var sortField = call.Text("sortfield") ?? (call.Truth("recent") ? LastVisit : null);
        var descending = (call.Word("sortorder", "asc", "desc") ?? (call.Truth("recent") ? "desc" : "asc")) == "desc";
        var token = call.Text("start") is { } start ? Continued(call, start, audience, key) : Begun(audience, splits, key);
        var rows = new List<int>(limit);
        var next = sortField is null
            ? Page(audience, splits, token, limit, rows)
            : SortedPage(audience, splits, token, limit, rows, sortField, descending);
        return Write(call, audience, rows, fields, next);
    }

    private static int[] Splits(LyticsCall call)
    {
        if (call.List("splits") is not { } asked)
        {
            return AllSplits;
        }

        var splits = new SortedSet<int>();
        foreach (var text in asked)
        {
            if (!int.TryParse(text, out var split) || split is < 0 or >= Audience.BucketCount || !splits.Add(split))
            {
                throw call.Refuse(400, "splits must be a comma list of different numbers from 0 to 99");
            }
        }

        return [.. splits];
    }

    private StartToken Begun(Audience audience, int[] splits, ulong key)
    {
        var token = new StartToken(++_scans, audience.Ordinal, key, 0, 0, -1, 0);
        var missed = audience.MissedNext.Where(number => splits.Contains(state.People.Bucket(number))).ToHashSet();
        if (missed.Count > 0)
        {
            audience.MissedNext.ExceptWith(missed);
            _missed[token.Scan] = missed;
        }

        return token;
    }

    private StartToken Continued(LyticsCall call, string start, Audience audience, ulong key)
    {
        if (StartToken.Read(start) is not { } token)
        {
            throw call.Refuse(400, "start is not a token of a scan");
        }

        if (token.Audience != audience.Ordinal || token.Splits != key)
        {
            throw call.Refuse(400, "start belongs to another scan");
        }

        if (IsStale(token))
        {
            throw call.Refuse(state.Options.StaleStatus, "the scan of this start token has expired; begin again");
        }

        return token;
    }

    private bool IsStale(StartToken token)
    {
        var options = state.Options;
        if (options.StaleAfter is { } age && state.Now.Ticks - token.Issued > age.Ticks)
        {
            return true;
        }

        if (_stale.Contains(token.Scan))
        {
            return true;
        }

        var times = _timesStale.GetValueOrDefault((token.Audience, token.Splits));
        if (!(token.Pages >= options.StaleAfterPages) || times >= options.StaleTimes)
        {
            return false;
        }

        _timesStale[(token.Audience, token.Splits)] = times + 1;
        return _stale.Add(token.Scan);
    }

    /// <summary>Takes a page of rows, in the order of splits and in each of profiles' numbers.</summary>
    /// <returns>The token of the next page, or an empty text.</returns>
    private string Page(Audience audience, int[] splits, StartToken token, int limit, List<int> rows)
    {
        var after = token.After;
        for (var at = token.At; at < splits.Length; at++, after = -1)
        {
            var bucket = audience.Bucket(splits[at]);
            var position = bucket.BinarySearch(after);
            for (var i = position < 0 ? ~position : position + 1; i < bucket.Count; i++)
            {
                if (IsMissing(token.Scan, bucket[i]))
                {
                    continue;
                }

                if (rows.Count == limit)
                {
                    return Next(token with { At = at, After = after });
                }

                after = bucket[i];
                rows.Add(after);
            }
        }

        return rows.Count == limit && state.Options.EmptyLastPage ? Next(token with { At = splits.Length, After = -1 }) : "";
    }

    /// <summary>Returns a page of rows in the order of a field, as they were at the start of the scan.</summary>
    private string SortedPage(Audience audience, int[] splits, StartToken token, int limit, List<int> rows, string field, bool descending)
    {
        if (!_sorted.TryGetValue(token.Scan, out var all))
        {
            var keyed = splits.SelectMany(audience.Bucket).Select(number => (Number: number, Key: SortKey(number, field)));
            all = [.. (descending ? keyed.OrderByDescending(one => one.Key) : keyed.OrderBy(one => one.Key)).Select(one => one.Number)];
            _sorted[token.Scan] = all;
        }

        var at = token.At;
        for (; at < all.Length && rows.Count < limit; at++)
        {
            if (!IsMissing(token.Scan, all[at]) && audience.Contains(all[at]))
            {
                rows.Add(all[at]);
            }
        }

        return at < all.Length || (rows.Count == limit && state.Options.EmptyLastPage) ? Next(token with { At = at }) : "";
    }

    private (double Number, string Text) SortKey(int number, string field)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            state.People.Write(json, number, [field]);
        }

        using var document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number
            ? (value.GetDouble(), "")
            : (double.NegativeInfinity, value.ValueKind == JsonValueKind.Undefined ? "" : value.ToString());
    }

    private bool IsMissing(long scan, int number) =>
        (_missed.Count > 0 && _missed.TryGetValue(scan, out var missed) && missed.Contains(number))
        || (state.Options.MissingShare > 0 && Mix.Within(Mix.Of((ulong)scan, (ulong)number), state.Options.MissingShare));

    private string Next(StartToken token)
    {
        token = token with { Pages = token.Pages + 1, Issued = state.Now.Ticks };
        if (token.Pages >= state.Options.CutAfterPages && !(_cut >= state.Options.CutTimes))
        {
            _cut++;
            return "";
        }

        return token.Text;
    }

    private Reply Write(LyticsCall call, Audience audience, List<int> rows, string[]? fields, string next) => Reply.Json(200,
    json => {
        json.WriteStartObject();
        json.WriteNumber("total", segments.Size(audience));
        json.WriteString("_next", next);
        json.WriteStartArray("data");
        foreach (var number in rows)
        {
            state.People.Write(json, number, fields);
        }

        json.WriteEndArray();
        call.End(json, 200, "success");
    });
}
