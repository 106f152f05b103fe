using System.Text.Json.Nodes;
using Rollcall.Cli;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class DotdigitalSwitchesTests : IDisposable
{
    private readonly RecordedTerminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task Switches_become_the_options_of_the_simulator()
    {
        var options = await OptionsAsync(
            "--removal-takes-opt-out yes --addresses shown-normalized --text-limit 255 --clock-offset -3600 --feed-in-days yes " +
            "--feed-dates-without-offset yes --feed-date-shift 14 --list-delay 30 --report-omits-every 3 --failed-import 1 --forgotten-import 2 " +
            "--failed-deletion 3 --forgotten-deletion 4 --late-unanswered 20 --late-rejected 21 --late-forgotten 22");

        Assert.Equal("shownNormalized", options["addressMatching"]!.GetValue<string>());
        foreach (var name in (string[])["removalTakesOptOut", "feedInDays", "feedDatesWithoutOffset"])
        {
            Assert.True(options[name]!.GetValue<bool>(), name);
        }

        (string Name, double Value)[] numbers =
        [
            ("textLimit", 255), ("clockOffset", -3600), ("feedDateShift", 14 * 3600), ("listDelay", 30), ("reportOmitsEvery", 3), ("failedImport", 1),
            ("forgottenImport", 2), ("failedDeletion", 3), ("forgottenDeletion", 4), ("lateUnanswered", 20), ("lateRejected", 21), ("lateForgotten", 22),
        ];
        Assert.All(numbers, number => Assert.Equal(number.Value, options[number.Name]!.GetValue<double>()));
    }

    [Fact]
    public async Task Without_switches_nothing_goes_wrong()
    {
        var options = await OptionsAsync("");

        foreach (var name in (string[])["feedDelay", "feedDateShift", "listDelay", "lateUnanswered", "lateRejected", "lateForgotten", "clockOffset"])
        {
            Assert.Equal(0, options[name]!.GetValue<double>());
        }

        foreach (var name in (string[])["reportOmitsEvery", "failedImport", "forgottenImport", "failedDeletion", "forgottenDeletion", "forgottenInsightImport"])
        {
            Assert.Null(options[name]);
        }

        Assert.Equal("asWritten", options["addressMatching"]!.GetValue<string>());
    }

    /// <summary>The options reported by a simulator that is started with these switches.</summary>
    private async Task<JsonNode> OptionsAsync(string switches)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var said = new FirstLine();
        var running = CommandLine.RunAsync(
            ["simulate", "dotdigital", "--urls", "http://127.0.0.1:0", .. switches.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
            _terminal.Terminal with { RawOut = said },
            stop.Token);
        if (await Task.WhenAny(said.Line, running) == running)
        {
            Assert.Fail($"It ended with {await running}: {_terminal.Errors}");
        }

        using var http = new HttpClient();
        var options = JsonNode.Parse(await http.GetStringAsync(new Uri(new Uri(await said.Line), "/simulator/options"), stop.Token))!;
        await stop.CancelAsync();
        await running;
        return options;
    }

    /// <summary>Keeps the first line that is written.</summary>
    private sealed class FirstLine : StringWriter
    {
        private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Line => _line.Task;

        public override void WriteLine(string? value) => _line.TrySetResult(value ?? "");
    }
}
