namespace Rollcall.Simulators.Http;

/// <summary>Counts calls against the scripted faults and says which one strikes.</summary>
internal sealed class FaultScript
{
    private readonly Lock gate = new();
    private readonly List<Line> lines = [];

    public void Replace(IEnumerable<Fault> faults)
    {
        lock (gate)
        {
            lines.Clear();
            lines.AddRange(faults.Select(fault => new Line(fault)));
        }
    }

    public void Add(IEnumerable<Fault> faults)
    {
        lock (gate)
        {
            lines.AddRange(faults.Select(fault => new Line(fault)));
        }
    }

    /// <summary>The first fault that strikes this call; every fault that waits for it counts it.</summary>
    public Fault? Next(string operation)
    {
        lock (gate)
        {
            Fault? struck = null;
            foreach (var line in lines)
            {
                if (line.Strikes(operation))
                {
                    struck ??= line.Fault;
                }
            }

            return struck;
        }
    }

    private sealed class Line(Fault fault)
    {
        private int seen;

        public Fault Fault => fault;

        public bool Strikes(string operation)
        {
            if (fault.Operation is { } name && !string.Equals(name, operation, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            seen++;
            return fault.Every is { } every
                ? seen % every == 0
                : seen >= fault.Occurrence && seen < fault.Occurrence + fault.Times;
        }
    }
}
