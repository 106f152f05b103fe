using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>What an import does to people who opted out, bounced or must confirm.</summary>
public class ImportConsentTests
{
    [Fact]
    public async Task A_list_in_an_import_lifts_the_unsubscription_from_that_list()
    {
        await using var session = await Start();
        session.Account.AddContact("left@example.com", session.Book);
        session.Account.Unsubscribe("left@example.com", session.Book);

        await session.Import(Record("left@example.com", $"\"lists\":[{session.Book}]"));

        Assert.Equal(["left@example.com"], session.Account.Members(session.Book));
        Assert.Equal(1, session.Account.Counters.ListOptOutsLifted);
    }

    [Fact]
    public async Task With_the_other_reading_of_the_documentation_a_list_in_an_import_lifts_nothing()
    {
        await using var session = await Start(new SimulatorOptions { ListSuppression = ListSuppression.Keeps });
        session.Account.AddContact("left@example.com", session.Book);
        session.Account.Unsubscribe("left@example.com", session.Book);

        var report = await session.Import(Record("left@example.com", $"\"lists\":[{session.Book}]"));

        Assert.Single(report["updated"]!.AsArray());
        Assert.Empty(session.Account.Members(session.Book));
        Assert.Equal(0, session.Account.Counters.ListOptOutsLifted);
    }

    [Fact]
    public async Task A_record_without_lists_leaves_the_books_alone()
    {
        await using var session = await Start();
        session.Account.AddContact("left@example.com", session.Book);
        session.Account.Unsubscribe("left@example.com", session.Book);

        await session.Import(Record("left@example.com", "\"dataFields\":{\"FIRSTNAME\":\"Lee\"}"));

        Assert.Equal(BookStatus.Unsubscribed, session.Account.Contact("left@example.com")!.Books[session.Book]);
        Assert.Equal("Lee", session.Account.Contact("left@example.com")!.DataFields["FIRSTNAME"]);
    }

    [Theory]
    [InlineData(ContactStatus.Unsubscribed)]
    [InlineData(ContactStatus.HardBounced)]
    [InlineData(ContactStatus.Suppressed)]
    public async Task Suppressed_people_are_accepted_and_listed_as_updated_and_their_status_stays(ContactStatus status)
    {
        await using var session = await Start();
        session.Account.AddContact("sad@example.com");
        session.Account.SetStatus("sad@example.com", status);

        var report = await session.Import(Record("sad@example.com", $"\"lists\":[{session.Book}]"));

        Assert.Single(report["updated"]!.AsArray());
        Assert.Empty(report["failures"]!.AsArray());
        Assert.Equal(status, session.Account.Contact("sad@example.com")!.Status);
    }

    [Fact]
    public async Task Suppressed_people_can_be_made_to_fail()
    {
        await using var session = await Start(new SimulatorOptions { SuppressedInImport = SuppressedInImport.Fails });
        session.Account.AddContact("sad@example.com");
        session.Account.SetStatus("sad@example.com", ContactStatus.HardBounced);

        var report = await session.Import(Record("sad@example.com"));

        Assert.Equal("GloballySuppressed", Code(report));
        Assert.Equal(1, report["summary"]!["globallySuppressed"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_status_subscribed_resubscribes_people_who_left_but_lifts_no_bounce()
    {
        const string Subscribed = "\"channelProperties\":{\"email\":{\"status\":\"subscribed\"}}";
        await using var session = await Start();
        session.Account.AddContact("left@example.com");
        session.Account.AddContact("bounced@example.com");
        session.Account.Unsubscribe("left@example.com");
        session.Account.SetStatus("bounced@example.com", ContactStatus.HardBounced);

        await session.Import(Record("left@example.com", Subscribed) + "," + Record("bounced@example.com", Subscribed));

        Assert.Equal(ContactStatus.Subscribed, session.Account.Contact("left@example.com")!.Status);
        Assert.Equal(ContactStatus.HardBounced, session.Account.Contact("bounced@example.com")!.Status);
        Assert.Equal(1, session.Account.Counters.Resubscriptions);
    }

    [Fact]
    public async Task A_resubscription_with_a_challenge_only_asks()
    {
        await using var session = await Start();
        session.Account.AddContact("left@example.com");
        session.Account.Unsubscribe("left@example.com");

        await session.Import(Record("left@example.com", """
            "channelProperties":{"email":{"status":"subscribed","resubscribeOptions":{"resubscribeWithNoChallenge":false}}}
            """));

        Assert.Equal(ContactStatus.Unsubscribed, session.Account.Contact("left@example.com")!.Status);
        Assert.Equal(1, session.Account.Challenges("left@example.com"));
    }

    [Fact]
    public async Task Where_everybody_is_asked_to_confirm_a_new_contact_is_created_but_not_in_the_list()
    {
        await using var session = await Start(new SimulatorOptions { DoubleOptIn = DoubleOptIn.All });

        var report = await session.Import(Record("new@example.com", $"\"lists\":[{session.Book}]"));

        Assert.Single(report["created"]!.AsArray());
        Assert.Empty(session.Account.Members(session.Book));
        Assert.Equal(ContactStatus.PendingOptIn, session.Account.Contact("new@example.com")!.Status);
        Assert.Equal(1, session.Account.Confirmations("new@example.com"));

        session.Account.Confirm("new@example.com");
        Assert.Equal(["new@example.com"], session.Account.Members(session.Book));
    }
}
