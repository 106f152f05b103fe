using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Operations;

/// <summary>
/// What was sent, or may have been, and is not in a ledger yet. Erased, nobody would look whether it arrived, and the next run would send it again.
/// </summary>
internal static class OpenDeliveries
{
    /// <summary>Refuses to erase someone with an open delivery.</summary>
    /// <exception cref="RollcallException">Exit 6: one is.</exception>
    public static void Refuse(DataFolder folder, IDeliveries deliveries, Trace trace, CancellationToken cancellation)
    {
        foreach (var open in deliveries.Open())
        {
            if (PersonRows.In(folder, open.Name!, trace, cancellation) > 0)
            {
                throw new RollcallException(
                    ExitCode.Busy,
                    $"The job {open.Tag} has sent something of this person, and no run has settled yet what became of it. Nobody was erased.",
                    folder.Root,
                    $"Run {open.Tag} first, so that nothing is sent twice, and repeat the command.");
            }
        }
    }
}
