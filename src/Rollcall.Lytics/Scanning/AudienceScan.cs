using System.Globalization;
using System.Threading.Channels;

namespace Rollcall.Lytics;

/// <summary>Rows of a page.</summary>
/// <param name="Part">The part of the scan, from 0.</param>
/// <param name="Pass">How often the part was started, from 1.</param>
/// <param name="Rows">The values of <see cref="ScanColumns"/>, as JSON; null when there is none.</param>
internal readonly record struct ScannedRows(int Part, int Pass, IReadOnlyList<string?[]> Rows);

/// <summary>The result of a part of a scan.</summary>
/// <param name="Pass">The pass that counts: the one that finished, otherwise the longest.</param>
/// <param name="Passes">Number of passes.</param>
/// <param name="Rows">Rows of the pass that counts.</param>
/// <param name="Ended">Whether it reached the end.</param>
internal sealed record ScannedPart(int Pass, int Passes, long Rows, bool Ended);

/// <summary>The result of a scan.</summary>
/// <param name="Parts">Its parts.</param>
/// <param name="Before">The audience's size according to the first page; null when missing.</param>
/// <param name="After">The size according to the last page.</param>
internal sealed record ScannedAudience(IReadOnlyList<ScannedPart> Parts, long? Before, long? After)
{
    public long Rows => Parts.Sum(part => part.Rows);

    /// <summary>Distinct profiles among the rows; null when not counted.</summary>
    public long? Profiles { get; init; }

    /// <summary>The size given by a page that itself had more than twice as many rows; null when there was none.</summary>
    public long? Untrue { get; init; }

    /// <summary>Why the scan may be incomplete; null when it counts as complete.</summary>
    public string? Incomplete()
    {
        if (Parts.Count(part => !part.Ended) is > 0 and var open)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{open} of the scan's {Parts.Count} parts did not finish: Lytics' page tokens expired {LyticsLimits.Passes} times.");
        }

        if ((Before, After) is not ({ } before, { } after))
        {
            return "Lytics did not return the size of the audience, so the scan cannot be verified.";
        }

        // Members come and go while an audience is read; an audience that is disabled or re-evaluated meanwhile looks like many members leaving.
        if (after == 0 ? before > 0 : before - after > Math.Max(LyticsLimits.MayLeave, before / 100))
        {
            return string.Create(CultureInfo.InvariantCulture, $"The audience shrank from {before:N0} to {after:N0} profiles while it was read.");
        }

        // A wrong size does not show whether profiles are missing.
        var (least, most) = (Math.Min(before, after), Untrue ?? Math.Max(before, after));
        if (Untrue is not null || Rows > most + Math.Max(Math.Min(most, LyticsLimits.MayLeave), most / 100))
        {
            return string.Create(CultureInfo.InvariantCulture, $"The scan returned {Rows:N0} profiles of an audience that has {most:N0} according to Lytics.");
        }

        var profiles = Profiles ?? Rows;
        if (Rows - profiles > Rows * LyticsLimits.MayBeRepeated)
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"{Rows - profiles:N0} of the scan's {Rows:N0} profiles are duplicates, and as many others may be missing.");
        }

        return profiles >= least * (1 - LyticsLimits.MayBeMissing)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"The scan returned {profiles:N0} of {least:N0} profiles.");
    }
}

/// <summary>Scans one audience, with concurrent buckets.</summary>
/// <param name="audience">Its id.</param>
internal sealed class AudienceScan(LyticsClient client, string audience, ScanColumns columns)
{
    private readonly Lock _sync = new();
    private long? _after;
    private long? _untrue;

    /// <summary>Writes every page to <paramref name="rows"/>, which stops the scan while it is full.</summary>
    public async Task<ScannedAudience> RunAsync(ChannelWriter<ScannedRows> rows, CancellationToken cancellation)
    {
        using var pace = new ScanPace();
        var first = await client.ScanAsync(audience, columns, splits: null, start: null, pace, cancellation).ConfigureAwait(false);
        Note(first);
        if (first.Next.Length == 0)
        {
            await rows.WriteAsync(new ScannedRows(0, 1, first.Rows), cancellation).ConfigureAwait(false);
            return new ScannedAudience([new ScannedPart(1, 1, first.Rows.Count, true)], first.Total, first.Total) { Untrue = _untrue };
        }

        var splits = Splits(first.Total);
        var parts = new ScannedPart[splits.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, splits.Count),
            new ParallelOptions { MaxDegreeOfParallelism = splits.Count, CancellationToken = cancellation },
            async (i, token) => parts[i] = await PartAsync(i, splits[i], first.Total, rows, pace, token).ConfigureAwait(false)).ConfigureAwait(false);
        return new ScannedAudience(parts, first.Total, _after) { Untrue = _untrue };
    }

    /// <summary>All buckets, in a number of parts that depends on the size of the audience.</summary>
    public static IReadOnlyList<string> Splits(long? total)
    {
        var parts = (int)Math.Clamp((total ?? long.MaxValue) / (LyticsLimits.PageRows * LyticsLimits.PartPages), 1, LyticsLimits.Splits);
        return [.. Enumerable.Range(0, parts).Select(part => string.Join(',', Enumerable.Range(0, LyticsLimits.Splits).Where(split => split % parts == part)))];
    }

    private async Task<ScannedPart> PartAsync(int part, string splits, long? total, ChannelWriter<ScannedRows> rows, ScanPace pace,
        CancellationToken cancellation)
    {
        var (longest, most) = (1, -1L);
        for (var pass = 1; pass <= LyticsLimits.Passes; pass++)
        {
            var (count, ended) = await PassAsync(new ScannedRows(part, pass, []), splits, new ScanTrail(total), rows, pace, cancellation).ConfigureAwait(false);
            if (ended)
            {
                return new ScannedPart(pass, pass, count, true);
            }

            (longest, most) = count > most ? (pass, count) : (longest, most);
        }

        return new ScannedPart(longest, LyticsLimits.Passes, most, false);
    }

    /// <summary>Reads a part from its start; stops when a page token has expired.</summary>
    private async Task<(long Rows, bool Ended)> PassAsync(ScannedRows of, string splits, ScanTrail trail, ChannelWriter<ScannedRows> rows, ScanPace pace,
        CancellationToken cancellation)
    {
        var (count, start) = (0L, (string?)null);
        while (true)
        {
            ScanPage page;
            try
            {
                page = await client.ScanAsync(audience, columns, splits, start, pace, cancellation).ConfigureAwait(false);
            }
            catch (LyticsException e) when (e.Failure == LyticsFailure.Stale)
            {
                return (count, false);
            }

            Note(page);
            await rows.WriteAsync(of with { Rows = page.Rows }, cancellation).ConfigureAwait(false);
            count += page.Rows.Count;
            if (page.Next.Length == 0)
            {
                return (count, true);
            }

            trail.Add(page);
            start = page.Next;
        }
    }

    private void Note(ScanPage page)
    {
        lock (_sync)
        {
            _after = page.Total;
            if (page.Total is { } total && page.Rows.Count > 2 * total)
            {
                _untrue = total;
            }
        }
    }
}
