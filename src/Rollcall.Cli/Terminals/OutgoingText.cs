using System.Text;
using Rollcall.Model;
using Spectre.Console.Rendering;

namespace Rollcall.Cli.Terminals;

/// <summary>The last writer before the process's output: masks secrets in each line, whatever its origin.</summary>
internal sealed class OutgoingText(TextWriter next) : TextWriter
{
    private readonly StringBuilder _line = new();
    private readonly Lock _lock = new();

    public override Encoding Encoding => next.Encoding;

    public override void Write(char value)
    {
        lock (_lock)
        {
            _line.Append(value);
            if (value == '\n')
            {
                Pass();
            }
        }
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_lock)
        {
            _line.Append(buffer);
            if (buffer.Contains('\n'))
            {
                Pass();
            }
        }
    }

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void WriteLine(string? value) => Write(value + NewLine);

    /// <summary>Writes a line that is already masked in its own format.</summary>
    public void WriteMasked(string line)
    {
        lock (_lock)
        {
            Pass();
            next.WriteLine(line);
            next.Flush();
        }
    }

    public override void Flush()
    {
        lock (_lock)
        {
            Pass();
            next.Flush();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Flush();
            next.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Pass()
    {
        next.Write(Secrets.Mask(_line.ToString()));
        _line.Clear();
    }
}

/// <summary>Makes control characters visible in all rendered text, but not in the markup around it.</summary>
internal sealed class VisibleSegments : IRenderHook
{
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(one => new Visible(one));

    private sealed class Visible(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth)
            .Select(segment => segment.IsControlCode || segment.IsLineBreak ? segment : new Segment(VisibleText.Of(Secrets.Mask(segment.Text)), segment.Style));
    }
}
