using Rollcall.Running;

namespace Rollcall.Reading.Tables.Files;

/// <summary>Rows that could not be read: all are counted, the first ones are listed.</summary>
internal sealed class RejectedRows
{
    /// <summary>How many are listed.</summary>
    public const int Listed = 10_000;

    private readonly List<RejectedRow> _rows = [];

    public IReadOnlyList<RejectedRow> Rows => _rows;

    public long Count { get; private set; }

    public void Add(string? file, long? line, string reason)
    {
        Count++;
        if (_rows.Count < Listed)
        {
            _rows.Add(new RejectedRow(file, line, reason));
        }
    }
}
