using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Simulators.Http;
using static Rollcall.Simulators.Control.ControlAnswers;

namespace Rollcall.Simulators.Control;

/// <summary>
/// The parts that Dotdigital does not have: the page at <c>/</c>, and under <c>/simulator/</c> the state, the counters, the
/// switches and manual changes. It needs no credentials.
/// </summary>
internal sealed class ControlServer(Simulation simulation, SimulatedAccount account)
{
    private const string Help =
        "GET state[?book=|email=], counters, options; POST seed, options, faults; DELETE faults; " +
        "POST contacts/{email}/unsubscribe[?book=]|subscribe[?book=]|confirm|status?value=|remove?book=|delete|" +
        "register[?book=]|email?value=|merge[?value=]; POST books/{id}/delete|empty|remake, data-fields/{name}/delete";

    private readonly StateDump _dump = new(simulation);
    private readonly Page _page = new(simulation);

    public Task Serve(HttpContext context, string[] path) => ControlAnswers.SendAsync(context, () => Answer(context, path));

    private async Task<Reply> Answer(HttpContext context, string[] path)
    {
        Knows(context, path is [] ? ["view", "book", "contact", "q", "page"] : ["book", "email", "value"]);
        return (context.Request.Method, path) switch
        {
            ("GET", []) => _page.Render(context.Request.Query),
            ("GET", ["simulator", "state"]) => _dump.State(Number(context, "book"), context.Request.Query["email"]),
            ("GET", ["simulator", "counters"]) => _dump.Counters(),
            ("GET", ["simulator", "options"]) => Options(account.Options),
            ("POST", ["simulator", "options"]) => Change(await Body<JsonElement>(context)),
            ("POST", ["simulator", "seed"]) => Plant(await Body<Seed>(context)),
            ("POST", ["simulator", "faults"]) => AddFaults(await Body<JsonElement>(context)),
            ("DELETE", ["simulator", "faults"]) => ClearFaults(),
            ("POST", ["simulator", "contacts", var email, var action]) => Act(context, email, action),
            ("POST", ["simulator", "books", var book, var action]) => ActOnBook(int.Parse(book, CultureInfo.InvariantCulture), action),
            ("POST", ["simulator", "data-fields", var name, "delete"]) => Done(() => account.DeleteDataField(name)),
            _ => Wrong(404, "Known are: " + Help),
        };
    }

    private Reply Act(HttpContext context, string email, string action)
    {
        var book = Number(context, "book");
        string? value = context.Request.Query["value"];
        Action act = action switch
        {
            "unsubscribe" => () => account.Unsubscribe(email, book),
            "subscribe" => () => account.Subscribe(email, book),
            "confirm" => () => account.Confirm(email),
            "status" => () => account.SetStatus(email, StatusOf(value)),
            "remove" => () => account.RemoveFromBook(email, book ?? throw new FormatException("Say which: ?book=ID")),
            "delete" => () => account.DeleteContact(email),
            "register" => () => account.Register(email, book is { } into ? [into] : []),
            "merge" => () => account.Merge(email, value),
            "email" => () => account.ChangeEmail(email, value ?? throw new FormatException("Say to what: ?value=ADDRESS")),
            _ => throw new KeyNotFoundException("Known are: " + Help),
        };
        return Done(act);
    }

    private Reply ActOnBook(int book, string action) => Done(action switch
    {
        "delete" => () => account.DeleteBook(book),
        "empty" => () => account.EmptyBook(book),
        "remake" => () => account.RemakeBook(book),
        _ => throw new KeyNotFoundException("Known are: " + Help),
    });

    private Reply Change(JsonElement changes)
    {
        account.Options = SwitchesJson.Change(account.Options, changes);
        return Options(account.Options);
    }

    private Reply Plant(Seed seed) => Done(() => account.Plant(seed));

    private Reply AddFaults(JsonElement body)
    {
        var faults = FaultsJson.Read(body);
        return Done(() => account.AddFaults(faults));
    }

    private Reply ClearFaults() => Done(account.ClearFaults);

    /// <summary>A status by its name: numbers and combinations are not valid names.</summary>
    private static ContactStatus StatusOf(string? name) =>
        Enum.GetNames<ContactStatus>().FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } known
            ? Enum.Parse<ContactStatus>(known)
            : throw new FormatException($"There is no status \"{name}\".");

    private static int? Number(HttpContext context, string name) =>
        context.Request.Query.TryGetValue(name, out var text) ? int.Parse((string?)text ?? "", CultureInfo.InvariantCulture) : null;
}
