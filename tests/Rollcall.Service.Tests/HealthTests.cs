using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Running;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Service.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task A_service_that_was_started_says_that_it_lives()
    {
        using var folder = new TempFolder();
        await using var app = ServiceHost.Build(new ServiceOptions
        {
            Urls = "http://127.0.0.1:0",
            Workplace = new Workplace
            {
                DataFolder = folder.Path,
                Credentials = _ => throw new InvalidOperationException(),
                Clock = TimeProvider.System,
                Logs = NullLoggerFactory.Instance,
            },
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        using var answer = await client.GetAsync(new Uri("health/live", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.True(answer.IsSuccessStatusCode);
    }
}
