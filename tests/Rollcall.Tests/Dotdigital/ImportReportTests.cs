using System.Text;
using System.Text.Json;
using CsCheck;
using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>Reports of imports, received in chunks of any size.</summary>
public sealed class ImportReportTests
{
    private const string Documented = """
        {"importId":"d7de900d-d337-43f6-b1e1-c8ec73e1a434","status":"Finished",
        "summary":{"newContacts":1,"updatedContacts":2,"globallySuppressed":3,"invalidEntries":4,"duplicateIdentifiers":5,"later":{"newContacts":9}},
        "created":[{"contactId":35212311,"identifiers":{"email":"someone@emailsim.io","mobileNumber":"447123123123","myCustomId":"MYID_12345"}}],
        "updated":[{"contactId":6000000000,"identifiers":{"myCustomId":{"email":"not@this.one"}},"dataFields":{"email":"nor@this.one","contactId":1}}],
        "failures":[
        {"contactId":12345,"matchIdentifier":"email","identifiers":{"email":"bob@emailsim@io.com"},
        "failures":[{"failureCode":"invalidEmail","description":"Invalid value for 'email'"}]},
        {"matchIdentifier":"contactId","identifiers":{"contactId":77},
        "failures":[{"description":"Gone","failureCode":"InvalidContactId"},{"failureCode":"InvalidAddressBookIds","description":"No list 5"}]},
        {"matchIdentifier":"contactId","identifiers":{"contactId":"78"},"failures":[]}]}
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_documented_report_is_read_row_by_row()
    {
        var rows = new List<ImportedContact>();
        var report = await ReadAsync(Encoding.UTF8.GetBytes(Documented), 64, rows.Add, 4096);
        Assert.Equal(new ImportReport("d7de900d-d337-43f6-b1e1-c8ec73e1a434", ImportStatus.Finished, new ImportSummary(1, 2, 3, 4, 5)), report);
        Assert.True(report.IsOver);
        Assert.Equal(
            [
                (ImportedKind.Created, 35212311L, "someone@emailsim.io", null, null, null),
                (ImportedKind.Updated, 6000000000L, null, null, null, null),
                (ImportedKind.Failed, 12345L, "bob@emailsim@io.com", "email", "invalidEmail", "Invalid value for 'email'"),
                (ImportedKind.Failed, 77L, null, "contactId", "InvalidContactId", "Gone; No list 5"),
                (ImportedKind.Failed, 78L, null, "contactId", "", ""),
            ],
            rows.Select(r => (r.Kind, r.ContactId!.Value, r.Email, r.MatchIdentifier, r.Code, r.Text)));
        Assert.True(rows[2].HasCode("InvalidEmail"));
        Assert.True(rows[3].HasCode("invalidaddressbookids"));
        Assert.False(rows[0].HasCode("InvalidEmail"));
    }

    [Fact]
    public async Task A_report_is_the_same_in_pieces_of_one_byte()
    {
        var whole = new List<ImportedContact>();
        var pieces = new List<ImportedContact>();
        var bytes = Encoding.UTF8.GetBytes(Documented);
        var a = await ReadAsync(bytes, int.MaxValue, whole.Add, 64 * 1024);
        var b = await ReadAsync(bytes, 1, pieces.Add, 16);
        Assert.Equal(a, b);
        Assert.Equal(Flat(whole), Flat(pieces));
    }

    [Theory]
    [InlineData("NotFinished", ImportStatus.NotFinished, false)]
    [InlineData("notFinished", ImportStatus.NotFinished, false)]
    [InlineData("RejectedByWatchdog", ImportStatus.RejectedByWatchdog, true)]
    [InlineData("Failed", ImportStatus.Failed, true)]
    [InlineData("ExceedsAllowedContactLimit", ImportStatus.ExceedsAllowedContactLimit, true)]
    [InlineData("Pondering", ImportStatus.Unknown, false)]
    [InlineData("2", ImportStatus.Unknown, false)]
    public async Task A_status_is_over_only_when_it_is_known_to_be(string word, ImportStatus status, bool over)
    {
        var report = await ReadAsync(Encoding.UTF8.GetBytes($$"""{"importId":"1","status":"{{word}}","created":null}"""), 7, null, 16);
        Assert.Equal((status, over, null), (report.Status, report.IsOver, report.Summary));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{}")]
    [InlineData("""{"importId":"1"}""")]
    [InlineData("""{"importId":"1","status":"Finished","created":[""")]
    [InlineData("""{"importId":"1","status":"Finished"} x""")]
    public Task An_incomplete_report_is_not_a_report(string text) =>
        Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(Encoding.UTF8.GetBytes(text), 3, null, 16));

    [Fact]
    public void Any_report_is_read_whole_in_pieces_of_any_size()
    {
        var text = Gen.OneOf(Gen.String, Gen.String[Gen.Char["\"\\/äß\n€\u2028"], 0, 40], Gen.Const(new string('x', 300)));
        var reason = Gen.Select(text, text, (code, description) => (Code: code, Text: description));
        var rowOf = Gen.Select(Gen.Long[1, long.MaxValue].Nullable(), text.Null(), reason.List[1, 3], Gen.Bool, Gen.Int[0, 2]);
        Gen.Select(rowOf.List[0, 20], Gen.Int[1, 200], Gen.Int[16, 200]).Sample(
            (rows, piece, buffer) =>
            {
                var expected = new List<string>();
                var json = Write(
                    rows.Select(r => (Kind: (ImportedKind)r.Item5, Id: r.Item1, Email: r.Item2, Reasons: r.Item3, Reversed: r.Item4)).ToList(), expected);
                var read = new List<ImportedContact>();
                var report = ReadAsync(json, piece, read.Add, buffer).GetAwaiter().GetResult();
                Assert.Equal(expected, Flat(read));
                Assert.Equal(("i", ImportStatus.Finished), (report.ImportId, report.Status));
            },
            iter: 2_000);
    }

    [Fact]
    public async Task A_report_that_breaks_off_is_read_again_from_its_beginning()
    {
        var clock = Connected.NewClock();
        var bytes = Encoding.UTF8.GetBytes(Documented);
        var call = $"GET {Connected.Home}contacts/v3/import/i";
        var script = Connected.Script().On(call, _ => Broken(bytes, 600)).On(call, 200, Documented);
        using var client = await Connected.ToAsync(script, clock);
        var rows = new List<ImportedContact>();
        var reading = client.Imports.ReadAsync("i", rows.Add, rows.Clear, cancellation: Cancellation);
        await clock.PassAsync(1);
        Assert.Equal(ImportStatus.Finished, (await reading)!.Status);
        Assert.Equal(5, rows.Count);
    }

    [Fact]
    public async Task A_report_that_breaks_off_is_a_transient_failure_for_a_caller_who_cannot_start_over()
    {
        var call = $"GET {Connected.Home}contacts/v3/import/i";
        var script = Connected.Script().On(call, _ => Broken(Encoding.UTF8.GetBytes(Documented), 600));
        using var client = await Connected.ToAsync(script);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => client.Imports.ReadAsync("i", _ => { }, cancellation: Cancellation));
        Assert.Equal((FailureKind.Transient, FailureCause.Dropped), (failure.Kind, failure.Cause));
    }

    [Fact]
    public async Task What_a_row_handler_throws_comes_out_as_it_is()
    {
        var script = Connected.Script().On($"GET {Connected.Home}contacts/v3/import/i", 200, Documented);
        using var client = await Connected.ToAsync(script);
        await Assert.ThrowsAsync<IOException>(() =>
            client.Imports.ReadAsync("i", _ => throw new IOException("disk full"), () => { }, cancellation: Cancellation));
    }

    private static Task<HttpResponseMessage> Broken(byte[] bytes, int after)
    {
        var response = ScriptedDotdigital.Reply(200, "");
        response.Content = new StreamContent(new PiecesStream(bytes, 100, after));
        return Task.FromResult(response);
    }

    private static async Task<ImportReport> ReadAsync(byte[] json, int piece, Action<ImportedContact>? row, int buffer)
    {
        using var stream = new PiecesStream(json, piece);
        return await ImportReportReader.ReadAsync(stream, row, Cancellation, buffer);
    }

    private static List<string> Flat(IEnumerable<ImportedContact> rows) =>
        [.. rows.Select(r => $"{r.Kind} {r.ContactId} {r.Email ?? "-"} {string.Join("|", r.Reasons.Select(x => $"{x.Code}={x.Text}"))}")];

    private static byte[] Write(
        List<(ImportedKind Kind, long? Id, string? Email, List<(string Code, string Text)> Reasons, bool Reversed)> rows, List<string> expected)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("status", "Finished");
            foreach (var (kind, name) in new[] { (ImportedKind.Failed, "failures"), (ImportedKind.Created, "created"), (ImportedKind.Updated, "updated") })
            {
                json.WriteStartArray(name);
                foreach (var row in rows.Where(r => r.Kind == kind))
                {
                    Action[] parts = [() => Ids(json, row.Email), () => Id(json, row.Id), () => Reasons(json, row), () => Odd(json)];
                    json.WriteStartObject();
                    foreach (var part in row.Reversed ? parts.Reverse() : parts)
                    {
                        part();
                    }

                    json.WriteEndObject();
                    var reasons = kind == ImportedKind.Failed ? string.Join("|", row.Reasons.Select(r => $"{Valid(r.Code)}={Valid(r.Text)}")) : "";
                    expected.Add($"{kind} {row.Id} {Valid(row.Email) ?? "-"} {reasons}");
                }

                json.WriteEndArray();
            }

            json.WriteString("importId", "i");
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void Ids(Utf8JsonWriter json, string? email)
    {
        json.WriteStartObject("identifiers");
        json.WriteString("other", "x");
        if (email is not null)
        {
            json.WriteString("email", email);
        }

        json.WriteEndObject();
    }

    private static void Id(Utf8JsonWriter json, long? id)
    {
        if (id is { } number)
        {
            json.WriteNumber("contactId", number);
        }
    }

    private static void Reasons(Utf8JsonWriter json, (ImportedKind Kind, long? Id, string? Email, List<(string Code, string Text)> Reasons, bool Reversed) row)
    {
        if (row.Kind != ImportedKind.Failed)
        {
            return;
        }

        json.WriteStartArray("failures");
        foreach (var (code, text) in row.Reasons)
        {
            json.WriteStartObject();
            json.WriteString("description", text);
            json.WriteString("failureCode", code);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Odd(Utf8JsonWriter json)
    {
        json.WriteStartArray("odd");
        json.WriteNumberValue(1);
        json.WriteStartObject();
        json.WriteString("email", "no");
        json.WriteString("failureCode", "no");
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>As the writer replaces lone surrogates.</summary>
    private static string? Valid(string? text) => text is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
