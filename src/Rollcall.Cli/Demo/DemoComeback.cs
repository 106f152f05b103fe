using Rollcall.Simulators;

namespace Rollcall.Cli.Demo;

/// <summary>
/// The demo's second job: three people from a competition's list are resubscribed without a challenge, where that is allowed. One bounced, one
/// leaves the book during the import.
/// </summary>
internal static class DemoComeback
{
    public const string Tag = "demo-comeback";
    public const string Back = "paula.comes.back@example.com";
    public const string Bounced = "otto.bounced@example.com";
    public const string Leaving = "mina.leaves.midway@example.com";

    public const string Text = """
        # Winners of a competition, who agreed in the shop to be mailed again.
        label: Competition winners to the VIP book
        tag: demo-comeback
        authorization: demo
        source:
          tables:
            files: {winners: winners.csv}
            audiences: {winners: {from: winners}}
        config:
          segment_ids: [winners]
          seg_mappings: [{winners: "1001"}]
          email_field: email
          exit_action: remove
          resubscribe_no_challenge: true

        """;

    public static string People => $"email\n{Back}\n{Bounced}\n{Leaving}\n";

    /// <summary>The contacts that exist at Dotdigital before the first run.</summary>
    public static IEnumerable<SeedContact> Seed(DateTimeOffset now) =>
    [
        new SeedContact { Email = Back, Status = ContactStatus.Unsubscribed, StatusSince = now.AddDays(-90) },
        new SeedContact { Email = Bounced, Status = ContactStatus.HardBounced, StatusSince = now.AddDays(-60) },
        new SeedContact { Email = Leaving },
    ];

    /// <summary>A person who leaves the book right after Dotdigital accepted the import that adds them.</summary>
    public sealed class Hand(SimulatedAccount account) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        private bool left;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (!left && request.Method == HttpMethod.Put && request.RequestUri!.AbsolutePath == "/contacts/v3/import")
            {
                left = true;
                account.Unsubscribe(Leaving, DemoAccount.BigSpenders);
            }

            return response;
        }
    }
}
