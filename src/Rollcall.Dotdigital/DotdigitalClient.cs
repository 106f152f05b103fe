using System.Globalization;
using System.Text;

namespace Rollcall.Dotdigital;

/// <summary>
/// One account of Dotdigital, limited to what an exporter may do: nothing here deletes a contact, empties a book, replaces a contact
/// or suppresses anyone. Failures are <see cref="DotdigitalException"/>. Thread-safe.
/// </summary>
public sealed class DotdigitalClient : IDisposable
{
    private readonly DotdigitalTransport _transport;

    private DotdigitalClient(DotdigitalTransport transport, Account account)
    {
        _transport = transport;
        Account = account;
        AddressBooks = new AddressBooks(transport);
        DataFields = new DataFields(transport);
        Contacts = new Contacts(transport);
        Imports = new Imports(transport);
        InsightData = new InsightData(transport);
    }

    /// <summary>The account.</summary>
    public Account Account { get; }

    /// <summary>Address books.</summary>
    public AddressBooks AddressBooks { get; }

    /// <summary>Data fields.</summary>
    public DataFields DataFields { get; }

    /// <summary>People: looking them up, and whether they are in a book.</summary>
    public Contacts Contacts { get; }

    /// <summary>Bulk imports.</summary>
    public Imports Imports { get; }

    /// <summary>Insight data of contacts.</summary>
    public InsightData InsightData { get; }

    /// <summary>What this client has sent.</summary>
    public ApiUsage Usage => _transport.Usage;

    /// <summary>Shares the account's calls.</summary>
    public Governor Governor => _transport.Governor;

    /// <summary>
    /// Asks region 1, or <see cref="DotdigitalOptions.Endpoint"/>, for the account and its own endpoint (<c>GET /v2/account-info</c>); every later call goes
    /// there.
    /// </summary>
    /// <exception cref="DotdigitalException">
    /// Configuration: wrong credentials, region or permission, or an endpoint that the password must not be sent to. Transient: unreachable.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not greater than 0 and at most 1.</exception>
    public static async Task<DotdigitalClient> ConnectAsync(DotdigitalOptions options, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Share, "options.Share");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Share, 1.0, "options.Share");
        var request = DotdigitalRequest.Read("account.info", CallTier.High, "v2/account-info", repeats: 2);
        var asked = options.Endpoint ?? DotdigitalEndpoints.Region1;
        if (DotdigitalEndpoints.WhyForbidden(asked) is { } why)
        {
            throw Failures.OfEndpoint(request.Operation, asked, why, leadBy: null);
        }

        var transport = new DotdigitalTransport(options, DotdigitalEndpoints.Rooted(asked));
        try
        {
            var account = AccountOf(await transport.SendAsync(request, DotdigitalWire.Default.WireAccount, cancellation).ConfigureAwait(false), request, asked);
            transport.Endpoint = account.Endpoint;
            transport.Governor = GovernorsOf(options).For(account);
            return new DotdigitalClient(transport, account);
        }
        catch
        {
            transport.Dispose();
            throw;
        }
    }

    /// <summary>The time by Dotdigital's clock (<c>GET /v2/server-time</c>), in UTC.</summary>
    public Task<DateTimeOffset> ServerTimeAsync(CancellationToken cancellation = default)
    {
        var request = DotdigitalRequest.Read("account.serverTime", CallTier.High, "v2/server-time");
        return _transport.SendAsync(
            request,
            async (body, token) =>
            {
                // One specification defines a JSON string, the other plain text.
                using var reader = new StreamReader(body, Encoding.UTF8);
                var text = (await reader.ReadToEndAsync(token).ConfigureAwait(false)).Trim().Trim('"');
                return WireTime.Parse(text) ?? throw new System.Text.Json.JsonException("not a time");
            },
            cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private static Governors GovernorsOf(DotdigitalOptions options) =>
        options.Governors ?? (options.Clock == TimeProvider.System ? Governors.OfThisProcess : new Governors(options.Clock));

    private static Account AccountOf(WireAccount wire, DotdigitalRequest request, Uri asked)
    {
        var properties = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in wire.Properties ?? [])
        {
            if (property is { Name: { } name, Value: { } value })
            {
                properties.TryAdd(name, value);
            }
        }

        if (wire.Id <= 0 || !Uri.TryCreate(properties.GetValueOrDefault("ApiEndpoint"), UriKind.Absolute, out var endpoint))
        {
            throw new DotdigitalException(
                FailureKind.Configuration,
                request.Operation,
                $"{asked.Authority} did not return the account's id and API endpoint. Check that the endpoint is Dotdigital's.");
        }

        if (DotdigitalEndpoints.WhyForbidden(endpoint, asked) is { } why)
        {
            throw Failures.OfEndpoint(request.Operation, endpoint, why, asked);
        }

        return new Account
        {
            Id = wire.Id,
            Name = properties.GetValueOrDefault("Name", ""),
            Endpoint = DotdigitalEndpoints.Rooted(endpoint),
            MainEmail = properties.GetValueOrDefault("MainEmail"),
            CallsRemaining = long.TryParse(properties.GetValueOrDefault("ApiCallsRemaining"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var left)
                ? left
                : null,
            TimeZone = properties.GetValueOrDefault("TimeZoneIana"),
            Properties = properties,
        };
    }
}
