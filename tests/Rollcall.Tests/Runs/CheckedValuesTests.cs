using DuckDB.NET.Data;
using Microsoft.Data.Sqlite;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Reading;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>What <c>check</c> reports about an audience's first rows.</summary>
public sealed class CheckedValuesTests
{
    private static readonly TablesSourceOptions Files = new() { Audiences = new Dictionary<string, AudienceQuery>() };

    [Fact]
    public async Task A_decimal_comma_is_reported_with_one_value_and_a_suggestion()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,\"12,50\"", "bob@example.com,Bob,\"1.012,50\"", "cid@example.com,Cid,3");

        var warning = Assert.Single(await CheckAsync(scene));

        Assert.Equal(Severity.Warning, warning.Severity);
        Assert.Equal("audience gold", warning.Where);
        Assert.Contains("Most values of spend do not fit the data field SPEND (Numeric)", warning.Message, StringComparison.Ordinal);
        Assert.Contains("2 of the first 3, such as \"12,50\": not a number.", warning.Message, StringComparison.Ordinal);
        Assert.Contains("replace(replace(spend, '.', ''), ',', '.') AS spend", warning.Todo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_suggested_fix_makes_the_values_fit()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,\"12,50\"", "bob@example.com,Bob,\"1.012,50\"");
        scene.Queries["gold"] = "\"SELECT email, name, replace(replace(spend, '.', ''), ',', '.') AS spend FROM gold\"";

        Assert.Empty(await CheckAsync(scene));
    }

    [Fact]
    public async Task A_few_values_that_do_not_fit_are_not_a_warning()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,n/a", "bob@example.com,Bob,2", "cid@example.com,Cid,");

        Assert.Empty(await CheckAsync(scene));
    }

    [Fact]
    public async Task A_value_is_shown_with_forty_characters_at_most()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", $"ann@example.com,Ann,{new string('x', 100)}");

        Assert.Contains($"\"{new string('x', 39)}…\"", Assert.Single(await CheckAsync(scene)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_majority_of_rejected_rows_or_rows_without_a_usable_address_is_reported()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "1,2,3,4,5", "1,2,3,4,5");
        scene.Set("silver", "Ann,ann@example.com,1", "Bob,bob@example.com,1");

        var warnings = await CheckAsync(scene);

        Assert.Contains(
            warnings,
            w =>
                w.Where == "audience gold"
                    && w.Message.StartsWith("Most rows are rejected: 2 rows against 1 that can be read. gold.csv, line 3: ", StringComparison.Ordinal));
        Assert.Contains(
            warnings,
            w =>
                w.Where == "audience silver"
                    && w.Message.Contains("in 2 of the first 2 rows, email is not an email address, such as \"Ann\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_check_leaves_nothing_behind_and_writes_nothing()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,\"12,50\"");

        await CheckAsync(scene);

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(scene.DataFolder, "runs")));
        Assert.Equal(0, scene.Writes);
    }

    [Theory]
    [InlineData("31/01/2026", "CAST(strptime(born, '%d/%m/%Y') AS DATE)")]
    [InlineData("1.2.2026", "CAST(strptime(born, '%d.%m.%Y') AS DATE)")]
    [InlineData("01/31/2026", "CAST(strptime(born, '%m/%d/%Y') AS DATE)")]
    [InlineData("1769860800", "to_timestamp(CAST(born AS BIGINT))")]
    public void Dates_of_other_forms_get_an_expression_that_DuckDB_reads(string value, string expression)
    {
        var told = ValueRemedy.For(Files, "born", [value], DataFieldType.Date);

        Assert.Equal($"Write {expression} AS born in the audience's SQL, or map it to a text field.", told);
        using var duckdb = new DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        using var command = duckdb.CreateCommand();
        command.CommandText = $"SELECT CAST({expression} AS DATE) FROM (SELECT '{value}' AS born)";
        Assert.Equal(2026, ((DateOnly)command.ExecuteScalar()!).Year);
    }

    [Fact]
    public void SQLite_gets_dates_cut_apart()
    {
        const string expression = "substr(born, 7, 4) || '-' || substr(born, 4, 2) || '-' || substr(born, 1, 2)";

        Assert.StartsWith(
            $"Write {expression} AS born",
            ValueRemedy.For(Files with { Database = "/data/shop.sqlite" }, "born", ["31/01/2026"], DataFieldType.Date),
            StringComparison.Ordinal);

        using var sqlite = new SqliteConnection("Data Source=:memory:");
        sqlite.Open();
        using var command = sqlite.CreateCommand();
        command.CommandText = $"SELECT {expression} FROM (SELECT '31/01/2026' AS born)";
        Assert.Equal("2026-01-31", command.ExecuteScalar());
    }

    [Theory]
    [InlineData("postgres://db/shop", "to_date(born, 'DD/MM/YYYY')")]
    [InlineData("mysql://db/shop", "str_to_date(`born`, '%d/%m/%Y')")]
    public void Each_database_gets_its_own_expression(string database, string expression) =>
        Assert.StartsWith(
            $"Write {expression} AS ",
            ValueRemedy.For(Files with { Database = database }, "born", ["31/01/2026"], DataFieldType.Date),
            StringComparison.Ordinal);

    [Fact]
    public void Values_that_say_nothing_of_what_they_mean_get_no_expression()
    {
        Assert.Equal(
            "Change it in the audience's SQL, or map it to a data field of another type.",
            ValueRemedy.For(Files, "born", ["last spring"], DataFieldType.Date));
        Assert.StartsWith(
            "Change the field in Lytics",
            ValueRemedy.For(
                new LyticsSourceOptions(new LyticsAccess("t", new Uri("https://example.com"), null)),
                "born",
                ["31/01/2026"],
                DataFieldType.Date),
            StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<Problem>> CheckAsync(ExportScene scene) =>
        JobCheck.RunAsync(scene.Job(), scene.Workplace(), TestContext.Current.CancellationToken);
}
