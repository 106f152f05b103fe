using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Rollcall.Cli.Json;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Service;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall serve</c>: runs the stored jobs by their schedules, until it is stopped.</summary>
internal static class ServeCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var urls = new Option<string>("--urls")
        {
            Description = "Where it listens, separated by semicolons",
            HelpName = "URLS",
            DefaultValueFactory = _ => ServiceOptions.DefaultUrls,
        };
        var parallel = new Option<int>("--parallel") { Description = "How many runs may be under way at once", DefaultValueFactory = _ => 8, HelpName = "N" };
        parallel.Validators.Add(one =>
        {
            if (one.Tokens.Count > 0 && int.TryParse(one.Tokens[0].Value, out var number) && number < 1)
            {
                one.AddError("--parallel takes a number greater than 0.");
            }
        });
        var command = new Command("serve", "Run the stored jobs by their schedules, until Ctrl-C") { urls, parallel };
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var workplace = invocation.Workplace();
            using var jobs = new StoredJobs(workplace.DataFolder, workplace.Clock);
            using var only = jobs.Serve();
            await using var service = ServiceHost.Build(new ServiceOptions
            {
                Workplace = workplace,
                Urls = invocation.Arguments.GetRequiredValue(urls),
                Parallel = invocation.Arguments.GetValue(parallel),
                Environment = name => terminal.Environment.GetValueOrDefault(name),
            });
            await StartAsync(service, cancellation);
            Say(invocation, [.. service.Urls]);
            SayFirstStart(invocation, service);
            await WaitAsync(cancellation);
            await service.StopAsync(CancellationToken.None);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task StartAsync(WebApplication service, CancellationToken cancellation)
    {
        try
        {
            await service.StartAsync(cancellation);
        }
        catch (Exception refused) when (refused is IOException or FormatException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            throw new RollcallException(ExitCode.BadJob, $"The service could not start: {refused.Message}", "--urls", "Choose another address.", refused);
        }
    }

    private static void Say(Invocation invocation, IReadOnlyList<string> urls)
    {
        if (invocation.Json)
        {
            invocation.WriteJson(new ListeningService(urls, invocation.DataFolder));
        }
        else
        {
            invocation.Out.WriteLine($"Rollcall serves {invocation.DataFolder} at {string.Join(", ", urls)}. Ctrl-C stops it.");
        }

        invocation.Terminal.RawOut.Flush();
    }

    /// <summary>
    /// How the first administrator is made, on standard error alone: what reads the JSON is a program, and a service manager keeps what it prints. There
    /// <c>rollcall users add</c> does it.
    /// </summary>
    private static void SayFirstStart(Invocation invocation, WebApplication service)
    {
        if (!invocation.Json && ServiceHost.FirstStartLink(service) is { } link)
        {
            invocation.Terminal.Err.WriteLine("There is no user yet. This makes the first administrator, once, within 30 minutes:");

            // A link that is broken into lines is none.
            invocation.Terminal.Err.Profile.Out.Writer.WriteLine(link);
        }
    }

    /// <summary>Until somebody stops the program.</summary>
    private static async Task WaitAsync(CancellationToken cancellation)
    {
        var stopped = new TaskCompletionSource();
        await using var registration = cancellation.Register(stopped.SetResult);
        await stopped.Task;
    }
}
