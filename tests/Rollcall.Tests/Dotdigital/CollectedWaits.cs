using Rollcall.Dotdigital;

namespace Rollcall.Tests.Dotdigital;

/// <summary>Keeps every wait that is reported.</summary>
internal sealed class CollectedWaits : IProgress<CallWait>
{
    public List<CallWait> All { get; } = [];

    public void Report(CallWait value) => All.Add(value);
}
