using System.Text.Json;
using Rollcall.Model;

namespace Rollcall.TestKit.Processes;

/// <summary>The exit code and output of a process.</summary>
/// <param name="ExitCode">Its exit code; 137 when it was killed.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
public sealed record ProcessResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Its standard output as the one JSON document it must be; fails the test when it is anything else.</summary>
    public JsonElement Json
    {
        get
        {
            try
            {
                return JsonSerializer.Deserialize<JsonElement>(Output);
            }
            catch (JsonException)
            {
                throw Broken("one JSON document on standard output");
            }
        }
    }

    /// <summary>Itself, when it ended with this exit code; fails the test otherwise, with the output of the process.</summary>
    public ProcessResult Expect(ExitCode exitCode) => ExitCode == (int)exitCode ? this : throw Broken($"exit code {(int)exitCode} ({exitCode})");

    private Xunit.Sdk.XunitException Broken(string expected) =>
        new($"Expected {expected}, but the program ended with {ExitCode}.\n--- standard output\n{Output}\n--- standard error\n{Errors}");
}
