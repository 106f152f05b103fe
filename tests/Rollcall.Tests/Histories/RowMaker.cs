using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

/// <summary>Makes random audiences.</summary>
internal sealed class RowMaker(Random random, SimulatorOptions account, bool keyed)
{
    public const string Refused = "refused";

    /// <summary>Invalid values in place of an address.</summary>
    public static readonly string[] NoAddress = ["", "   ", "nonsense", "two@@example.com", "no one@example.com"];

    private static readonly string[] NoKey = ["", "  ", "        "];

    private readonly bool _longTexts = account.TextLimit < 1000;

    public AudienceIs Audience(int audience)
    {
        List<HistoryRow> rows = [];
        if (random.Next(12) > 0)
        {
            for (var person = 0; person < History.People.Count; person++)
            {
                if (random.Next(2) == 0)
                {
                    var row = new HistoryRow(Written(person), History.Keys[person], random.Next(4), Note());
                    row = keyed && random.Next(10) == 0 ? row with { Key = NoKey[random.Next(NoKey.Length)] } : row;
                    rows.Add(row);
                    if (random.Next(12) == 0)
                    {
                        rows.Add(row);
                    }
                }
            }

            if (random.Next(4) == 0)
            {
                // People who lost their address may have kept their key.
                var key = keyed && random.Next(2) == 0 ? History.Keys[random.Next(2, History.Keys.Count)] : "";
                rows.Add(new HistoryRow(NoAddress[random.Next(NoAddress.Length)], key, 1, ""));
            }
        }

        return new AudienceIs(audience, rows);
    }

    private string Written(int person)
    {
        var address = History.People[person];
        if (PlainModel.Key(address) == PlainModel.Key(History.OtherSpellings[0]) && AccountMaker.IsOneForm(account) && random.Next(2) == 0)
        {
            return History.OtherSpellings[random.Next(History.OtherSpellings.Count)];
        }

        return random.Next(7) == 0 ? " " + address.ToUpperInvariant() : address;
    }

    private string Note() => random.Next(8) switch
    {
        0 when _longTexts => new string('n', 300),
        1 when AccountMaker.Refuses(account) => Refused,
        2 => "n" + random.Next(3),
        _ => "",
    };
}
