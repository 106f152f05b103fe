using System.Globalization;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V2;

/// <summary>Account information and the server's time.</summary>
internal sealed class AccountCalls(Simulation simulation, RateLimiter limiter, Func<Uri> ownUrl)
{
    private const int FlatAllowance = 2000;

    public IEnumerable<Operation> Operations =>
    [
        new("getAccountInfo", "GET", "/v2/account-info", Framework.V2, Tier.High, Read),
        new("getServerTime", "GET", "/v2/server-time", Framework.V2, Tier.High, _ =>
            Reply.Json(200, json => json.WriteStringValue(IsoDate.Text(simulation.Now)))),
    ];

    private Reply Read(Call call)
    {
        var options = simulation.Options;
        var used = limiter.UsedInLastHour;
        var allowance = options.FlatHourlyLimit ?? FlatAllowance;
        (string Name, string Type, string Value)[] properties =
        [
            ("Name", "String", "Simulated account"),
            ("MainEmail", "String", "owner@simulated.example"),
            ("APILocale", "String", "en-GB"),
            ("ApiCallsInLastHour", "Int", used.ToString(CultureInfo.InvariantCulture)),
            ("ApiCallsRemaining", "Int", Math.Max(0, allowance - used).ToString(CultureInfo.InvariantCulture)),
            ("ApiEndpoint", "String", (options.ApiEndpoint ?? ownUrl()).AbsoluteUri.TrimEnd('/') + "/"),
            ("CurrencyCode", "String", "GBP"),
            ("ShowClock", "Boolean", "False"),
            ("TimeZoneIana", "String", "Europe/London"),
        ];
        return Reply.Json(200,
        json => {
            json.WriteStartObject();
            json.WriteNumber("id", options.AccountId);
            json.WriteStartArray("properties");
            foreach (var (name, type, value) in properties)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("type", type);
                json.WriteString("value", value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
