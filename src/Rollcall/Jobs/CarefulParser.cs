using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Rollcall.Jobs;

/// <summary>The YAML library's parser, whose errors are all of one kind: on some broken text it trips over itself instead of saying where.</summary>
internal sealed class CarefulParser(string text) : IParser
{
    private readonly Parser parser = new(new Scanner(new StringReader(text)));

    public ParsingEvent? Current => parser.Current;

    public bool MoveNext()
    {
        try
        {
            return parser.MoveNext();
        }
        catch (Exception tripped) when (tripped is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            var after = parser.Current?.End ?? Mark.Empty;
            throw new YamlException(after, after, "the text after this cannot be read", tripped);
        }
    }
}
