using Microsoft.Data.Sqlite;
using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Store.Sqlite;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class FolderProblemTests
{
    [Fact]
    public void A_folder_of_somebody_else_or_on_a_read_only_disk_is_a_problem_of_rights()
    {
        Exception[] refusals =
        [
            new UnauthorizedAccessException("denied"),
            new IOException("Read-only file system", 30),
            StoreConnection.Fault(new SqliteException("readonly", 8)),
            StoreConnection.Fault(new SqliteException("cannot open", 14)),
        ];
        foreach (var refused in refusals)
        {
            var problem = FolderProblem.Of(refused, "/data")!;

            Assert.Equal(ExitCode.BadJob, problem.ExitCode);
            Assert.Equal("/data", problem.Problems[0].Where);
            Assert.Contains("another user, or is read-only", problem.Problems[0].Todo, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_full_disk_says_that_nothing_is_lost()
    {
        Exception[] failures =
        [
            new IOException("No space left on device", 28),
            StoreConnection.Fault(new SqliteException("full", 13)),
            StoreConnection.Fault(new SqliteException("I/O", 10)),
        ];
        foreach (var full in failures)
        {
            var problem = FolderProblem.Of(full, "/data")!;

            Assert.Equal(ExitCode.SomeNotDelivered, problem.ExitCode);
            Assert.StartsWith("Make room. Run again then", problem.Problems[0].Todo, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_locked_or_damaged_store_is_reported()
    {
        Assert.Contains(
            "Another process has held",
            FolderProblem.Of(StoreConnection.Fault(new SqliteException("busy", 5)), "/data")!.Message,
            StringComparison.Ordinal);
        Assert.Contains("is damaged", FolderProblem.Of(StoreConnection.Fault(new SqliteException("corrupt", 11)), "/data")!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_unrelated_to_the_folder_are_left_to_others() => Assert.Null(FolderProblem.Of(new InvalidOperationException("odd"), "/data"));

    [Fact]
    public void A_lock_that_cannot_be_created_does_not_count_as_one_in_use()
    {
        using var folder = new TempFolder();
        var data = new DataFolder(folder.Path);
        using var held = data.TryLock("job");

        Assert.Null(data.TryLock("job"));
        Assert.ThrowsAny<IOException>(() => data.TryLock(new string('x', 300)));
    }
}
