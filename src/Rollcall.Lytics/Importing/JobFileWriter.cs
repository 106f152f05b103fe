using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlScalar = YamlDotNet.Core.Events.Scalar;

namespace Rollcall.Lytics.Importing;

/// <summary>
/// Writes a job file key by key, with comments between them. The YAML library writes the values, so that they stay values
/// whatever they contain; a comment never extends beyond its line.
/// </summary>
internal sealed partial class JobFileWriter
{
    private const int RemarkWidth = 110;

    private static readonly JsonSerializerOptions OneLineJson = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };
    private static readonly EmitterSettings Settings = new EmitterSettings().WithBestWidth(int.MaxValue).WithIndentedSequences().WithNewLine("\n");
    private static readonly string[] ReadOtherwise = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];

    private readonly StringBuilder _text = new();
    private int _depth;

    public override string ToString() => _text.ToString();

    public void Blank() => _text.Append('\n');

    /// <summary>A key with keys below it, until <see cref="End"/>.</summary>
    public void Begin(string key)
    {
        Indent().Append(key).Append(":\n");
        _depth++;
    }

    public void End() => _depth--;

    public void Write(string key, IEnumerable<ParsingEvent> value)
    {
        var yaml = new StringWriter();
        var emitter = new Emitter(yaml, Settings);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        foreach (var part in Map([(key, value)]))
        {
            emitter.Emit(part);
        }

        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        foreach (var line in yaml.ToString().TrimEnd('\n').Split('\n'))
        {
            Indent().Append(line).Append('\n');
        }
    }

    /// <summary>A comment, on as many lines as needed.</summary>
    public void Remark(string text)
    {
        var line = new StringBuilder();
        foreach (var word in OneLine(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + word.Length > RemarkWidth)
            {
                Indent().Append('#').Append(line).Append('\n');
                line.Clear();
            }

            line.Append(' ').Append(word);
        }

        Indent().Append('#').Append(line).Append('\n');
    }

    /// <summary>What is not converted, complete, as a comment.</summary>
    public void LeftOut(string key, string value) => Indent().Append('#').Append(OneLine(key)).Append(": ").Append(OneLine(value)).Append('\n');

    /// <summary>JSON on one line, without characters that YAML treats as a line break.</summary>
    public static string AsJson(JsonElement value) => JsonSerializer.Serialize(value, OneLineJson);

    /// <summary>Text: <c>${</c> is kept literally, although it refers to the environment in job files.</summary>
    public static IEnumerable<ParsingEvent> Text(string value) => [Scalar(value.Replace("${", "$${", StringComparison.Ordinal))];

    /// <summary>A number, true, false, or a reference to the environment, unquoted.</summary>
    public static IEnumerable<ParsingEvent> Plain(string value) =>
        [new YamlScalar(AnchorName.Empty, TagName.Empty, value, ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: true)];

    /// <summary>Quoted text, such as the id of an address book.</summary>
    public static IEnumerable<ParsingEvent> Quoted(string value) =>
        [new YamlScalar(AnchorName.Empty, TagName.Empty, value, ScalarStyle.DoubleQuoted, isPlainImplicit: true, isQuotedImplicit: true)];

    public static IEnumerable<ParsingEvent> List(IEnumerable<IEnumerable<ParsingEvent>> items) =>
    [
        new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Block),
        .. items.SelectMany(item => item),
        new SequenceEnd(),
    ];

    public static IEnumerable<ParsingEvent> Map(IEnumerable<(string Key, IEnumerable<ParsingEvent> Value)> entries) =>
    [
        new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block),
        .. entries.SelectMany(entry => entry.Value.Prepend(Scalar(entry.Key))),
        new MappingEnd(),
    ];

    private static YamlScalar Scalar(string value)
    {
        var plain = PlainWords().IsMatch(value) && !ReadOtherwise.Contains(value, StringComparer.OrdinalIgnoreCase);
        return new YamlScalar(
            AnchorName.Empty, TagName.Empty, value, plain ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted, isPlainImplicit: true, isQuotedImplicit: true);
    }

    private StringBuilder Indent() => _text.Append(' ', 2 * _depth);

    private static string OneLine(string text) =>
        new([.. text.Select(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF' ? ' ' : c)]);

    [GeneratedRegex(@"^[A-Za-z](?:[A-Za-z0-9_ ./()-]*[A-Za-z0-9_)])?\z")]
    private static partial Regex PlainWords();
}
