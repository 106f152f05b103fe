using System.Text.Json;
using Rollcall.Model;
using Rollcall.TestKit;
using Rollcall.TestKit.Processes;
using Rollcall.TestKit.Specifications;
using Xunit;

namespace Rollcall.EndToEnd.Tests.CommandLine;

/// <summary>A job from one CSV file into one book, and its account: the setup for tests of the command line contract.</summary>
internal sealed class SmallShop : IAsyncDisposable
{
    /// <summary>The job's book.</summary>
    public const long Book = 1001;

    /// <summary>The account's password, as the job file finds it in the environment.</summary>
    public const string Password = "demo";

    private SmallShop(TempFolder folder, SimulatorProcess simulator)
    {
        Folder = folder;
        Simulator = simulator;
        JobText = $$"""
            tag: small
            authorization: {username: demo, password: "${DOTDIGITAL_PASSWORD}", endpoint: "{{simulator.Url}}"}
            source:
              tables:
                files: {people: people.csv}
                audiences: {everyone: {from: people} }
            config:
              segment_ids: [everyone]
              seg_mappings: [{everyone: "1001"}]
              mappings: [{name: FIRSTNAME}]
              email_field: email
              exit_action: remove

            """;
    }

    public TempFolder Folder { get; }

    public SimulatorProcess Simulator { get; }

    /// <summary>The job file's text.</summary>
    public string JobText
    {
        get => File.ReadAllText(Folder["job.yaml"]);
        set => Folder.Write("job.yaml", value);
    }

    /// <summary>The program's environment.</summary>
    public Dictionary<string, string> Environment { get; } = new() { ["DOTDIGITAL_PASSWORD"] = Password };

    /// <summary>Starts a shop with this many people.</summary>
    public static async Task<SmallShop> StartAsync(int people = 3, params IEnumerable<string> switches)
    {
        var folder = new TempFolder();
        const string Seed = """{"books": [{"id": 1001, "name": "Everyone"}], "contacts": [{"email": "left@example.com", "status": "Unsubscribed"}]}""";
        var shop = new SmallShop(folder, await SimulatorProcess.StartAsync(folder, Seed, switches));
        shop.People(Enumerable.Range(1, people).Select(Some.Email));
        return shop;
    }

    /// <summary>Makes these the audience.</summary>
    public void People(params IEnumerable<string> emails) =>
        Folder.Write("people.csv", "email,name\n" + string.Concat(emails.Select(email => $"\"{email}\",Name of {email.Split('@')[0]}\n")));

    /// <summary>Runs <c>rollcall</c> in the job's folder, and validates its requests against the specifications if these are available.</summary>
    public async Task<ProcessResult> RollcallAsync(params IReadOnlyList<string> arguments)
    {
        var result = await RollcallProcess.RunAsync(Folder.Path, arguments, Environment);
        OfficialSpecifications.Known?.AssertValid(Simulator.Calls.Select(call => call.Exchange));
        return result;
    }

    /// <summary>Starts <c>rollcall</c> in the job's folder.</summary>
    public RollcallProcess Begin(params IReadOnlyList<string> arguments) => RollcallProcess.Start(Folder.Path, arguments, Environment);

    /// <summary>Runs the job, which must end this way.</summary>
    public async Task<JsonElement> RunAsync(ExitCode expected = ExitCode.Done, params IEnumerable<string> options) =>
        (await RollcallAsync(["run", "job.yaml", "--json", .. options])).Expect(expected).Json;

    /// <summary>Runs the job, which must stop; gives the problem.</summary>
    public async Task<JsonElement> StoppedAsync(ExitCode expected, params IReadOnlyList<string> arguments)
    {
        var error = (await RollcallAsync([.. arguments, "--json"])).Expect(expected).Json.GetProperty("error");
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.Equal(["code", "message", "todo", "where"], error.EnumerateObject().Select(property => property.Name).Order());
        return error;
    }

    /// <summary>Waits until the simulator has answered an operation this many times.</summary>
    public Task CalledAsync(string operation, int times = 1) =>
        PollUntil.TrueAsync(() => Simulator.Calls.Count(call => call.Operation == operation) >= times, $"{operation}, {times} times");

    public async Task ExpectMembersAsync(params IEnumerable<string> emails) => Assert.Equal(emails.Order(), (await Simulator.MembersAsync(Book)).Order());

    public async ValueTask DisposeAsync()
    {
        await Simulator.DisposeAsync();
        Folder.Dispose();
    }
}
