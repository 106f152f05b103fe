using System.Text;

namespace Rollcall.Reading.Tables.Files;

/// <summary>How reading one record went.</summary>
internal enum CsvRecordState
{
    /// <summary>It ended.</summary>
    Complete,

    /// <summary>It goes on after the bytes given.</summary>
    Unfinished,

    /// <summary>Something other than a delimiter follows a closing quote.</summary>
    BadQuoting,
}

/// <summary>Splits one record of a CSV file: RFC 4180, new lines of every kind, quotes inside unquoted values kept.</summary>
internal sealed class CsvRecord(byte[] delimiter)
{
    private const byte Quote = (byte)'"';
    private readonly List<(int Start, int Length, bool Quoted)> _fields = [];

    /// <summary>How many values the last record has.</summary>
    public int Count => _fields.Count;

    /// <summary>How many bytes the last record takes, with its new line.</summary>
    public int Consumed { get; private set; }

    /// <summary>How many bytes it takes without its new line.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the last record ended with a carriage return alone.</summary>
    public bool EndsWithReturn { get; private set; }

    /// <summary>Whether every value with a quote in it is quoted from its first byte to its last: then every reader reads the last record this way.</summary>
    public bool Regular { get; private set; }

    /// <summary>Reads the record at the start of <paramref name="bytes"/>.</summary>
    /// <param name="last">Whether the file ends after the bytes.</param>
    public CsvRecordState Read(ReadOnlySpan<byte> bytes, bool last)
    {
        _fields.Clear();
        (EndsWithReturn, Regular) = (false, true);
        var position = 0;
        while (true)
        {
            var start = position;
            var quoted = position < bytes.Length && bytes[position] == Quote;
            if (quoted)
            {
                if (!SkipQuoted(bytes, last, ref position))
                {
                    return CsvRecordState.Unfinished;
                }

                _fields.Add((start + 1, position - start - 2, true));
                while (position < bytes.Length && bytes[position] == ' ')
                {
                    (Regular, position) = (false, position + 1);
                }
            }
            else
            {
                position += IndexOfEnd(bytes[position..]);
                _fields.Add((start, position - start, false));
                Regular &= !bytes[start..position].Contains(Quote);
            }

            if (position == bytes.Length)
            {
                return last ? End(position, position) : CsvRecordState.Unfinished;
            }

            if (bytes[position..].StartsWith(delimiter))
            {
                position += delimiter.Length;
                continue;
            }

            switch (bytes[position])
            {
                case (byte)'\n':
                    return End(position, position + 1);
                case (byte)'\r' when position + 1 < bytes.Length:
                    EndsWithReturn = bytes[position + 1] != '\n';
                    return End(position, EndsWithReturn ? position + 1 : position + 2);
                case (byte)'\r':
                    EndsWithReturn = last;
                    return last ? End(position, position + 1) : CsvRecordState.Unfinished;
                default:
                    return bytes.Length - position < delimiter.Length && !last ? CsvRecordState.Unfinished : CsvRecordState.BadQuoting;
            }
        }
    }

    /// <summary>A value of the last record, unquoted.</summary>
    public string Text(ReadOnlySpan<byte> bytes, int index)
    {
        var (start, length, quoted) = _fields[index];
        var text = Encoding.UTF8.GetString(bytes.Slice(start, length));
        return quoted ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text;
    }

    /// <summary>
    /// Whether the last record looks like a quoted value with blanks before its quote, cut at a delimiter: the values after the cut would be
    /// another column's.
    /// </summary>
    public bool IsCutInQuotes(ReadOnlySpan<byte> bytes)
    {
        var open = false;
        foreach (var (start, length, quoted) in Regular ? [] : _fields)
        {
            var value = bytes.Slice(start, length);
            if (quoted || !value.Contains(Quote))
            {
                continue;
            }

            if (open && value.TrimEnd((byte)' ').EndsWith([Quote]))
            {
                return true;
            }

            open |= value[0] == (byte)' ' && value.TrimStart((byte)' ')[0] == Quote && value.Count(Quote) % 2 == 1;
        }

        return false;
    }

    /// <summary>Writes the last record so that it is regular, without a new line.</summary>
    public void WriteRegular(ReadOnlySpan<byte> bytes, Stream to)
    {
        if (Regular)
        {
            to.Write(bytes);
            return;
        }

        for (var i = 0; i < _fields.Count; i++)
        {
            var (start, length, quoted) = _fields[i];
            var value = bytes.Slice(start, length);
            to.Write(i == 0 ? [] : delimiter);
            if (quoted)
            {
                to.WriteByte(Quote);
                to.Write(value);
                to.WriteByte(Quote);
            }
            else if (value.Contains(Quote))
            {
                to.Write(Encoding.UTF8.GetBytes($"\"{Text(bytes, i).Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
            }
            else
            {
                to.Write(value);
            }
        }
    }

    private CsvRecordState End(int length, int consumed)
    {
        (Length, Consumed) = (length, consumed);
        return CsvRecordState.Complete;
    }

    /// <summary>Moves past the closing quote; false where the bytes end first, or with a quote that may be half of an escaped one.</summary>
    private static bool SkipQuoted(ReadOnlySpan<byte> bytes, bool last, ref int position)
    {
        position++;
        while (true)
        {
            var quote = bytes[position..].IndexOf(Quote);
            if (quote < 0)
            {
                return false;
            }

            position += quote + 1;
            if (position == bytes.Length)
            {
                return last;
            }

            if (bytes[position] != Quote)
            {
                return true;
            }

            position++;
        }
    }

    private int IndexOfEnd(ReadOnlySpan<byte> bytes)
    {
        var searched = 0;
        while (true)
        {
            var found = bytes[searched..].IndexOfAny((byte)'\n', (byte)'\r', delimiter[0]);
            if (found < 0)
            {
                return bytes.Length;
            }

            searched += found;
            if (bytes[searched] is (byte)'\n' or (byte)'\r' || delimiter.Length == 1 || bytes[searched..].StartsWith(delimiter))
            {
                return searched;
            }

            searched++;
        }
    }
}
