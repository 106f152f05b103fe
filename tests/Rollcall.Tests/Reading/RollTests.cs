using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

public sealed class RollTests : IDisposable
{
    private static readonly Dictionary<string, DataFieldType> DataFields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["FIRSTNAME"] = DataFieldType.String,
        ["SPEND"] = DataFieldType.Numeric,
        ["SINCE"] = DataFieldType.Date,
        ["VIP"] = DataFieldType.Boolean,
    };

    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_member_is_one_row_with_its_fields_as_JSON()
    {
        var job = Job(Files("-"), [new("name", "FIRSTNAME"), new("total", "Spend"), new("since", "SINCE"), new("vip", "VIP")], key: "id", id: "contact");

        var count = await _workshop.CallAsync(
            job,
            Values("('  Ann@X.com\u00A0', 'C1', '7', 'Ann \"A\" Ö', '0012.500', '2024-01-02', 'Yes')", "email, id, contact, name, total, since, vip"),
            DataFields);

        Assert.Equal(
            ["ann@x.com|0|Ann@X.com|C1|7|\"FIRSTNAME\":\"Ann \\\"A\\\" Ö\",\"Spend\":12.5,\"SINCE\":\"2024-01-02T00:00:00Z\",\"VIP\":true|1"],
            _workshop.Query("SELECT member_key, audience, email, profile_key, contact_id, fields, row FROM roll"));
        Assert.Equal((1, 0, 0, 0), (count.Members, count.NoEmail, count.InvalidEmail, count.ValuesLeftOut));
    }

    [Fact]
    public async Task The_key_hash_is_md5_of_the_member_key()
    {
        await _workshop.CallAsync(Job(Files("-")), Values("('Ann@x.com')", "email"), DataFields);

        Assert.Equal(["True"], _workshop.Query("SELECT kh = md5_number_lower('ann@x.com') AND fields = '' FROM roll"));
    }

    [Fact]
    public async Task Rows_without_an_email_or_with_none_are_left_out_with_a_reason()
    {
        var count = await _workshop.CallAsync(
            Job(Files("-")),
            Values(
                "(NULL), (''), (' \t '), ('nobody'), ('a@b'), ('a@@b.com'), ('a b@x.com'), ('a@.b.com'), ('a@b..com'), ('a@b.com.'), ('@b.com'),"
                + " ('ok@x.com'), ('a@b.com;c'), ('a\uFFFD@b.com'), (repeat('a', 65) || '@x.com'), ('a@' || repeat('b', 250) || '.com')",
                "email"),
            DataFields);

        Assert.Equal((1, 3, 12), (count.Members, count.NoEmail, count.InvalidEmail));
        Assert.Equal(
            ["1||Omitted|NoEmail|no email", "4|nobody|Invalid|InvalidEmail|not an email address"],
            _workshop.Query("SELECT row, email, outcome, code, reason FROM roll_left_out WHERE row IN (1, 4) ORDER BY row"));
    }

    [Theory]
    [InlineData("o'brien+a/b#c%d@x.com")]
    [InlineData("\"quoted\"@x.com")]
    [InlineData("jörg@müller.de")]
    [InlineData("用户@例子.中国")]
    [InlineData("i@❤.ws")]
    [InlineData("x@sub.domain-1.co.uk")]
    public async Task Unusual_addresses_survive_unchanged(string email)
    {
        await _workshop.CallAsync(Job(Files("-")), Values($"('{email.Replace("'", "''", StringComparison.Ordinal)}')", "email"), DataFields);

        Assert.Equal([email], _workshop.Query("SELECT email FROM roll"));
    }

    [Fact]
    public async Task An_empty_value_is_left_out_or_clears_the_data_field()
    {
        FieldMapping[] mappings = [new("name", "FIRSTNAME"), new("total", "SPEND"), new("since", "SINCE"), new("vip", "VIP")];
        var rows = Values("('a@x.com', '', ' ', NULL, ''), ('b@x.com', ' ', '1', NULL, NULL)", "email, name, total, since, vip");

        await _workshop.CallAsync(Job(Files("-"), mappings), rows, DataFields);
        Assert.Equal(["", "\"FIRSTNAME\":\" \",\"SPEND\":1"], _workshop.Query("SELECT fields FROM roll ORDER BY row"));

        var count = await _workshop.CallAsync(Job(Files("-"), mappings, onMissing: OnMissingField.Clear), rows, DataFields);
        Assert.Equal(
            ["\"FIRSTNAME\":null,\"SPEND\":null,\"SINCE\":null,\"VIP\":null", "\"FIRSTNAME\":\" \",\"SPEND\":1,\"SINCE\":null,\"VIP\":null"],
            _workshop.Query("SELECT fields FROM roll ORDER BY row"));
        Assert.Equal(0, count.ValuesLeftOut);
    }

    [Theory]
    [InlineData(OnMissingField.Keep)]
    [InlineData(OnMissingField.Clear)]
    public async Task A_value_that_does_not_fit_leaves_out_that_field_only(OnMissingField onMissing)
    {
        FieldMapping[] mappings = [new("name", "FIRSTNAME"), new("total", "SPEND"), new("since", "SINCE"), new("vip", "VIP")];

        var count = await _workshop.CallAsync(
            Job(Files("-"), mappings, onMissing: onMissing),
            Values(
                "('a@x.com', repeat('ü', 1001), '12 pounds', 'yesterday', 'maybe'), ('b@x.com', repeat('ü', 1000), '1', '2024-02-30', 'f')",
                "email, name, total, since, vip"),
            DataFields);

        Assert.Equal(["", $"\"FIRSTNAME\":\"{new string('ü', 1000)}\",\"SPEND\":1,\"VIP\":false"], _workshop.Query("SELECT fields FROM roll ORDER BY row"));
        Assert.Equal(
            [
                "1|a@x.com|name|FIRSTNAME|too long (1,001 characters; at most 1,000 fit)",
                "1|a@x.com|since|SINCE|not a date or a moment in ISO 8601, such as 2026-01-31 or 2026-01-31T12:00:00Z",
                "1|a@x.com|total|SPEND|not a number",
                "1|a@x.com|vip|VIP|not true or false",
                "2|b@x.com|since|SINCE|not a date or a moment in ISO 8601, such as 2026-01-31 or 2026-01-31T12:00:00Z",
            ],
            _workshop.Query("SELECT row, email, field, data_field, reason FROM value_left_out ORDER BY row, field"));
        Assert.Equal(5, count.ValuesLeftOut);
    }

    [Theory]
    [InlineData("csv", "email,n\na@x.com,37.620000000000005\nb@x.com,n/a\n", "37.620000000000005")]
    [InlineData("jsonl", "{\"email\":\"a@x.com\",\"n\":37.620000000000005}\n{\"email\":\"b@x.com\",\"n\":\"n/a\"}\n", "37.62")]
    [InlineData("jsonl", "{\"email\":\"a@x.com\",\"n\":37.620000000000005}\n{\"email\":\"b@x.com\",\"n\":[1]}\n", "37.62")]
    [InlineData("jsonl", "{\"email\":\"a@x.com\",\"n\":37.620000000000005}\n{\"email\":\"b@x.com\"}\n", "37.62")]
    public async Task A_number_with_more_than_nine_places_is_rounded_wherever_it_comes_from(string ending, string content, string text)
    {
        var path = _workshop.Write($"people.{ending}", content);
        Dictionary<string, DataFieldType> types = new(StringComparer.OrdinalIgnoreCase) { ["N"] = DataFieldType.Numeric, ["T"] = DataFieldType.String };

        await _workshop.CallAsync(Job(Files(path), [new("n", "N"), new("n", "T")]), types);

        Assert.Equal([$"\"N\":37.62,\"T\":\"{text}\""], _workshop.Query("SELECT fields FROM roll WHERE email = 'a@x.com'"));
    }

    [Theory]
    [InlineData("'inf'::DOUBLE", "SPEND", "an infinite number")]
    [InlineData("'nan'::DOUBLE", "SPEND", "not a number (NaN)")]
    [InlineData("1e18::DOUBLE", "SPEND", "a number of more than 18 digits before the point")]
    [InlineData("'1234567890123456789'", "SPEND", "a number of more than 18 digits before the point")]
    [InlineData("1234567890123456789", "SPEND", "a number of more than 18 digits before the point")]
    [InlineData("DATE '2024-01-01'", "SPEND", "a date, not a number")]
    [InlineData("true", "SPEND", "true or false, not a number")]
    [InlineData("'[1]'::JSON", "SPEND", "an array, not one value")]
    [InlineData("'{\"a\": 1}'::JSON", "FIRSTNAME", "an object, not one value")]
    [InlineData("'\"12 pounds\"'::JSON", "SPEND", "not a number")]
    [InlineData("repeat('💌', 501)", "FIRSTNAME", "too long (1,002 characters; at most 1,000 fit)")]
    [InlineData("12", "SINCE", "a number, not a date")]
    [InlineData("'infinity'::DATE", "SINCE", "an infinite date")]
    [InlineData("2", "VIP", "a number other than 1 and 0, not true or false")]
    public async Task A_reason_says_what_the_value_is(string value, string dataField, string reason)
    {
        await _workshop.CallAsync(Job(Files("-"), [new("v", dataField)]), $"(SELECT 'a@x.com' AS email, {value} AS v, 1::BIGINT AS __row)", DataFields);

        Assert.Equal([reason], _workshop.Query("SELECT reason FROM value_left_out"));
    }

    [Fact]
    public async Task Text_is_measured_in_UTF16_units()
    {
        await _workshop.CallAsync(
            Job(Files("-"), [new("name", "FIRSTNAME")]),
            Values("('a@x.com', repeat('💌', 500)), ('b@x.com', repeat('💌', 500) || 'x')", "email, name"),
            DataFields);

        Assert.Equal(["a@x.com|True", "b@x.com|False"], _workshop.Query("SELECT email, fields <> '' FROM roll ORDER BY email"));
    }

    [Fact]
    public async Task A_field_whose_data_field_vanished_is_left_out_of_the_roll()
    {
        await _workshop.CallAsync(Job(Files("-"), [new("name", "GONE"), new("name", "FIRSTNAME")]), Values("('a@x.com', 'A')", "email, name"), DataFields);

        Assert.Equal(["\"FIRSTNAME\":\"A\""], _workshop.Query("SELECT fields FROM roll"));
    }

    [Fact]
    public async Task The_fields_hash_follows_the_member_and_the_triggering_fields_alone()
    {
        FieldMapping[] mappings = [new("name", "FIRSTNAME"), new("total", "SPEND")];
        var rows = Values("('a@x.com', 'A', '1'), (' A@x.com', 'A', '2'), ('a@x.com', 'B', '1'), ('b@x.com', 'A', '1')", "email, name, total");

        await _workshop.CallAsync(Job(Files("-"), mappings, fieldChanges: ["name"]), rows, DataFields);
        Assert.Equal(
            ["True|False|False|4"],
            _workshop.Query("""
                SELECT h[1] = h[2], h[1] = h[3], h[1] = h[4], r
                FROM (SELECT list(fields_hash ORDER BY row) AS h, count(DISTINCT row_hash) AS r FROM roll)
                """));

        await _workshop.CallAsync(Job(Files("-"), mappings), rows, DataFields);
        Assert.Equal(["4"], _workshop.Query("SELECT count(DISTINCT fields_hash) FROM roll"));
    }

    [Theory]
    [InlineData("'12'", "12")]
    [InlineData("' 12.0 '", "12")]
    [InlineData("'{\"77\": 9, \"1\": 12}'", "12")]
    [InlineData("'{\"1\": \"12\"}'", "12")]
    [InlineData("'{\"77\": 9}'", "∅")]
    [InlineData("'{broken'", "∅")]
    [InlineData("'-1'", "∅")]
    [InlineData("'0'", "∅")]
    [InlineData("'99999999999999999999'", "∅")]
    [InlineData("''", "∅")]
    [InlineData("NULL", "∅")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("12.0::DOUBLE", "12")]
    [InlineData("MAP {'1': 12}", "12")]
    [InlineData("{'1': 12, '2': 13}", "12")]
    [InlineData("'{\"1\": 12}'::JSON", "12")]
    public async Task A_contact_id_is_a_number_or_a_map_by_account(string sql, string expected)
    {
        await _workshop.CallAsync(Job(Files("-"), id: "contact"), Values($"('a@x.com', {sql})", "email, contact"), DataFields);

        Assert.Equal([expected], _workshop.Query("SELECT contact_id FROM roll"));
    }

    [Fact]
    public async Task Each_audience_of_the_roll_is_ordered_by_key_hash()
    {
        var path = _workshop.Write("people.csv", "email\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"u{i}@x.com\n")));
        var source = new TablesSourceOptions
        {
            Files = Files(path).Files,
            Audiences = new Dictionary<string, AudienceQuery>
            {
                ["all"] = new(null, "people", null),
                ["few"] = new(null, "people", "email LIKE 'u1%'"),
                ["bad"] = new("SELECT 'x' AS email", null, null),
            },
        };

        var counts = await _workshop.CallAsync(Job(source));

        Assert.Equal([1000L, 111L, 0L], counts.Select(count => count.Members));
        Assert.Equal(
            ["True|1111"],
            _workshop.Query("""
                SELECT bool_and(kh >= coalesce(before, 0)), count(*)
                FROM (SELECT kh, lag(kh) OVER (PARTITION BY audience ORDER BY rowid) AS before FROM roll)
                """));
        Assert.Equal(["2|InvalidEmail"], _workshop.Query("SELECT audience, code FROM roll_left_out"));
    }

    [Fact]
    public async Task Rejected_rows_are_listed_among_those_left_out()
    {
        var path = _workshop.Write("people.csv", "email,name\na@x.com,A\nb@x.com\n");

        var counts = await _workshop.CallAsync(Job(Files(path)));

        Assert.Equal((2, 1), (counts[0].Rows, counts[0].Rejected));
        Assert.Equal(
            ["3||Omitted|RejectedRow|1 value where the header has 2|people.csv"],
            _workshop.Query("SELECT row, email, outcome, code, reason, file FROM roll_left_out"));
    }

    [Fact]
    public async Task An_error_while_rows_are_read_does_not_quote_their_values()
    {
        var path = _workshop.Write("people.csv", "email,n\nsecret@x.com,1\n");

        var error = await Assert.ThrowsAsync<RollcallException>(
            () => _workshop.CallAsync(Job(Files(path, "SELECT email, CAST(email AS INTEGER) AS n FROM people"), [new("n", "SPEND")]), DataFields));

        Assert.Equal(ExitCode.Source, error.ExitCode);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("audience all: Reading failed: ", error.Message, StringComparison.Ordinal);
    }

    private static string Values(string rows, string columns) =>
        $"(SELECT *, row_number() OVER () AS __row FROM (VALUES {rows}) AS given({columns}))";
}
