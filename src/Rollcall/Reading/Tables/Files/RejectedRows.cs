namespace Rollcall.Reading.Tables.Files;

/// <summary>Rows that could not be read: all are counted, the first ones are listed.</summary>
internal sealed class RejectedRows
{
    /// <summary>How many are listed.</summary>
    public const int Listed = 10_000;

    private readonly List<RejectedRow> rows = [];

    public IReadOnlyList<RejectedRow> Rows => rows;

    public long Count { get; private set; }

    public void Add(string? file, long? line, string reason)
    {
        Count++;
        if (rows.Count < Listed)
        {
            rows.Add(new RejectedRow(file, line, reason));
        }
    }
}
