using DuckDB.NET.Data;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>Failures while a relation is read.</summary>
internal static class ReadingFailure
{
    /// <summary>The exception for a relation that could not be read: the source's own, or one of DuckDB's error.</summary>
    public static RollcallException FailureOr(this IAudienceReading reading, DuckDBException error, string audience) =>
        reading.Failure ?? new RollcallException(ExitCode.Source, $"Reading failed: {DuckMessages.Masked(error)}", $"audience {audience}", inner: error);
}
