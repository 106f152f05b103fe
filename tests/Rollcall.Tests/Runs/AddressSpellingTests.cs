using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>One person under every spelling of an address, two under addresses that differ.</summary>
public sealed class AddressSpellingTests
{
    private const string Composed = "m\u00fcller@example.com";
    private const string Decomposed = "Mu\u0308ller@example.com";

    [Fact]
    public async Task Somebody_adopted_from_a_book_is_unsubscribed_under_the_address_that_Dotdigital_has()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("zoë@bücher.example", scene.Gold);
        scene.Config = "  exit_action: unsubscribe";
        scene.Set("gold", "ann@example.com");

        var result = await scene.RunAsync(new RunOptions { Adopt = AdoptAs.Own });

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Letters_whose_case_goes_one_way_only_are_delivered_and_leave_again()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "İbrahim.k@example.com", "GROẞE@example.com", "ΝΙΚΟΣ@example.com", "ÅSA@example.com", "plain30@example.com");
        var entered = await scene.RunAsync();
        Assert.Equal((5L, ExitCode.Done), (entered.Audiences[0].Entered, entered.ExitCode));
        Assert.Equal(5L, (await scene.RunAsync()).Audiences[0].Unchanged);

        scene.Set("gold", "plain30@example.com");
        var left = await scene.RunAsync("exits");

        Assert.Equal((4L, ExitCode.Done), (left.Audiences[0].Exited, left.ExitCode));
        Assert.Equal(["plain30@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task The_dotted_capital_I_and_the_small_i_are_two_people()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "İbrahim@example.com,Kaya,1", "ibrahim@example.com,Demir,2");

        var result = await scene.RunAsync();

        Assert.Equal((2L, ExitCode.Done), (result.Audiences[0].Entered, result.ExitCode));
        Assert.Equal(
            ("Kaya", "Demir"),
            (scene.Account.Contact("İbrahim@example.com")!.DataFields["FIRSTNAME"],
                scene.Account.Contact("ibrahim@example.com")!.DataFields["FIRSTNAME"]));
    }

    [Theory]
    [InlineData(Composed, Decomposed)]
    [InlineData("kelvin@example.com", "\u212Aelvin@example.com")]
    [InlineData("anna@xn--bcher-kva.example", "Anna@Bücher.example")]
    [InlineData("ann@example.com", "\u00a0ANN@example.com\u3000")]
    public async Task Two_spellings_of_one_address_are_one_member(string one, string other)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", one);
        scene.Set("silver", other);
        await scene.RunAsync();
        Assert.Equal((1, 1, 1), (scene.Account.ContactCount, scene.In(scene.Gold).Count, scene.In(scene.Silver).Count));

        // The source spells the address differently: nobody enters, and nobody leaves.
        scene.Set("gold", other);
        var again = await scene.RunAsync();
        Assert.Equal((0L, 0L, 1), (again.Audiences[0].Entered, again.Audiences[0].Exited, scene.Account.ContactCount));
    }

    [Theory]
    [InlineData(Composed, Decomposed)]
    [InlineData("anna@xn--bcher-kva.example", "Anna@Bücher.example")]
    public async Task An_opt_out_counts_under_every_spelling(string optedOut, string wanted)
    {
        await using var scene = await ExportScene.StartAsync(o => o with { ListSuppression = ListSuppression.Clears });
        scene.Account.AddContact(optedOut, scene.Gold);
        scene.Account.Unsubscribe(optedOut, scene.Gold);
        scene.Set("gold", wanted, "bob@example.com");

        var result = await scene.RunAsync();

        Assert.Equal((1L, 1L), (result.Audiences[0].Entered, result.Audiences[0].Suppressed));
        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task What_Dotdigital_answers_in_another_spelling_is_matched()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("there@example.com", scene.Gold);
        scene.Answer = (_, body) => Respelled(body);
        scene.Config = "  exit_action: unsubscribe";
        scene.Set("gold", Decomposed, "Anna@Bücher.example", "bob@example.com");
        var entered = await scene.RunAsync();
        Assert.Equal((3L, ExitCode.Done), (entered.Audiences[0].Entered, entered.ExitCode));

        scene.Set("gold", "bob@example.com");
        var left = await scene.RunAsync("exits");

        Assert.Equal((2L, ExitCode.Done), (left.Audiences[0].Exited, left.ExitCode));
        Assert.Equal(["bob@example.com", "there@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_person_who_was_in_the_book_before_the_job_under_another_spelling_stays()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("anna@xn--bcher-kva.example", scene.Gold);
        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();
        var there = Path.Combine(scene.DataFolder, "there");
        Assert.Single(Directory.GetFiles(there));

        scene.Answer = (_, body) => Respelled(body);
        scene.Set("gold", "bob@example.com", "Anna@Bücher.example");
        await scene.RunAsync();
        scene.Set("gold", "bob@example.com");
        await scene.RunAsync("exits");

        Assert.Contains("anna@xn--bcher-kva.example", scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_person_named_on_the_command_line_is_found_in_any_spelling()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Composed, "anna@bücher.example", "bob@example.com");

        var pilot = await scene.RunAsync(new RunOptions { Only = [Decomposed, "ANNA@xn--bcher-kva.example"] });
        var told = await scene.ExplainAsync(Decomposed.ToUpperInvariant());

        Assert.Equal(2L, pilot.Audiences[0].Entered);
        Assert.Equal("delivered", told.Books[0].State);
    }

    [Fact]
    public async Task A_person_is_erased_under_every_spelling()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("anna@bücher.example", scene.Gold);
        scene.Account.Unsubscribe("anna@bücher.example", scene.Gold);
        scene.Set("gold", "Anna@Bücher.example", "bob@example.com");
        await scene.RunAsync();

        Forget.Run("anna@bu\u0308cher.example", scene.DataFolder, _ => null, cancellation: TestContext.Current.CancellationToken);

        Assert.All(
            Directory.GetFiles(scene.DataFolder, "*", SearchOption.AllDirectories),
            file => Assert.DoesNotContain("anna@", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.OrdinalIgnoreCase));
        scene.Set("gold", "anna@XN--bcher-kva.example", "bob@example.com");
        await scene.RunAsync();
        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
    }

    /// <summary>As a service answers that composes addresses and writes domains in ASCII.</summary>
    private static string Respelled(string body)
    {
        foreach (var (written, answered) in new[] { (Decomposed, Composed), ("Anna@Bücher.example", "anna@xn--bcher-kva.example") })
        {
            body = body.Replace(written, answered, StringComparison.Ordinal)
                .Replace(System.Text.Json.JsonEncodedText.Encode(written).ToString(), answered, StringComparison.OrdinalIgnoreCase);
        }

        return body;
    }
}
