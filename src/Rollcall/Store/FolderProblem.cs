using DuckDB.NET.Data;
using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>What the disk, or the store, of a data folder refuses: in words, with what to do.</summary>
public static class FolderProblem
{
    private const string Resume = "Run again then: what was sent is settled first.";

    // errno, as .NET passes it on.
    private const int ReadOnlyDisk = 30;
    private const int DiskFull = 28;
    private const int QuotaUsed = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>The problem that stops a command; null where the exception is about something else.</summary>
    /// <param name="folder">The data folder.</param>
    public static RollcallException? Of(Exception exception, string folder) => exception switch
    {
        UnauthorizedAccessException => Rights(exception, folder),
        IOException { HResult: ReadOnlyDisk } => Rights(exception, folder),
        IOException { HResult: DiskFull or QuotaUsed or WindowsDiskFull } => Space(exception, folder),
        StoreException { Fault: StoreFault.NotWritable } => Rights(exception, folder),
        StoreException { Fault: StoreFault.NoRoom } => Space(exception, folder),
        StoreException { Fault: StoreFault.Busy } => new RollcallException(
            ExitCode.SomeNotDelivered,
            "Another process has held the data folder's store for a minute.",
            folder,
            $"End it, or wait for it. {Resume}",
            exception),
        StoreException { Fault: StoreFault.Damaged } => new RollcallException(
            ExitCode.BadJob,
            $"The data folder's store is damaged: {FirstLine(exception)}",
            folder,
            "Restore the folder from a backup, or name another with --data.",
            exception),
        DuckDBException when exception.Message.Contains("IO Error", StringComparison.Ordinal)
            || exception.Message.Contains("Out of Memory", StringComparison.OrdinalIgnoreCase) => new RollcallException(
            ExitCode.SomeNotDelivered,
            $"The work tables cannot be used: {FirstLine(exception)}",
            folder,
            $"Look at the disk's free space. {Resume}",
            exception),
        _ => null,
    };

    /// <summary>Whether a lock's file is in use: what else keeps it from being opened is no lock.</summary>
    public static bool InUse(IOException exception) =>
        exception.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);

    private static RollcallException Rights(Exception exception, string folder) => new(
        ExitCode.BadJob,
        $"The data folder, or a file in it, cannot be written: {FirstLine(exception)}",
        folder,
        "It belongs to another user, or is read-only: give this user the rights, or name another with --data.",
        exception);

    private static RollcallException Space(Exception exception, string folder) => new(
        ExitCode.SomeNotDelivered, $"The data folder's disk is full, or cannot be written: {FirstLine(exception)}", folder, $"Make room. {Resume}", exception);

    private static string FirstLine(Exception exception) => exception.Message.Split('\n', 2)[0].TrimEnd('\r');
}
