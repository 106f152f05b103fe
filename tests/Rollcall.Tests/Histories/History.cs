using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

/// <summary>What happens to an account, a few people and one or two jobs. It is data: any step can be left out and the rest still happens.</summary>
internal sealed record History
{
    public const int Books = 2;

    public required int Seed { get; init; }

    public required SimulatorOptions Account { get; init; }

    /// <summary>The jobs as they are at first.</summary>
    public required IReadOnlyList<HistoryJob> Jobs { get; init; }

    /// <summary>The members of each book before the first run of the jobs.</summary>
    public required IReadOnlyList<(int Person, int Book)> There { get; init; }

    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>Every version of every job.</summary>
    public IEnumerable<HistoryJob> Versions => Jobs.Concat(Steps.OfType<JobIsEdited>().Select(e => e.Becomes));

    /// <summary>Addresses as people have them: some need escaping in paths, in CSV or in JSON. The first two are one person with a key.</summary>
    public static IReadOnlyList<string> People { get; } =
    [
        "ann@example.com", "ann.new@example.com", "bob+tag@example.com", "o'neil@example.com",
        "100%@example.com", "eve#1@example.com", "zoë@bücher.example", "Hal@Example.com",
    ];

    /// <summary>The keys of <see cref="People"/>.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["k1", "k1", "k2", "k3", "k4", "k5", "k6", "k7"];

    /// <summary>Other ways to write <c>zoë@bücher.example</c> that are the same address where the account compares them in one form.</summary>
    public static IReadOnlyList<string> OtherSpellings { get; } = ["zoe\u0308@bücher.example", "zoë@xn--bcher-kva.example", "ZOË@xn--bcher-kva.example"];

    public override string ToString() =>
        $"""
        seed {Seed}
        account: {string.Join(", ", Switches(Account))}
        {string.Join('\n', Jobs)}
        there: {string.Join(", ", There.Select(t => $"{People[t.Person]} in book {t.Book}"))}
        {string.Join('\n', Steps.Select((s, i) => $"{i + 1}. {s}"))}
        """;

    /// <summary>The options that differ from their defaults.</summary>
    private static IEnumerable<string> Switches(SimulatorOptions account)
    {
        var usual = new SimulatorOptions();
        return typeof(SimulatorOptions).GetProperties()
            .Where(p => !p.IsDefined(typeof(System.Text.Json.Serialization.JsonIgnoreAttribute), inherit: false))
            .Where(p => !Equals(p.GetValue(account), p.GetValue(usual)))
            .Where(p => p.GetValue(account) is not System.Collections.ICollection { Count: 0 })
            .Select(p => $"{p.Name} {(p.GetValue(account) is IEnumerable<string> texts ? string.Join(' ', texts) : p.GetValue(account))}");
    }
}

/// <summary>A job of a history. <see cref="Mapping"/>: audience (0: a, 1: b, ...) to book (0 or 1).</summary>
internal sealed record HistoryJob
{
    public required string Tag { get; init; }

    public required IReadOnlyList<(int Audience, int Book)> Mapping { get; init; }

    public required string Exit { get; init; }

    public string Verify { get; init; } = "auto";

    public bool VerifiedOptIn { get; init; }

    public bool TriggerJoin { get; init; }

    public string DirectApi { get; init; } = "v2";

    public bool ExitExisting { get; init; }

    public bool RecreateDeleted { get; init; }

    public bool RestoreRemoved { get; init; }

    /// <summary>How it resubscribes people: <c>no</c>, <c>with a challenge</c> or <c>without</c>.</summary>
    public string Comeback { get; init; } = "no";

    public bool MembersToo { get; init; }

    /// <summary>Whether it has a <c>key_field</c>.</summary>
    public bool Keyed { get; init; }

    /// <summary>Whether it sends insight data.</summary>
    public bool Insight { get; init; }

    /// <summary>Whether it names its books, not their ids.</summary>
    public bool ByName { get; init; }

    /// <summary>Whether its audiences come from Lytics, not from files.</summary>
    public bool FromLytics { get; init; }

    public IEnumerable<int> Audiences => Mapping.Select(m => m.Audience).Distinct();

    public override string ToString()
    {
        (bool Is, string Word)[] words =
        [
            (VerifiedOptIn, "verified opt-in"), (TriggerJoin, "trigger_join by " + DirectApi), (ExitExisting, "exit_existing"),
            (RecreateDeleted, "recreate_deleted"), (RestoreRemoved, "restores"),
            (Comeback != "no", $"resubscribes {Comeback}{(MembersToo ? ", members too" : "")}"),
            (Keyed, "key_field"), (Insight, "insight_fields"), (ByName, "by name"), (FromLytics, "from Lytics"),
        ];
        var mapping = string.Join(", ", Mapping.Select(m => $"{(char)('a' + m.Audience)} -> book {m.Book}"));
        return $"job {Tag}: {mapping}, exit {Exit}, verify {Verify}{string.Concat(words.Where(w => w.Is).Select(w => ", " + w.Word))}";
    }
}

/// <summary>A row of an audience.</summary>
internal sealed record HistoryRow(string Email, string Key, int Spend, string Note)
{
    public override string ToString() =>
        $"{Email} {(Key.Trim().Length == 0 ? "no key" : Key)} {Spend}{(Note.Length > 10 ? " a long note" : Note.Length > 0 ? " " + Note : "")}";
}
