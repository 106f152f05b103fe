using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Web;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;
using Rollcall.Lytics;

namespace Rollcall.Tests.Lytics;

/// <summary>A small Lytics in one process: audiences whose profiles are JSON objects, in buckets by their number, and a stream that keeps its events.</summary>
internal sealed class ScriptedLytics : HttpMessageHandler
{
    public const string Token = "lytics-token-7b1e";

    public static readonly LyticsAccess Access = new(Token, new Uri("https://lytics.example"), null);

    private readonly Lock _sync = new();
    private readonly List<string> _calls = [];
    private readonly List<string> _events = [];
    private int _atOnce;

    /// <summary>Audiences by slug; each has the id <c>id-SLUG</c>.</summary>
    public Dictionary<string, List<string>> Audiences { get; } = [];

    public HashSet<string> Invalid { get; } = [];

    /// <summary>Slugs that are not of audiences of people, but of collections of content.</summary>
    public HashSet<string> Collections { get; } = [];

    /// <summary>The body of the schema; null for 404.</summary>
    public string? Schema { get; set; }

    /// <summary>Answers a call instead, given its path and query; null where it does not.</summary>
    public Func<string, HttpResponseMessage?>? Instead { get; set; }

    /// <summary>Answers a call with events instead, given its body; null where it does not.</summary>
    public Func<string, HttpResponseMessage?>? Refuses { get; set; }

    /// <summary>The audience's size in pages, for the real size.</summary>
    public Func<int, int> Total { get; set; } = size => size;

    public IReadOnlyList<string> Calls => Snapshot(_calls);

    public IReadOnlyList<string> Events => Snapshot(_events);

    public int MostAtOnce { get; private set; }

    public string? Authorization { get; private set; }

    public IEnumerable<string> Scans => Calls.Where(call => call.Contains("/scan?", StringComparison.Ordinal));

    public static HttpResponseMessage Answer(HttpStatusCode status, string body = "{}") => new(status)
    {
        Content = new StringContent(body, Encoding.UTF8, "application/json"),
    };

    public static HttpResponseMessage Refuse(int status, string message = "no") =>
        Answer((HttpStatusCode)status, JsonSerializer.Serialize(new { status, message }));

    public LyticsPlatform Platform(TimeProvider? clock = null) => new(clock ?? new HastyClock(), NullLoggerFactory.Instance, this);

    public void Add(string audience, int members, Func<int, string>? profile = null) =>
        Audiences[audience] = [.. Enumerable.Range(0, members)
            .Select(profile ?? (i => string.Create(CultureInfo.InvariantCulture, $$"""{"email":"p{{i}}@example.com","first_name":"P{{i}}"}""")))];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = request.RequestUri!.PathAndQuery;
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        lock (_sync)
        {
            _calls.Add(call);
            Authorization = request.Headers.GetValues("Authorization").Single();
            MostAtOnce = Math.Max(MostAtOnce, ++_atOnce);
        }

        try
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            return Instead?.Invoke(call) ?? Respond(request.RequestUri, body);
        }
        finally
        {
            lock (_sync)
            {
                _atOnce--;
            }
        }
    }

    private HttpResponseMessage Respond(Uri url, string? body)
    {
        var query = HttpUtility.ParseQueryString(url.Query);
        var path = url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return path switch
        {
            ["api", "segment"] => Ok(new { data = Audiences.Keys.Where(slug => !Invalid.Contains(slug)).Select(Described) }),
            ["api", "segment", "sizes"] => Ok(new
            {
                data = query["ids"]!.Split(',').Select(id => new { id, slug_name = id[3..], size = Audiences[id[3..]].Count }),
            }),
            ["api", "segment", var audience] => Slug(audience) is { } slug ? Ok(new { data = Described(slug) }) : Refuse(404, "segment not found"),
            ["api", "segment", var audience, "scan"] =>
                audience.StartsWith("id-", StringComparison.Ordinal) && Slug(audience) is { } slug
                ? Page(slug, query["splits"], query["start"], int.Parse(query["limit"]!, CultureInfo.InvariantCulture))
                : Refuse(404, "segment not found"),
            ["api", "schema", "user"] => Schema is null ? Refuse(404) : Answer(HttpStatusCode.OK, Schema),
            ["collect", "json", _] => Refuses?.Invoke(body!) ?? Collect(body!),
            _ => Refuse(404),
        };
    }

    private string? Slug(string audience) => Audiences.Keys.FirstOrDefault(slug => audience == slug || audience == "id-" + slug);

    private object Described(string slug) => new
    {
        id = "id-" + slug,
        slug_name = slug,
        name = slug,
        table = Collections.Contains(slug) ? "content" : "user",
        invalid = Invalid.Contains(slug),
    };

    private HttpResponseMessage Page(string slug, string? splits, string? start, int limit)
    {
        var all = Audiences[slug];
        var chosen = splits?.Split(',').Select(split => int.Parse(split, CultureInfo.InvariantCulture)).ToHashSet();
        var rows = all.Where((_, i) => chosen is null || chosen.Contains(i % 100)).ToList();
        var from = start is null ? 0 : int.Parse(start, CultureInfo.InvariantCulture);
        var next = from + limit < rows.Count ? (from + limit).ToString(CultureInfo.InvariantCulture) : "";
        var page = string.Join(',', rows.Skip(from).Take(limit));
        return Answer(
            HttpStatusCode.OK,
            $$"""{"status":200,"message":"success","total":{{Total(all.Count)}},"_next":"{{next}}","data":[{{page}}]}""");
    }

    private HttpResponseMessage Collect(string body)
    {
        using var json = JsonDocument.Parse(body);
        lock (_sync)
        {
            _events.AddRange(json.RootElement.EnumerateArray().Select(one => one.GetRawText()));
        }

        return Ok(new { status = 200, message = "success", data = new { message_count = json.RootElement.GetArrayLength(), rejected_count = 0 } });
    }

    private static HttpResponseMessage Ok(object body) => Answer(HttpStatusCode.OK, JsonSerializer.Serialize(body));

    private List<string> Snapshot(List<string> list)
    {
        lock (_sync)
        {
            return [.. list];
        }
    }
}
