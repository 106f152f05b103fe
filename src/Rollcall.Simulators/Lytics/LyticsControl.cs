using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Simulators.Control;
using Rollcall.Simulators.Http;
using static Rollcall.Simulators.Control.ControlAnswers;
using static Rollcall.Simulators.Control.PageFrame;

namespace Rollcall.Simulators.Lytics;

/// <summary>
/// The parts that Lytics does not have: the page at <c>/</c>, and under <c>/simulator/</c> the state, the switches and manual changes. It needs no token.
/// </summary>
internal sealed class LyticsControl(LyticsState state, SimulatedLytics account)
{
    private const string Help =
        "GET state, events[?stream=], profiles/{id}, counters, options; POST seed, options, faults; DELETE faults; " +
        "POST profiles (a profile), audiences/{id}/enter|exit[?profile=|from=&count=], people/change?from=&count=";

    private const int EventsOnPage = 100;

    public Task Serve(HttpContext context, string[] path) => ControlAnswers.SendAsync(context, () => Answer(context, path));

    private async Task<Reply> Answer(HttpContext context, string[] path)
    {
        Knows(context, path is [] ? ["view"] : ["stream", "profile", "from", "count"]);
        return (context.Request.Method, path) switch
        {
            ("GET", []) => Reply.Html((string?)context.Request.Query["view"] switch
            {
                null => AccountPage(),
                "calls" => CallsPage(),
                var unknown => throw new FormatException($"There is no view \"{unknown}\"."),
            }),
            ("GET", ["simulator", "state"]) => State(),
            ("GET", ["simulator", "events"]) => Events(context.Request.Query["stream"]),
            ("GET", ["simulator", "profiles", var id]) => new Reply(200, Encoding.UTF8.GetBytes(account.Profile(id)), Reply.JsonType),
            ("GET", ["simulator", "counters"]) => Counters(),
            ("GET", ["simulator", "options"]) => Options(account.Options),
            ("POST", ["simulator", "options"]) => Change(await Body<JsonElement>(context)),
            ("POST", ["simulator", "seed"]) => Plant(await Body<LyticsSeed>(context)),
            ("POST", ["simulator", "faults"]) => AddFaults(await Body<JsonElement>(context)),
            ("DELETE", ["simulator", "faults"]) => Done(account.ClearFaults),
            ("POST", ["simulator", "profiles"]) => Put(await Body<JsonElement>(context)),
            ("POST", ["simulator", "audiences", var audience, "enter"]) => Move(context, audience, account.Enter, account.EnterGenerated),
            ("POST", ["simulator", "audiences", var audience, "exit"]) => Move(context, audience, account.Exit, account.ExitGenerated),
            ("POST", ["simulator", "people", "change"]) => Done(() => account.ChangeGenerated(Number(context, "from"), Number(context, "count"))),
            _ => Wrong(404, "Known are: " + Help),
        };
    }

    private static Reply Move(HttpContext context, string audience, Action<string, IEnumerable<string>> one, Action<string, int, int> many)
    {
        return Done((string?)context.Request.Query["profile"] is { } profile
            ? () => one(audience, [profile])
            : () => many(audience, Number(context, "from"), Number(context, "count")));
    }

    private Reply State() => Locked(() => Reply.Json(200,
    json => {
        json.WriteStartObject();
        json.WriteStartArray("audiences");
        foreach (var audience in state.Audiences)
        {
            json.WriteStartObject();
            json.WriteString("id", audience.Id);
            json.WriteString("slug", audience.Slug);
            json.WriteString("name", audience.Name);
            json.WriteBoolean("invalid", audience.Invalid);
            json.WriteNumber("members", audience.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("collections");
        foreach (var collection in state.Collections)
        {
            json.WriteStartObject();
            json.WriteString("id", collection.Id);
            json.WriteString("slug", collection.Slug);
            json.WriteString("name", collection.Name);
            json.WriteNumber("items", collection.Items.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteCounts(json, "streams", Streams());
        json.WriteEndObject();
    }));

    private Reply Events(string? stream) => Locked(() => Reply.Json(200,
    json => {
        json.WriteStartArray();
        foreach (var one in state.Events.Where(one => stream is null || one.Stream == stream))
        {
            json.WriteStartObject();
            json.WriteString("stream", one.Stream);
            json.WriteString("time", one.Time);
            json.WritePropertyName("event");
            json.WriteRawValue(one.Json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }));

    private Reply Counters() => Reply.Json(200,
    json => {
        json.WriteStartObject();
        WriteCounts(json, "calls", state.Calls.Counts());
        json.WriteNumber("mostAtOnce", state.Crowd.Most);
        json.WriteEndObject();
    });

    private Reply Change(JsonElement changes)
    {
        var current = account.Options;
        account.Options = SwitchesJson.Merge(current, changes) with
        {
            Urls = current.Urls,
            Token = current.Token,
            AccountId = current.AccountId,
            Clock = current.Clock,
            SeedFile = current.SeedFile,
            Seed = current.Seed,
            RequestLogFile = current.RequestLogFile,
            Faults = current.Faults,
        };
        return Options(account.Options);
    }

    private Reply Plant(LyticsSeed seed) => Done(() => account.Plant(seed));

    private Reply Put(JsonElement profile) => Done(() => account.Put(profile.GetRawText()));

    private Reply AddFaults(JsonElement body) => Done(() => account.AddFaults(FaultsJson.Read(body)));

    private string AccountPage() => Locked(() => Whole(Site, "Audiences", $"""
        {Table(
            state.Audiences,
            ("Name", audience => Text(audience.Name)),
            ("Id", audience => Text(audience.Id)),
            ("Slug", audience => Text(audience.Slug)),
            ("#Members", audience => audience.Count.ToString("N0")),
            ("Valid", audience => audience.Invalid ? "no" : "yes"))}
        <h2>Content collections</h2>
        {Table(
            state.Collections,
            ("Name", collection => Text(collection.Name)),
            ("Id", collection => Text(collection.Id)),
            ("#Documents", collection => collection.Items.Count.ToString("N0")))}
        <h2>Streams</h2>
        {Table(Streams(), ("Stream", stream => Text(stream.Key)), ("#Events", stream => stream.Value.ToString("N0")))}
        <h2>The last events</h2>
        {Table(
            Enumerable.Reverse(state.Events).Take(EventsOnPage),
            ("Time (UTC)", one => one.Time.ToString("HH:mm:ss")),
            ("Stream", one => Text(one.Stream)),
            ("Event", one => Text(Encoding.UTF8.GetString(one.Json))))}
        """));

    private string CallsPage() => Whole(Site, "Calls", $"""
        <p>At most {state.Crowd.Most} at once. The last calls first. Status 0: the connection was dropped.</p>
        {CountsTable(state.Calls)}
        <h2>The last</h2>
        {CallsTable(state.Calls)}
        """);

    private static readonly PageSite Site = new("Simulated Lytics", [("/", "Audiences"), ("/?view=calls", "Calls")]);

    private IEnumerable<KeyValuePair<string, int>> Streams() => state.Events.CountBy(one => one.Stream);

    private T Locked<T>(Func<T> read)
    {
        lock (state.Gate)
        {
            return read();
        }
    }

    private static int Number(HttpContext context, string name) =>
        context.Request.Query.TryGetValue(name, out var text)
            ? int.Parse((string?)text ?? "", CultureInfo.InvariantCulture)
            : throw new FormatException($"Say {name}=, a number.");
}
