using System.Text.RegularExpressions;
using Rollcall.TestKit.Specifications;
using Xunit;
using static Rollcall.Contracts.Tests.Simulator.RecordedSimulator;

namespace Rollcall.Contracts.Tests.Simulator;

/// <summary>The simulator knows every operation of the specifications, including unsupported ones.</summary>
public sealed partial class PlayedOperationsTests
{
    [Fact]
    public async Task Every_specified_operation_is_simulated_or_listed_as_not_simulated()
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync();
        var answers = new List<(string Operation, int Status, string Body)>();

        foreach (var operation in specifications.Documents.SelectMany(document => document.Operations))
        {
            var exchange = await simulator.SendAsync(operation.Method, Parameter().Replace(operation.Template, "7"), operation.Method == "GET" ? null : "{}");
            answers.Add(($"{operation.Method} {operation.Template}", exchange.Status, exchange.ResponseBody));
        }

        Assert.DoesNotContain(answers, answer => answer.Status is 405 or 500 || answer.Body.Contains("No such operation", StringComparison.Ordinal));
        Assert.All(answers.Where(answer => answer.Status == 501), answer => Assert.Contains("does not support", answer.Body, StringComparison.Ordinal));
        // Looking a contact up by id and by address are two operations there, and one here.
        Assert.Equal(simulator.Account.Operations.Count + 1, answers.Count(answer => answer.Status != 501));
        Assert.Equal(simulator.Account.Operations.Count, simulator.Account.Operations.Intersect(simulator.Account.Calls.Keys).Count());
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Parameter();
}
