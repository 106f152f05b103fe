using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class OptionTests
{
    [Fact]
    public async Task Exits_are_ignored_unless_the_job_says_otherwise()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "";
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com");

        var plan = await scene.PlanAsync();
        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal((0L, ExitCode.Done), (result.Audiences[0].Exited, result.ExitCode));
        Assert.Equal(0, plan.Audiences[0].Exited);
        Assert.Empty(plan.Changes!);
    }

    [Theory]
    [InlineData("keep", "Ann")]
    [InlineData("clear", null)]
    public async Task A_missing_value_keeps_or_clears_the_data_field(string choice, string? left)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.More = $"on_missing_field: {choice}";
        scene.Set("gold", "ann@example.com,Ann,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,,2");
        await scene.RunAsync();

        var fields = scene.Account.Contact("ann@example.com")!.DataFields;
        Assert.Equal(left, fields.GetValueOrDefault("FIRSTNAME"));
        Assert.Equal("2", fields["SPEND"]);
    }

    [Fact]
    public async Task Types_are_sent_when_a_person_first_enters_and_never_overwrite_a_choice()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  email_type: PlainText\n  opt_in_type: Single";
        scene.Account.AddContact("there@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "there@example.com");
        await scene.RunAsync();

        Assert.Equal(Rollcall.Simulators.EmailType.PlainText, scene.Account.Contact("ann@example.com")!.EmailType);
        Assert.Equal(Rollcall.Simulators.EmailType.Html, scene.Account.Contact("there@example.com")!.EmailType);
    }

    [Fact]
    public async Task Only_the_fields_named_trigger_an_update()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  field_changes: [name]";
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,Ann,2", "bob@example.com,Robert,2");

        var result = await scene.RunAsync();

        Assert.Equal(1, result.Audiences[0].Updated);
        Assert.Equal("1", scene.Account.Contact("ann@example.com")!.DataFields["SPEND"]);
        Assert.Equal("2", scene.Account.Contact("bob@example.com")!.DataFields["SPEND"]);
    }

    [Fact]
    public async Task Missing_data_fields_are_reported_all_at_once_and_created_if_the_job_says_so()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.DeleteDataField("SPEND");
        scene.Set("gold", "ann@example.com,Ann,12.5");

        var stop = await Assert.ThrowsAsync<RollcallException>(() => scene.RunAsync());
        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
        Assert.Contains("SPEND", stop.Message, StringComparison.Ordinal);

        scene.More = "create_missing_fields: true";
        var creates = (await scene.PlanAsync()).Plan!.Creates;
        Assert.Equal((0, new PlannedField("SPEND", "String")), (creates.Books.Count, Assert.Single(creates.Fields)));
        await scene.RunAsync();
        Assert.Empty((await scene.PlanAsync()).Plan!.Creates.Fields);
        Assert.Equal("12.5", scene.Account.Contact("ann@example.com")!.DataFields["SPEND"]);
    }

    [Fact]
    public async Task Nobody_is_released_if_exits_are_ignored()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  exit_action: ignore";
        scene.Set("gold", "ann@example.com,Ann,1");
        await scene.RunAsync();

        foreach (var options in new[] { new RunOptions { Release = ["gold"] }, new RunOptions { Release = ["gold"], Allow = new HashSet<string> { "exits" } } })
        {
            var stop = await Assert.ThrowsAsync<RollcallException>(() => scene.RunAsync(options));
            Assert.Equal(ExitCode.BadJob, stop.ExitCode);
            Assert.Contains("exit_action: remove", stop.Problems[0].Todo, StringComparison.Ordinal);
        }

        Assert.Equal("delivered", (await scene.ExplainAsync("ann@example.com")).Books[0].State);
    }

    [Fact]
    public async Task A_plan_of_a_pilot_is_the_plan_of_what_the_pilot_would_send()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1", "cy@example.com,Cy,1");

        Assert.Equal((1L, 2L), Entered(await scene.PlanAsync(new RunOptions { Limit = 1 })));
        Assert.Equal((1L, 2L), Entered(await scene.PlanAsync(new RunOptions { Only = ["bob@example.com"] })));
        Assert.Equal((3L, 0L), Entered(await scene.PlanAsync()));

        static (long, long) Entered(RunResult plan) => (plan.Audiences[0].Entered, plan.Audiences[0].Held);
    }

    [Fact]
    public async Task A_data_field_that_vanished_stops_neither_the_rest_nor_the_exits()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1");
        await scene.RunAsync();
        scene.Account.DeleteDataField("SPEND");
        scene.Set("gold", "ann@example.com,Anna,2");

        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.Equal("Anna", scene.Account.Contact("ann@example.com")!.DataFields["FIRSTNAME"]);
        Assert.Equal(ExitCode.SomeNotDelivered, result.ExitCode);
        Assert.Contains(result.Notices, n => n.Contains("SPEND", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Status_events_tell_only_what_changed_one_file_a_run()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  exit_action: remove\n  sync_status: true";
        scene.More = "status_sink: {file: status.jsonl}";
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1", "cy@example.com,Cy,1");
        var first = await scene.RunAsync();
        scene.Account.Unsubscribe("cy@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com,Anna,2", "cy@example.com,Cy,1");
        var second = await scene.RunAsync();
        var third = await scene.RunAsync();

        string[] Events(RunResult run) => [.. File.ReadAllLines(Path.Combine(scene.Folder, $"status-{run.RunId}.jsonl")).Order(StringComparer.Ordinal)];
        Assert.Equal(3, Events(first).Length);
        Assert.Contains(
            "\"email\":\"ann@example.com\",\"account_id\":1001,\"account_status\":\"Subscribed\","
            + $"\"address_book_id\":{scene.Gold},\"address_book_status\":\"Subscribed\"",
            Events(first)[0],
            StringComparison.Ordinal);
        Assert.Equal(2, Events(second).Length);
        Assert.Contains("\"address_book_status\":\"Removed\"", Events(second)[0], StringComparison.Ordinal);
        Assert.Contains("\"address_book_status\":\"Unsubscribed\"", Events(second)[1], StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(scene.Folder, $"status-{third.RunId}.jsonl")));
    }

    [Fact]
    public async Task Backfill_only_runs_once()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  backfill_only: true";
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_verified_double_opt_in_mails_nobody_beyond_the_guard()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  opt_in_type: VerifiedDouble";
        scene.More = "guards: {max_mails: 1}";
        scene.Set("gold", "ann@example.com", "bob@example.com");

        var held = await scene.RunAsync();
        Assert.Equal(("mails", 0), (Assert.Single(held.Guards).Guard, scene.Account.ContactCount));

        await scene.RunAsync("mails");
        Assert.Equal(1, scene.Account.Confirmations("ann@example.com"));
        await scene.RunAsync();
        Assert.Equal(1, scene.Account.Confirmations("ann@example.com"));
    }

    [Fact]
    public async Task Bad_rows_are_counted_and_listed_and_affect_no_other_rows()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,lots", "not an address,X,1", ",Y,1", "ANN@example.com,Ann again,2", "bob+a/b#c%d'e@example.com,Bob,3");

        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob+a/b#c%d'e@example.com"], scene.In(scene.Gold).Select(e => e.ToLowerInvariant()));
        var gold = result.Audiences[0];
        Assert.Equal((5L, 2L, 1L, 2L, 1L), (gold.Members, gold.Entered, gold.Invalid, gold.Omitted, result.ValuesLeftOut));
        Assert.Equal(["Duplicate", "InvalidEmail", "NoEmail", "ValueLeftOut"], result.Failures.Select(f => f.Code).Order(StringComparer.Ordinal));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task An_id_from_the_profile_matches_only_the_contact_Dotdigital_shows_under_that_address()
    {
        await using var scene = await ExportScene.StartAsync();
        var ann = scene.Account.AddContact("ann@example.com");
        var stranger = scene.Account.AddContact("stranger@example.com");
        scene.Config = "  id_field: spend";
        scene.Set("gold", $"ann@example.com,Ann,{ann}", $"bob@example.com,Bob,{stranger}");

        await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(ann, scene.Account.Contact("ann@example.com")!.Id);
        Assert.DoesNotContain("FIRSTNAME", scene.Account.Contact("stranger@example.com")!.DataFields.Keys);
    }

    [Fact]
    public async Task A_book_taken_out_of_the_job_is_left_as_it_is_and_named()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        scene.Set("silver", "bob@example.com");
        await scene.RunAsync();
        scene.Mapping = $"[{{gold: \"{scene.Silver}\"}}, {{silver: \"{scene.Silver}\"}}]";

        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.Contains(result.Notices, n => n.Contains("\"Gold\" is no longer in the job", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_member_of_more_than_a_hundred_books_is_in_all_of_them()
    {
        await using var scene = await ExportScene.StartAsync();
        var books = Enumerable.Range(0, 130).Select(i => scene.Account.AddBook($"Book {i}")).ToList();
        scene.Mapping = "[" + string.Join(", ", books.Select(b => $"{{gold: \"{b}\"}}")) + $", {{silver: \"{scene.Silver}\"}}]";
        scene.Set("gold", "ann@example.com");

        var result = await scene.RunAsync();

        Assert.All(books, b => Assert.Equal(["ann@example.com"], scene.In(b)));
        Assert.Equal(130, result.Outcomes.Delivered);
        Assert.Equal(2, scene.Account.Calls["importContacts"]);
    }
}
