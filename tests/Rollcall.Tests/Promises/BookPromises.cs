using Rollcall.Model;
using Rollcall.Simulators;
using Rollcall.Tests.Runs;
using Xunit;

namespace Rollcall.Tests.Promises;

/// <summary>Which people are in a book, leave it, or stay.</summary>
public sealed class BookPromises
{
    [Fact]
    public async Task Leaving_an_audience_leaves_one_book_and_the_contact_its_other_books_and_its_subscription_stay()
    {
        await using var scene = await ExportScene.StartAsync();
        var other = scene.Account.AddBook("Newsletter");
        scene.Account.AddContact("ann@example.com", other);
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        var id = scene.Account.Contact("ann@example.com")!.Id;

        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();

        var ann = scene.Account.Contact("ann@example.com")!;
        Assert.Equal((id, ContactStatus.Subscribed), (ann.Id, ann.Status));
        Assert.Equal([scene.Silver, other], ann.Books.Where(b => b.Value == BookStatus.Subscribed).Select(b => b.Key).Order());
        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(0, scene.Account.Counters.ContactsDeleted);
    }

    [Theory]
    [InlineData("email,name,spend\n")]
    [InlineData("email,name,spend\nm0@example.com,Someone,1\nm1@example.com,Some")]
    [InlineData(null)]
    public async Task A_source_that_is_empty_disabled_or_cut_short_empties_no_book(string? text)
    {
        await using var scene = await ExportScene.StartAsync();
        var people = Enumerable.Range(0, 6).Select(i => $"m{i}@example.com").ToList();
        scene.Set("gold", people);
        await scene.RunAsync();
        var job = scene.Job();
        var file = Path.Combine(scene.Folder, "gold.csv");
        if (text is null)
        {
            File.Delete(file);
        }
        else
        {
            await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        }

        var stop = await Record.ExceptionAsync(async () =>
        {
            var result = await ExportRun.ExecuteAsync(job, new RunOptions(), scene.Workplace(), TestContext.Current.CancellationToken);
            Assert.NotEqual(ExitCode.Done, result.ExitCode);
        });

        Assert.True(stop is null or RollcallException { ExitCode: ExitCode.Source }, stop?.ToString());
        Assert.Equal(people, scene.In(scene.Gold));
    }

    [Fact]
    public async Task Only_members_that_this_job_put_into_a_book_are_taken_out_of_it()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("before@example.com", scene.Gold);
        scene.Account.AddContact("beside@example.com", scene.Gold);
        scene.Set("gold", "before@example.com", "ours@example.com", "stays@example.com");
        await scene.RunAsync();
        scene.Account.AddContact("later@example.com", scene.Gold);

        scene.Set("gold", "stays@example.com");
        await scene.RunAsync();

        Assert.Equal(["before@example.com", "beside@example.com", "later@example.com", "stays@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task People_already_in_the_book_before_the_job_or_wanted_by_another_job_stay_when_this_job_releases_them()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("before@example.com", scene.Gold);
        scene.Set("gold", "before@example.com", "shared@example.com", "ours@example.com", "stays@example.com");
        await scene.RunAsync();
        scene.Set("gold", "shared@example.com");
        await ExportRun.ExecuteAsync(scene.Job() with { Tag = "other" }, new RunOptions(), scene.Workplace(), TestContext.Current.CancellationToken);

        scene.Set("gold", "stays@example.com");
        var result = await scene.RunAsync();

        Assert.Equal(["before@example.com", "shared@example.com", "stays@example.com"], scene.In(scene.Gold));
        Assert.Equal(1, result.Audiences[0].Exited);
    }

    [Fact]
    public async Task Somebody_deleted_at_Dotdigital_is_not_created_again_by_the_next_update()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1");
        await scene.RunAsync();
        scene.Account.DeleteContact("ann@example.com");

        scene.Set("gold", "ann@example.com,Ann,2", "bob@example.com,Bob,2");
        scene.Set("silver", "ann@example.com,Ann,2");
        var result = await scene.RunAsync();
        scene.Set("gold", "ann@example.com,Ann,3", "bob@example.com,Bob,3");
        await scene.RunAsync();

        Assert.Null(scene.Account.Contact("ann@example.com"));
        Assert.Equal("3", scene.Account.Contact("bob@example.com")!.DataFields["SPEND"]);
        Assert.Equal((1L, ExitCode.Done), (result.Audiences[0].Suppressed, result.ExitCode));
    }

    [Fact]
    public async Task A_data_field_or_book_deleted_at_Dotdigital_stops_neither_exits_nor_the_rest_and_is_named()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1");
        scene.Set("silver", "ann@example.com,Ann,1", "bob@example.com,Bob,1");
        await scene.RunAsync();
        scene.Account.DeleteDataField("SPEND");
        scene.Account.DeleteBook(scene.Silver);
        scene.Set("gold", "ann@example.com,Anna,2", "cyd@example.com,Cyd,2");

        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "cyd@example.com"], scene.In(scene.Gold));
        Assert.Equal("Anna", scene.Account.Contact("ann@example.com")!.DataFields["FIRSTNAME"]);
        Assert.Equal(ExitCode.SomeNotDelivered, result.ExitCode);
        Assert.Contains(result.Notices, n => n.Contains("SPEND", StringComparison.Ordinal));
        Assert.Contains(result.Notices, n => n.Contains(scene.Silver.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }
}
