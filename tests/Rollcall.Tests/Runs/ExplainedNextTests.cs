using System.Globalization;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>
/// The next steps in <c>explain</c> match what <c>plan</c> lists for that person, after any history. More cases: <c>ROLLCALL_EXPLAINED=200</c>.
/// </summary>
public sealed class ExplainedNextTests
{
    private const int Rounds = 3;

    private static readonly string[] People = ["ann@example.com", "bob@example.com", "cid@example.com", "dora@example.com"];

    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("ROLLCALL_EXPLAINED") ?? "3", CultureInfo.InvariantCulture))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_comes_next_is_what_the_plan_lists(int seed)
    {
        var random = new Random(seed);
        await using var scene = await ExportScene.StartAsync();
        scene.Config = $"""
              exit_action: {Of(random, "remove", "remove", "unsubscribe", "ignore")}
              trigger_join: {Of(random, "false", "false", "true")}
              {Of(random, "", "", "resubscribe: true", "resubscribe_no_challenge: true")}
            """;
        scene.More = $$"""
            on_foreign_removal: {{Of(random, "leave", "restore")}}
            exit_existing: {{Of(random, "false", "true")}}
            recreate_deleted: {{Of(random, "false", "true")}}
            guards: {max_exit_percent: none, max_missing_percent: none, max_deleted_percent: none, empty_audience: allow}
            """;
        foreach (var person in People.Where(_ => random.Next(3) == 0))
        {
            scene.Account.AddContact(person, random.Next(2) == 0 ? [scene.Gold] : []);
        }

        Fill(scene, random);
        for (var round = 0; round < Rounds; round++)
        {
            await SaysTheSameAsync(scene, seed, round);
            await scene.RunAsync("rejects", "optouts", "missing", "deleted");
            foreach (var person in People)
            {
                Happen(scene, random, person);
            }

            Fill(scene, random);
        }
    }

    private static async Task SaysTheSameAsync(ExportScene scene, int seed, int round)
    {
        var plan = await scene.PlanAsync();
        foreach (var person in People)
        {
            var explanation = await scene.ExplainAsync(person);
            var planned = plan.Changes!
                .Where(change => change.Email == person)
                .Select(change => $"{change.Kind} {change.AddressBookId}")
                .Order(StringComparer.Ordinal)
                .ToList();
            var said = explanation.Next.Select(line => Said(line, scene)).OfType<string>().Order(StringComparer.Ordinal).ToList();
            Assert.True(
                planned.SequenceEqual(said),
                $"seed {seed}, round {round}, {person}: planned [{string.Join(", ", planned)}], said [{string.Join(" | ", explanation.Next)}],"
                + $" books [{string.Join(" | ", explanation.Books.Select(b => $"{b.Name} {b.State} {b.Reason}"))}]");
        }
    }

    /// <summary>The change that a line speaks of, as a plan names it; null where nothing is sent.</summary>
    private static string? Said(string line, ExportScene scene)
    {
        var kind =
            line.StartsWith("Enters ", StringComparison.Ordinal)
                || line.StartsWith("Is added ", StringComparison.Ordinal)
                || line.StartsWith("Is created again", StringComparison.Ordinal) ? "enter"
            : line.StartsWith("Is updated", StringComparison.Ordinal) ? "update"
            : line.StartsWith("Is removed", StringComparison.Ordinal) || line.StartsWith("Is unsubscribed", StringComparison.Ordinal) ? "exit"
            : line.StartsWith("Is asked by email", StringComparison.Ordinal) || line.StartsWith("Is resubscribed", StringComparison.Ordinal) ? "resubscribe"
            : null;
        return kind is null ? null : $"{kind} {(line.Contains("\"Gold\"", StringComparison.Ordinal) ? scene.Gold : scene.Silver)}";
    }

    private static void Fill(ExportScene scene, Random random)
    {
        foreach (var audience in new[] { "gold", "silver" })
        {
            scene.Set(audience, People.Where(_ => random.Next(5) < 3).Select(person => $"{person},{Of(random, "A", "B")},{random.Next(3)}"));
        }
    }

    private static void Happen(ExportScene scene, Random random, string person)
    {
        var (book, contact) = (random.Next(2) == 0 ? scene.Gold : scene.Silver, scene.Account.Contact(person));
        if (contact is null)
        {
            return;
        }

        switch (random.Next(10))
        {
            case 0:
                scene.Account.Unsubscribe(person);
                break;
            case 1 when scene.Account.Members(book).Contains(person):
                scene.Account.Unsubscribe(person, book);
                break;
            case 2 when scene.Account.Members(book).Contains(person):
                scene.Account.RemoveFromBook(person, book);
                break;
            case 3:
                scene.Account.DeleteContact(person);
                break;
            case 4:
                scene.Account.Subscribe(person, book);
                break;
        }
    }

    private static string Of(Random random, params string[] words) => words[random.Next(words.Length)];
}
