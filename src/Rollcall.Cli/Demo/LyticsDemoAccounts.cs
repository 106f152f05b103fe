using System.Text.Json.Nodes;
using Rollcall.Simulators;
using Rollcall.Simulators.Lytics;

namespace Rollcall.Cli.Demo;

/// <summary>The two accounts of the Lytics demo: their contents before the first run, and what happens in them between the runs.</summary>
/// <param name="people">Profiles in Lytics.</param>
internal sealed class LyticsDemoAccounts(int people)
{
    public const int Gold = 1001;
    public const int Newsletter = 1002;

    /// <summary>The person the demo follows, in both audiences.</summary>
    public const string Ada = "ada";
    public const string AdasEmail = "ada.abel@example.com";

    private const string GoldAudience = "gold";
    private const string NewsletterAudience = "newsletter";
    private const int WrittenProfiles = 3;
    private const int Former = 4;

    private static readonly string[] _articles =
    [
        "Ten records for a rainy Sunday", "How to clean a flea market find", "The label that forgot its own name", "Mono or stereo?",
        "A short history of the B-side", "Where the tape hiss went", "Five shops worth the detour", "What a needle costs, and why",
        "Bossa nova for beginners", "Sleeves we would hang on a wall", "The drummer nobody credited", "Storing 12 inches in a small flat",
    ];

    // Generated people 1 to _lastGold are gold, those from _firstNewsletter on get the newsletter.
    private readonly int _last = people - WrittenProfiles;
    private readonly int _lastGold = (people - WrittenProfiles) * 6 / 10;
    private readonly int _firstNewsletter = ((people - WrittenProfiles) * 4 / 10) + 1;

    /// <summary>The addresses of the people who leave Lytics' audiences between the runs.</summary>
    public IEnumerable<string> Leavers => Enumerable.Range(1, Share(50)).Select(Email);

    /// <summary>Two overlapping audiences and a collection of articles. As in real data, one profile has no address and two share one.</summary>
    public LyticsSeed Lytics() => new()
    {
        Profiles =
        [
            new JsonObject
            {
                ["_id"] = Ada,
                ["email"] = AdasEmail,
                ["first_name"] = "Ada",
                ["last_name"] = "Abel",
                ["total_spend"] = 812.5,
                ["last_visit"] = "2026-05-04T09:30:00Z",
                ["interests"] = new JsonArray("jazz", "vinyl"),
                ["scores"] = new JsonObject { ["affinity"] = 87, ["churn"] = 0.12 },
            },
            new JsonObject { ["_id"] = "nameless", ["first_name"] = "No address" },
            new JsonObject { ["_id"] = "twice", ["email"] = $"PERSON{_firstNewsletter}@EXAMPLE.COM", ["first_name"] = "Twice" },
        ],
        Audiences =
        [
            new SeedAudience { Id = "3fb1a7c0", Slug = GoldAudience, Name = "Gold members", Generate = _lastGold, Profiles = [Ada, "nameless"] },
            new SeedAudience
            {
                Id = "5c02d9e4",
                Slug = NewsletterAudience,
                Name = "Newsletter",
                From = _firstNewsletter,
                Generate = _last - _firstNewsletter + 1,
                Profiles = [Ada, "twice"],
            },
        ],
        Collections = [new SeedContent { Id = "c0ffee01", Slug = "articles", Name = "Articles", Items = [.. _articles.Select(Article)] }],
    };

    /// <summary>Two address books with people that Lytics added (some have left, bounced or are no longer members), and the data fields of the job.</summary>
    public Seed Dotdigital(DateTimeOffset now) => new()
    {
        Books = [new SeedBook { Id = Gold, Name = "Gold members" }, new SeedBook { Id = Newsletter, Name = "Newsletter" }],
        DataFields =
        [
            new SeedDataField { Name = "TOTAL_SPEND", Type = "Numeric" },
            new SeedDataField { Name = "LAST_VISIT", Type = "Date" },
            new SeedDataField { Name = "REC_TITLE" },
            new SeedDataField { Name = "REC_URL" },
            new SeedDataField { Name = "REC2_TITLE" },
        ],
        Contacts =
        [
            .. Enumerable.Range(1, Former).Select(number => InGold($"former{number}@example.com", now)),
            .. Enumerable.Range(1, _lastGold).Select(number => Known(number, now)).OfType<SeedContact>(),
        ],
    };

    /// <summary>A day in Lytics and at Dotdigital, where Ada leaves one of her two books.</summary>
    public LyticsDemoBetween PassDay(SimulatedLytics lytics, SimulatedAccount dotdigital)
    {
        var (left, came, promoted, changed) = (Share(50), Share(50), Share(100), Share(20));
        lytics.ExitGenerated(GoldAudience, 1, left);
        lytics.EnterGenerated(NewsletterAudience, _last + 1, came);
        lytics.EnterGenerated(GoldAudience, _lastGold + 1, promoted);
        lytics.ChangeGenerated(_firstNewsletter, changed);
        lytics.Set(Ada, """{"total_spend": 874.25, "last_visit": "2026-05-05T18:00:00Z", "scores": {"affinity": 91, "churn": 0.09}}""");

        var readers = dotdigital.Members(Newsletter).Where(email => email != AdasEmail).ToList();
        var unsubscribed = DemoAccount.Some(readers, 3, 200);
        var bounced = DemoAccount.Some(readers, 5, 300);
        dotdigital.Unsubscribe(AdasEmail, Gold);
        unsubscribed.ForEach(email => dotdigital.Unsubscribe(email));
        bounced.ForEach(email => dotdigital.SetStatus(email, ContactStatus.HardBounced));
        return new LyticsDemoBetween(came, changed + 1, promoted, left, unsubscribed.Count, bounced.Count, AdasEmail);
    }

    private int Share(int oneIn) => Math.Max(1, people / oneIn);

    /// <summary>The address of a generated person.</summary>
    private static string Email(int number) => $"person{number}@example.com";

    private static SeedContact? Known(int number, DateTimeOffset now)
    {
        var contact = InGold(Email(number), now);
        return (number % 40) switch
        {
            11 => contact with { Status = ContactStatus.Unsubscribed },
            23 => contact with { Status = ContactStatus.HardBounced },
            31 => contact with { Books = new Dictionary<int, BookStatus> { [Gold] = BookStatus.Unsubscribed } },
            _ => number % 4 == 0 ? contact : null,
        };
    }

    private static SeedContact InGold(string email, DateTimeOffset now) =>
        new() { Email = email, StatusSince = now.AddDays(-30), Books = new Dictionary<int, BookStatus> { [Gold] = BookStatus.Subscribed } };

    private static JsonObject Article(string title, int number) => new()
    {
        ["id"] = $"article-{number + 1}",
        ["url"] = $"https://shop.example.com/articles/{number + 1}",
        ["title"] = title,
        ["topics"] = new JsonArray("Records"),
        ["created"] = new DateTime(2026, 1, 5, 8, 0, 0, DateTimeKind.Utc).AddDays(number),
    };
}
