using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

/// <summary>The values computed by the SQL, compared with the same rules in C#.</summary>
public sealed class RollProperties : IDisposable
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String,
        Gen.String[Gen.Char["aZ09 .,;'\"\\/\t\n\u0001é€@%"]],
        Gen.Int[0x1F300, 0x1FAFF].Select(rune => char.ConvertFromUtf32(rune)).Array.Select(string.Concat))
        // DuckDB's appender, which the test writes with, ends a text at a zero; halves of surrogate pairs are not text.
        .Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace("\0", "", StringComparison.Ordinal))));

    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Any_text_comes_out_of_the_JSON_as_it_went_in()
    {
        await Texts.Array[200].SampleAsync(
            async texts =>
            {
                var fields = await FieldsAsync(texts, DataFieldType.String);

                Assert.Equal(
                    texts.Select(text => text.Length is 0 or > 1000 ? null : text),
                    fields.Select(field => field is null ? null : JsonSerializer.Deserialize<string>(field)));
            },
            iter: 5,
            threads: 1);
    }

    [Fact]
    public async Task A_text_that_spells_a_number_is_rounded_to_nine_digits_after_the_point()
    {
        var digits = Gen.Char['0', '9'].Array[0, 22].Select(chars => new string(chars));
        var numbers = Gen.Select(
            OneOf("", "-", "+", "--", " "),
            digits,
            OneOf("", ".", ",", ".."),
            digits,
            Gen.OneOf(Gen.Const(""), Gen.Int[-40, 40].Select(e => $"e{e}"), Gen.Int[0, 20].Select(e => $"E+{e}")),
            OneOf("", " ", "\u00A0", "x"),
            (sign, whole, point, fraction, exponent, end) => sign + whole + point + fraction + exponent + end);
        var shorter = Gen.Select(
            Gen.Int[-1_000_000, 1_000_000],
            Gen.Int[0, 12],
            (number, scale) => (number / (decimal)Math.Pow(10, scale)).ToString(CultureInfo.InvariantCulture));
        var texts = Gen.OneOf(numbers, shorter, OneOf("NaN", "Infinity", "0", "-0", "0.0", "1_000", "1,000", "0x10", "٣", "1e", ".", "-.5", "5.")).Array[500];

        await texts.SampleAsync(
            async given => Assert.Equal(given.Select(text => (text, PlainNumber.Of(text))), given.Zip(await FieldsAsync(given, DataFieldType.Numeric))),
            iter: 10,
            threads: 1);
    }

    [Fact]
    public async Task A_binary_number_is_its_shortest_decimal_rounded_to_nine_digits_after_the_point()
    {
        await Gen.OneOf(Gen.Double[-1e6, 1e6], Gen.Double, Gen.Int.Select(number => number / 100.0), Gen.Double[-1e-8, 1e-8]).Array[500]
            .SampleAsync(ABinaryNumberKeepsNineDigits, iter: 10, threads: 1);
    }

    private async Task ABinaryNumberKeepsNineDigits(double[] numbers)
    {
        _workshop.Execute("CREATE OR REPLACE TABLE numbers(n DOUBLE, __row BIGINT)");
        using (var appender = _workshop.DuckDb.CreateAppender("numbers"))
        {
            for (var i = 0; i < numbers.Length; i++)
            {
                appender.CreateRow().AppendValue(numbers[i]).AppendValue((long)i).EndRow();
            }
        }

        (DataFieldType, Func<string, string>)[] types =
            [(DataFieldType.Numeric, number => number), (DataFieldType.String, number => $"\"{number}\"")];
        foreach (var (type, wanted) in types)
        {
            await _workshop.CallAsync(Job(Files("-"), [new("n", "F")]), "(SELECT 'a' || __row || '@x.com' AS email, * FROM numbers)", Types(type));

            var plain = numbers.Select(number => PlainNumber.Of(number.ToString("R", CultureInfo.InvariantCulture)));
            Assert.All(
                numbers.Zip(plain, Fields()).Where(one => type == DataFieldType.Numeric || one.Second is not null),
                one => Assert.Equal(one.Second is null ? null : wanted(one.Second), one.Third));
        }
    }

    [Fact]
    public async Task A_moment_comes_out_in_UTC()
    {
        var moments = Gen.Select(
            Gen.Int[1, 9998],
            Gen.Int[0, 364],
            Gen.Int[0, 86_399],
            Gen.Int[-14 * 60, 14 * 60],
            Gen.Int[0, 7],
            (year, day, second, offset, form) =>
                    (At: new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(day).AddSeconds(second), Offset: offset, Form: form))
            .Where(moment => moment.At.Year is > 1 and < 9998)
            .Select(moment => Written(moment.At, moment.Offset, moment.Form));

        await moments.Array[500].SampleAsync(
            async given =>
                Assert.Equal(
                    given,
                    given.Select(text => text.Text).Zip(
                        (await FieldsAsync([.. given.Select(text => text.Text)], DataFieldType.Date)).Select(field => field ?? "left out"))),
            iter: 10,
            threads: 1);
    }

    [Theory]
    [InlineData("2023-02-29")]
    [InlineData("2024-13-01")]
    [InlineData("2024-1-1")]
    [InlineData("20240101")]
    [InlineData("01/02/2024")]
    [InlineData("2024-01-01T25:00")]
    [InlineData("2024-01-01T10:00+25:00")]
    [InlineData("10000-01-01")]
    [InlineData("0000-01-01")]
    [InlineData("infinity")]
    [InlineData("today")]
    [InlineData("1704067200")]
    public async Task What_is_not_a_moment_in_ISO_8601_is_left_out(string text) =>
        Assert.Equal([null], await FieldsAsync([text], DataFieldType.Date));

    [Fact]
    public async Task An_address_is_trimmed_and_keyed_and_otherwise_left_alone()
    {
        var space = OneOf("", " ", "\t", "\u00A0", "\u3000", "\r\n", "\u2009 ");
        var local = Gen.String[Gen.Char["abcXYZ019.+_-'/#%!&=?^`{|}~*$\"ßÉı用"], 1, 64];
        var label = Gen.String[Gen.Char["abcXYZ019-éü例"], 1, 20];
        var addresses = Gen.Select(
            space,
            local,
            label,
            label,
            space,
            (before, user, first, second, after) => (Given: $"{before}{user}@{first}.{second}{after}", Address: $"{user}@{first}.{second}"));

        await addresses.Array[200].SampleAsync(
            async given =>
            {
                await _workshop.CallAsync(Job(Files("-")), Relation([.. given.Select(address => address.Given)], "email"), Types(DataFieldType.String));

                Assert.Equal(given.Select(address => address.Address), _workshop.Query("SELECT email FROM roll ORDER BY row"));
                Assert.Equal(given.Select(address => MemberKey.Of(address.Address)), _workshop.Query("SELECT member_key FROM roll ORDER BY row"));
                Assert.Equal(["0"], _workshop.Query("SELECT count(*) FROM roll WHERE kh <> md5_number_lower(member_key)"));
            },
            iter: 5,
            threads: 1);
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static (string Text, string Expected) Written(DateTime at, int offset, int form)
    {
        var local = at.AddMinutes(offset);
        var sign = offset < 0 ? '-' : '+';
        var (hours, minutes) = (Math.Abs(offset) / 60, Math.Abs(offset) % 60);
        return form switch
        {
            0 => (Format(at, "yyyy-MM-dd"), $"\"{Format(at, "yyyy-MM-dd")}T00:00:00Z\""),
            1 => (Format(at, "yyyy-MM-ddTHH:mm:ss") + "Z", Expect(at)),
            2 => (Format(at, "yyyy-MM-dd HH:mm:ss"), Expect(at)),
            3 => (" " + Format(at, "yyyy-MM-ddTHH:mm:ss") + ".987654321\u00A0", Expect(at)),
            4 => (Format(local, "yyyy-MM-ddTHH:mm:ss") + $"{sign}{hours:00}:{minutes:00}", Expect(at)),
            5 => (Format(local, "yyyy-MM-dd HH:mm:ss") + $",5{sign}{hours:00}{minutes:00}", Expect(at)),
            6 => (Format(local, "yyyy-MM-ddTHH:mm") + $"{sign}{hours:00}:{minutes:00}", Expect(at.AddSeconds(-at.Second))),
            _ => (Format(at, "yyyy-MM-ddTHH:mm") + "z", Expect(at.AddSeconds(-at.Second))),
        };
    }

    private static string Format(DateTime at, string format) => at.ToString(format, CultureInfo.InvariantCulture);

    private static string Expect(DateTime at) => $"\"{Format(at, "yyyy-MM-ddTHH:mm:ss")}Z\"";

    private static Dictionary<string, DataFieldType> Types(DataFieldType type) => new() { ["F"] = type };

    private async Task<IReadOnlyList<string?>> FieldsAsync(string[] texts, DataFieldType type)
    {
        await _workshop.CallAsync(Job(Files("-"), [new("f", "F")]), Relation(texts, "f"), Types(type));
        return Fields();
    }

    private List<string?> Fields() =>
        [.. _workshop.Query("SELECT fields FROM roll ORDER BY row").Select(fields => fields.Length == 0 ? null : fields["\"F\":".Length..])];

    private string Relation(string[] texts, string column)
    {
        _workshop.Execute("CREATE OR REPLACE TABLE texts(text VARCHAR, __row BIGINT)");
        using var appender = _workshop.DuckDb.CreateAppender("texts");
        for (var i = 0; i < texts.Length; i++)
        {
            appender.CreateRow().AppendValue(texts[i]).AppendValue((long)i).EndRow();
        }

        return column == "email"
            ? "(SELECT text AS email, __row FROM texts)"
            : $"(SELECT 'a' || __row || '@x.com' AS email, text AS {column}, __row FROM texts)";
    }
}
