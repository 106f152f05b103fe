using Rollcall.Simulators;
using Rollcall.Tests.Runs;
using Xunit;

namespace Rollcall.Tests.Promises;

/// <summary>The mailing preferences of people are kept.</summary>
public sealed class ConsentPromises
{
    [Theory]
    [InlineData(false, ListSuppression.Clears)]
    [InlineData(false, ListSuppression.Keeps)]
    [InlineData(true, ListSuppression.Clears)]
    public async Task Nobody_who_opted_out_is_subscribed_again_unless_the_job_says_so(bool singly, ListSuppression lists)
    {
        await using var scene = await ExportScene.StartAsync(o => o with { ListSuppression = lists });
        scene.Config = singly ? "  trigger_join: true" : "";
        scene.Account.AddContact("book@example.com", scene.Gold);
        scene.Account.AddContact("account@example.com");
        scene.Account.Unsubscribe("book@example.com", scene.Gold);
        scene.Account.Unsubscribe("account@example.com");
        scene.Set("gold", "ann@example.com", "book@example.com", "account@example.com");

        var first = await scene.RunAsync();
        scene.Set("gold", "ann@example.com,Ann,2", "book@example.com,Book,2", "account@example.com,Account,2");
        await scene.RunAsync();

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.Equal(ContactStatus.Unsubscribed, scene.Account.Contact("account@example.com")!.Status);
        Assert.Equal((2L, 0, 0), (first.Audiences[0].Suppressed, scene.Account.Counters.Resubscriptions, scene.Account.Counters.Challenges));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wanted_resubscribe_is_possible_with_and_without_the_confirmation_email(bool challenge)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = challenge ? "  resubscribe: true" : "  resubscribe_no_challenge: true";
        var longAgo = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        scene.Account.Plant(new Seed
        {
            Contacts =
            [
                new SeedContact { Email = "ann@example.com", Status = ContactStatus.Unsubscribed, StatusSince = longAgo },
                new SeedContact { Email = "bounced@example.com", Status = ContactStatus.HardBounced, StatusSince = longAgo },
            ],
        });
        scene.Set("gold", "ann@example.com", "bounced@example.com");

        await scene.RunAsync();
        if (challenge)
        {
            Assert.Equal(ContactStatus.Unsubscribed, scene.Account.Contact("ann@example.com")!.Status);
            scene.Account.Confirm("ann@example.com");
        }

        await scene.RunAsync();

        Assert.Equal(ContactStatus.Subscribed, scene.Account.Contact("ann@example.com")!.Status);
        Assert.Contains("ann@example.com", scene.In(scene.Gold));
        Assert.Equal(ContactStatus.HardBounced, scene.Account.Contact("bounced@example.com")!.Status);
        Assert.Equal((challenge ? 1 : 0, challenge ? 0 : 1), (scene.Account.Counters.Challenges, scene.Account.Counters.Resubscriptions));
    }

    [Fact]
    public async Task A_network_error_never_changes_anyones_consent()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { ListSuppression = ListSuppression.Clears });
        scene.Account.AddContact("out@example.com", scene.Gold);
        scene.Account.Unsubscribe("out@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com", "out@example.com");
        scene.Account.AddFaults(
            new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter },
            new Fault { Operation = "getUnsubscribedInAddressBook", Occurrence = 2, Kind = FaultKind.DropBefore },
            new Fault { Operation = "getImportStatus", Kind = FaultKind.DropAfter });

        await scene.RunAsync();
        scene.Set("gold", "ann@example.com", "out@example.com");
        scene.Account.AddFaults(new Fault { Operation = "deleteContactsFromAddressBook", Kind = FaultKind.DropAfter });
        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.Equal(BookStatus.Unsubscribed, scene.Account.Contact("out@example.com")!.Books[scene.Gold]);
        Assert.All(["ann@example.com", "bob@example.com"], e => Assert.Equal(ContactStatus.Subscribed, scene.Account.Contact(e)!.Status));
        Assert.False(scene.Account.Contact("bob@example.com")!.Books.ContainsKey(scene.Gold));
    }

    [Fact]
    public async Task Someone_who_opts_out_while_a_run_is_under_way_is_out_when_it_ends()
    {
        await using var scene = await ExportScene.StartAsync(
            o => o with { ListSuppression = ListSuppression.Clears, ImportLatency = TimeSpan.FromMilliseconds(400) });
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Before = request =>
        {
            if (request.StartsWith("PUT /contacts/v3/import", StringComparison.Ordinal))
            {
                scene.Account.Unsubscribe("ann@example.com", scene.Gold);
            }
        };

        var result = await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(1, result.Audiences[0].Suppressed);
    }

    [Fact]
    public async Task A_person_opted_out_of_one_list_is_not_put_back_by_an_import_that_names_the_list()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { ListSuppression = ListSuppression.Clears });
        scene.Set("gold", "ann@example.com");
        scene.Set("silver", "ann@example.com");
        await scene.RunAsync();
        scene.Account.Unsubscribe("ann@example.com", scene.Gold);

        // Another list, other fields, and out of the audience and back: each writes the contact again, and other people's records name the list.
        scene.Set("gold", "ann@example.com,Ann,5", "bob@example.com,Bob,1");
        await scene.RunAsync();
        scene.Set("gold", "bob@example.com,Bob,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,Ann,6", "bob@example.com,Bob,1");
        await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(["ann@example.com"], scene.In(scene.Silver));
        Assert.Equal(0, scene.Account.Counters.ListOptOutsLifted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  trigger_join: true\n")]
    public async Task What_people_chose_is_not_overwritten_by_a_sync(string more)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = more + "  exit_action: remove";
        scene.Account.Plant(new Seed
        {
            Contacts =
            [
                new SeedContact
                {
                    Email = "ann@example.com",
                    OptInType = OptInType.VerifiedDouble,
                    EmailType = EmailType.PlainText,
                    Books = new Dictionary<int, BookStatus> { [scene.Gold] = BookStatus.Subscribed },
                },
            ],
        });
        scene.Set("gold", "ann@example.com,Ann,1");
        scene.Set("silver", "ann@example.com,Ann,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,Ann,2");
        scene.Set("silver", "ann@example.com,Ann,2");
        await scene.RunAsync();

        var ann = scene.Account.Contact("ann@example.com")!;
        Assert.Equal((OptInType.VerifiedDouble, EmailType.PlainText, "2"), (ann.OptInType, ann.EmailType, ann.DataFields["SPEND"]));
        Assert.Equal(["ann@example.com"], scene.In(scene.Silver));
        Assert.Equal(0, scene.Account.Confirmations("ann@example.com"));
    }

    [Fact]
    public async Task No_run_mails_more_people_than_the_user_knows()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { RepeatedAddsFire = true });
        scene.Config = "  trigger_join: true";
        scene.More = "guards: {max_mails: 2}";
        scene.Set("gold", "ann@example.com", "bob@example.com", "cyd@example.com");

        var plan = await scene.PlanAsync();
        var held = await scene.RunAsync();
        Assert.Equal(("mails", 3L), (Assert.Single(plan.Guards).Guard, plan.Guards[0].Actual));
        Assert.Equal(("mails", 3L, 0), (Assert.Single(held.Guards).Guard, held.Guards[0].Actual, scene.Account.Counters.Joins));

        await scene.RunAsync("mails");
        await scene.RunAsync();
        Assert.All(scene.In(scene.Gold), e => Assert.Equal(1, scene.Account.Joins(e, scene.Gold)));
        Assert.Equal(3, scene.Account.Counters.Joins);
    }
}
