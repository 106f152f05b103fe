using System.Reflection;
using System.Text;
using Rollcall.Contracts.Tests.Simulator;
using Rollcall.Dotdigital;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Rollcall.TestKit.Specifications;
using Xunit;
using ContactStatus = Rollcall.Dotdigital.ContactStatus;

namespace Rollcall.Contracts.Tests.Client;

/// <summary>The client sends what the specifications define, and understands the answers.</summary>
public sealed class ClientCallsTests
{
    private const int Newsletter = RecordedSimulator.Newsletter;

    private static readonly DateTimeOffset LongAgo = new(2000, 1, 1, 0, 0, 0, 123, TimeSpan.FromHours(1));

    private static readonly Dictionary<string, Func<DotdigitalClient, Task>> Calls = new()
    {
        ["DotdigitalClient.ServerTimeAsync"] = async client => Assert.True(await client.ServerTimeAsync() > LongAgo),
        ["AddressBooks.ListAsync"] = async client =>
            Assert.Contains(await AllAsync(client.AddressBooks.ListAsync()), book => book is { Id: Newsletter, Visibility: Visibility.Public }),
        ["AddressBooks.CreateAsync"] = async client => Assert.Equal("Brazil", (await client.AddressBooks.CreateAsync("Brazil", Visibility.Private)).Name),
        ["DataFields.ListAsync"] = async client =>
            Assert.Contains(await client.DataFields.ListAsync(), field => field is { Name: "VIP", Type: DataFieldType.Boolean }),
        ["DataFields.CreateAsync"] = async client => await client.DataFields.CreateAsync("CITY", DataFieldType.String),
        ["Contacts.FindByEmailAsync"] = async client =>
        {
            Assert.Equal(RecordedSimulator.Ada, (await client.Contacts.FindByEmailAsync("ada@example.com"))!.Id);
            Assert.Null(await client.Contacts.FindByEmailAsync("o'hara+a/b?c#d%eé@example.com"));
        },
        ["Contacts.FindByIdAsync"] = async client =>
        {
            Assert.Equal("ada@example.com", (await client.Contacts.FindByIdAsync(RecordedSimulator.Ada))!.Email);
            Assert.Null(await client.Contacts.FindByIdAsync(5));
        },
        ["Contacts.ReadBookAsync"] = async client =>
        {
            var all = await AllAsync(client.Contacts.ReadBookAsync(Newsletter));
            Assert.Contains(all, contact => contact.Id == RecordedSimulator.Ada);
            Assert.Equal(all.Count, (await AllAsync(client.Contacts.ReadBookAsync(Newsletter, LongAgo))).Count);
        },
        ["Contacts.UnsubscribedSincePageAsync"] = async client =>
            Assert.Contains((await client.Contacts.UnsubscribedSincePageAsync(Newsletter, LongAgo, 0, 1000)).Rows, row => row.Email == "left@example.com"),
        ["Contacts.SuppressedSincePageAsync"] = async client =>
            Assert.Contains((await client.Contacts.SuppressedSincePageAsync(LongAgo, 1, 500)).Rows, row => row.Email == "hardbounced@example.com"),
        ["Contacts.RemoveFromBookAsync"] = async client => await client.Contacts.RemoveFromBookAsync(Newsletter, new[] { RecordedSimulator.Ada }),
        ["Contacts.DeletionAsync"] = async client =>
        {
            var deletion = await client.Contacts.RemoveFromBookAsync(Newsletter, new[] { RecordedSimulator.Ada });
            await PollUntil.TrueAsync(async () => await client.Contacts.DeletionAsync(deletion) == DeletionStatus.Completed, () => "the removal's end");
            Assert.Null(await client.Contacts.DeletionAsync(new DeletionId("13e7b388-2060-4f58-b3dc-2885badf80ee")));
        },
        ["Contacts.RemoveOneAsync"] = async client =>
        {
            Assert.True(await client.Contacts.RemoveOneAsync(Newsletter, RecordedSimulator.Ada));
            Assert.False(await client.Contacts.RemoveOneAsync(Newsletter, 5));
        },
        ["Contacts.UnsubscribeAsync"] = async client =>
            Assert.Equal(RecordedSimulator.Ada, (await client.Contacts.UnsubscribeAsync(Newsletter, "ada@example.com")).ContactId),
        ["Contacts.UnsubscribeFromAccountAsync"] = async client =>
            Assert.Equal(RecordedSimulator.Ada, (await client.Contacts.UnsubscribeFromAccountAsync("ada@example.com")).ContactId),
        ["Contacts.AddToBookAsync"] = async client =>
        {
            var person = new ContactToAdd("o'hara+a/b?c#d%eé@example.com")
            {
                DataFields = """{"FIRSTNAME":"Zoë \"Z\"","VIP":true,"LIFETIME_SPEND":12.50,"BORN":"2026-01-31T12:00:00Z"}""",
                EmailType = "PlainText",
                OptInType = "Single",
            };
            var added = await client.Contacts.AddToBookAsync(Newsletter, person);
            Assert.Equal(
                (ContactStatus.Subscribed, ListStatus.Subscribed),
                (added.Status, (await client.Contacts.FindByEmailAsync(person.Email))!.StatusIn(Newsletter)));
            Assert.Equal(RecordedSimulator.Ada, (await client.Contacts.AddToBookAsync(Newsletter, new ContactToAdd("ada@example.com"))).Id);
            Assert.Equal(
                "ERROR_CONTACT_SUPPRESSED",
                (await Assert.ThrowsAsync<DotdigitalException>(() =>
                    client.Contacts.AddToBookAsync(Newsletter, new ContactToAdd("hardbounced@example.com")))).ErrorCode);
            Assert.Equal(
                "ERROR_CONTACT_SUPPRESSEDFORADDRESSBOOK",
                (await Assert.ThrowsAsync<DotdigitalException>(() =>
                    client.Contacts.AddToBookAsync(Newsletter, new ContactToAdd("left@example.com")))).ErrorCode);
            Assert.Equal(
                "ERROR_ADDRESSBOOK_NOTWRITABLE",
                (await Assert.ThrowsAsync<DotdigitalException>(() => client.Contacts.AddToBookAsync(RecordedSimulator.Locked, person))).ErrorCode);
        },
        ["Contacts.PatchIntoBookAsync"] = async client =>
        {
            var person = new ContactToAdd("o'hara+a/b?c#d%eé@example.com")
            {
                DataFields = """{"FIRSTNAME":"Zoë","VIP":true,"LIFETIME_SPEND":12.50,"BORN":"2026-01-31T12:00:00Z"}""",
                EmailType = "PlainText",
                OptInType = "Single",
            };
            var written = await client.Contacts.PatchIntoBookAsync(Newsletter, person, "overwrite");
            Assert.Equal((person.Email, ContactStatus.Subscribed, ListStatus.Subscribed), (written.Email, written.Status, written.StatusIn(Newsletter)));
            Assert.Equal(
                RecordedSimulator.Ada,
                (await client.Contacts.PatchIntoBookAsync(RecordedSimulator.Empty, new ContactToAdd("ada@example.com"), "overwrite-if-empty")).Id);
            Assert.Equal(
                "contacts:invalidContacts",
                (await Assert.ThrowsAsync<DotdigitalException>(() => client.Contacts.PatchIntoBookAsync(9, person, "overwrite-if-not-empty"))).ErrorCode);
        },
        ["Contacts.ResubscribeAsync"] = async client =>
        {
            Assert.Equal(Resubscription.Challenged, (await client.Contacts.ResubscribeAsync(Newsletter, "left@example.com", challenge: true)).Result);
            Assert.Equal(Resubscription.Added, (await client.Contacts.ResubscribeAsync(Newsletter, "left@example.com", challenge: false)).Result);
            Assert.Equal(Resubscription.Refused, (await client.Contacts.ResubscribeAsync(Newsletter, "hardbounced@example.com", challenge: false)).Result);
        },
        ["Imports.StartAsync"] = async client => Assert.NotEmpty(await client.Imports.StartAsync(Import)),
        ["Imports.ReadAsync"] = async client =>
        {
            var id = await client.Imports.StartAsync(Import);
            await PollUntil.TrueAsync(async () => (await client.Imports.ReadAsync(id))!.IsOver, () => "the import's end");
            var rows = new List<ImportedContact>();
            Assert.Equal(ImportStatus.Finished, (await client.Imports.ReadAsync(id, rows.Add))!.Status);
            Assert.Equal([ImportedKind.Created, ImportedKind.Updated, ImportedKind.Failed], rows.Select(row => row.Kind));
            Assert.Null(await client.Imports.ReadAsync("d7de900d-d337-43f6-b1e1-c8ec73e1a434"));
        },
        ["InsightData.StartAsync"] = async client => Assert.NotEmpty(await client.InsightData.StartAsync(Insight)),
        ["InsightData.ReadAsync"] = async client =>
        {
            var id = await client.InsightData.StartAsync(Insight);
            await PollUntil.TrueAsync(async () => (await client.InsightData.ReadAsync(id))!.IsOver, () => "the import's end");
            var report = await client.InsightData.ReadAsync(id);
            Assert.Equal(InsightImportStatus.Complete, report!.Status);
            Assert.Equal(
                [(5L, "ContactIdDoesNotExist"), (RecordedSimulator.Ada, "JsonContainsNestedArray")],
                report.Failures.Select(failure => (failure.ContactId!.Value, failure.Reason)));
            Assert.Equal(("nested", true), (report.Failures[1].Key, report.Failures[1].Detail is not null));
            Assert.Null(await client.InsightData.ReadAsync("d7de900d-d337-43f6-b1e1-c8ec73e1a434"));
        },
        ["InsightData.DeleteAsync"] = async client =>
        {
            Assert.False(await client.InsightData.DeleteAsync(RecordedSimulator.Ada, "lytics_fields", ["fields"]));
            var id = await client.InsightData.StartAsync(Insight);
            await PollUntil.TrueAsync(async () => (await client.InsightData.ReadAsync(id))!.IsOver, () => "the import's end");
            Assert.True(await client.InsightData.DeleteAsync(RecordedSimulator.Ada, "lytics_fields", ["fields", "o'hara+a/b?c#d%eé"]));
            Assert.False(await client.InsightData.DeleteAsync(5, "lytics_fields", ["fields"]));
        },
    };

    public static TheoryData<string> EachMethod => new(Calls.Keys);

    private static byte[] Import => Encoding.UTF8.GetBytes(
        """
        {"mergeOption":"overwrite","contacts":[
          {"matchIdentifier":"email","identifiers":{"email":"new@example.com"},"lists":[1001]},
          {"matchIdentifier":"email","identifiers":{"email":"ada@example.com"},"dataFields":{"FIRSTNAME":"Ada"}},
          {"matchIdentifier":"email","identifiers":{"email":"never@example.com"}}]}
        """);

    private static byte[] Insight => Encoding.UTF8.GetBytes(
        $$$"""
        {"collectionName":"lytics_fields","collectionScope":"contact","collectionType":"custom","records":[
          {"contactIdentity":{"identifier":"contactId","value":"{{{RecordedSimulator.Ada}}}"},"key":"fields","json":{"city":"Łódź","spend":12.5}},
          {"contactIdentity":{"identifier":"contactId","value":"5"},"key":"fields","json":{"city":"Paris"}},
          {"contactIdentity":{"identifier":"contactId","value":"{{{RecordedSimulator.Ada}}}"},"key":"nested","json":{"a":[[1]]}}]}
        """);

    [Theory]
    [MemberData(nameof(EachMethod))]
    public async Task A_call_keeps_the_specifications(string method)
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await RecordedSimulator.StartAsync();
        using var client = await ConnectAsync(simulator);

        await Calls[method](client);

        Assert.True(simulator.Recorder.Exchanges.Count > 1);
        specifications.AssertValid(simulator.Recorder.Exchanges);
    }

    [Fact]
    public async Task A_partners_token_keeps_the_specifications()
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await RecordedSimulator.StartAsync();
        using var client = await ConnectAsync(simulator, Guid.Parse("5a96bc79-19a7-4544-973b-e2da0c9136f9"));

        Assert.NotNull(await client.Contacts.FindByEmailAsync("ada@example.com", TestContext.Current.CancellationToken));

        var sent = simulator.Recorder.Exchanges[^1];
        Assert.Equal("5a96bc79-19a7-4544-973b-e2da0c9136f9", sent.RequestHeaders["x-ddg-integration-token"]);
        specifications.AssertValid([sent]);
    }

    [Fact]
    public async Task A_book_of_several_pages_is_read_to_its_end()
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await RecordedSimulator.StartAsync();
        simulator.Account.Plant(new Seed
        {
            Contacts = [.. Enumerable.Range(1, 5001)
                .Select(number =>
                    new SeedContact { Email = Some.Email(number),
                        Books = new Dictionary<int, BookStatus> { [RecordedSimulator.Empty] = BookStatus.Subscribed } })],
        });
        using var client = await ConnectAsync(simulator);

        var read = await AllAsync(client.Contacts.ReadBookAsync(RecordedSimulator.Empty, cancellation: TestContext.Current.CancellationToken));

        Assert.Equal(5001, read.DistinctBy(contact => contact.Id).Count());
        specifications.AssertValid(simulator.Recorder.Exchanges);
    }

    [Fact]
    public void Every_call_of_the_client_is_tested_here()
    {
        Type[] types = [typeof(DotdigitalClient), typeof(AddressBooks), typeof(DataFields), typeof(Contacts), typeof(Imports), typeof(InsightData)];
        var methods = types.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.Name.EndsWith("Async", StringComparison.Ordinal))
            .Select(method => $"{type.Name}.{method.Name}"));
        Assert.Equal(methods.Order(), Calls.Keys.Order());
    }

    private static Task<DotdigitalClient> ConnectAsync(RecordedSimulator simulator, Guid? token = null) => DotdigitalClient.ConnectAsync(
        new DotdigitalOptions
        {
            Username = "demo",
            Password = "demo",
            Endpoint = simulator.Url,
            Handler = simulator.Recorder,
            Governors = new Governors(TimeProvider.System),
            IntegrationToken = token,
        },
        TestContext.Current.CancellationToken);

    private static async Task<List<T>> AllAsync<T>(IAsyncEnumerable<T> sequence)
    {
        var all = new List<T>();
        await foreach (var one in sequence)
        {
            all.Add(one);
        }

        return all;
    }
}
