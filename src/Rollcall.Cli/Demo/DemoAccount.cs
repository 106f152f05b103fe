using Rollcall.Simulators;

namespace Rollcall.Cli.Demo;

/// <summary>The demo's Dotdigital account: its contents before the first run, and what people do there between the runs.</summary>
internal static class DemoAccount
{
    public const int BigSpenders = 1001;
    public const int Brazil = 1002;

    /// <summary>Two address books, a data field, and some of the shop's customers who joined, left or bounced before the job existed.</summary>
    public static Seed Seed(DemoShop shop, DateTimeOffset now)
    {
        var contacts = new List<SeedContact>();
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var customer in shop.Customers.Where(customer => customer.Email.Contains('@', StringComparison.Ordinal)))
        {
            if (Contact(customer, now) is { } contact && known.Add(customer.Email))
            {
                contacts.Add(contact);
            }
        }

        return new Seed
        {
            Books = [new SeedBook { Id = BigSpenders, Name = "VIP customers" }, new SeedBook { Id = Brazil, Name = "Brazil newsletter" }],
            DataFields = [new SeedDataField { Name = "LOYALTY_POINTS", Type = "Numeric" }],
            Contacts = [.. contacts, .. DemoComeback.Seed(now)],
        };
    }

    /// <summary>Members unsubscribe from the account, leave one book, or bounce. Returns the people who unsubscribed, left or bounced.</summary>
    public static DemoOptOuts PassDay(SimulatedAccount account)
    {
        var vips = account.Members(BigSpenders);
        var unsubscribed = Some(vips, 3, 500);
        var left = Some(vips, 7, 700);
        var bounced = Some(account.Members(account.Books.Max(book => book.Id)), 5, 900).Except(unsubscribed).Except(left).ToList();
        unsubscribed.ForEach(email => account.Unsubscribe(email));
        left.ForEach(email => account.Unsubscribe(email, BigSpenders));
        bounced.ForEach(email => account.SetStatus(email, ContactStatus.HardBounced));
        var asked = account.Contacts.Where(contact => contact.Status == ContactStatus.Unsubscribed && account.Challenges(contact.Email) > 0)
            .Select(contact => contact.Email).ToList();
        var answered = Some(asked, 1, 4);
        answered.ForEach(account.Confirm);
        return new DemoOptOuts(unsubscribed, left, bounced, answered, [.. asked.Except(answered)]);
    }

    /// <summary>One in every N of them, and at least one if there are any.</summary>
    public static List<string> Some(IReadOnlyList<string> members, int from, int every) =>
        [.. members.Where((_, i) => i % every == Math.Min(from, members.Count - 1))];

    private static SeedContact? Contact(DemoCustomer customer, DateTimeOffset now)
    {
        var contact = new SeedContact { Email = customer.Email, StatusSince = now.AddDays(-(customer.Id % 300) - 1) };
        return (customer.Id % 300) switch
        {
            11 => contact with { Status = ContactStatus.Unsubscribed },
            113 => contact with { Status = ContactStatus.HardBounced },
            217 => contact with { Status = customer.Id % 600 == 217 ? ContactStatus.IspComplained : ContactStatus.Suppressed },
            19 or 119 => contact with { Books = new Dictionary<int, BookStatus> { [BigSpenders] = BookStatus.Unsubscribed } },
            23 or 123 => contact with { Books = new Dictionary<int, BookStatus> { [Brazil] = BookStatus.Subscribed } },
            _ => null,
        };
    }
}

/// <summary>The people who opted out between the runs, and of those asked to come back, the ones who agreed or did not answer.</summary>
internal sealed record DemoOptOuts(
    IReadOnlyList<string> Unsubscribed,
    IReadOnlyList<string> LeftBook,
    IReadOnlyList<string> Bounced,
    IReadOnlyList<string> SaidYes,
    IReadOnlyList<string> Silent);
