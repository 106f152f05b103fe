using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Rollcall.Jobs;

/// <summary>The YAML library's parser, with one kind of error: on some broken text the library fails without saying where.</summary>
internal sealed class CarefulParser(string text) : IParser
{
    private readonly Parser _parser = new(new Scanner(new StringReader(text)));

    public ParsingEvent? Current => _parser.Current;

    public bool MoveNext()
    {
        try
        {
            return _parser.MoveNext();
        }
        catch (Exception failed) when (
            failed is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            var after = _parser.Current?.End ?? Mark.Empty;
            throw new YamlException(after, after, "the text after this cannot be read", failed);
        }
    }
}
