using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>The lock of a data folder that a person is being erased from.</summary>
internal static class ForgetLock
{
    /// <summary>The lock that keeps runs and plans out while a person is erased.</summary>
    public const string Name = ".forget";

    /// <summary>The lock of the data folder's one service, which works in the folder only while it runs a job.</summary>
    public const string Service = ".service";

    /// <summary>Stops a run or a plan that began while a person is being erased.</summary>
    public static void RefuseMeanwhile(DataFolder folder)
    {
        if (folder.IsLocked(Name))
        {
            throw Busy(folder, "A person is being erased from the data folder");
        }
    }

    /// <summary>Stops where a run, a plan or another command works in the folder.</summary>
    /// <param name="ours">The lock that the caller holds.</param>
    public static void RefuseWhileOthersWork(DataFolder folder, string ours = Name)
    {
        // Jobs first: a run also holds the lock of its work folder, and the job says more.
        foreach (var path in Directory.EnumerateFiles(folder.Full("locks"), "*.lock").OrderBy(p => Path.GetFileName(p).StartsWith('.')))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (name != ours && name != Service && folder.IsLocked(name))
            {
                throw Busy(folder, name.StartsWith('.') ? "A plan or another command is under way" : $"A run of {name} is under way");
            }
        }
    }

    public static RollcallException Busy(DataFolder folder, string what) =>
        new(ExitCode.Busy, $"{what}.", folder.Root, "Wait for it to end, and repeat the command.");
}
