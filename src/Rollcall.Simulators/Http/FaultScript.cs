namespace Rollcall.Simulators.Http;

/// <summary>Counts calls against the scripted faults and returns the matching one.</summary>
internal sealed class FaultScript
{
    private readonly Lock _gate = new();
    private readonly List<Line> _lines = [];

    public void Replace(IEnumerable<Fault> faults)
    {
        lock (_gate)
        {
            _lines.Clear();
            _lines.AddRange(faults.Select(fault => new Line(fault)));
        }
    }

    public void Add(IEnumerable<Fault> faults)
    {
        lock (_gate)
        {
            _lines.AddRange(faults.Select(fault => new Line(fault)));
        }
    }

    /// <summary>The first fault that strikes this call; every fault that waits for it counts it.</summary>
    public Fault? Next(string operation)
    {
        lock (_gate)
        {
            Fault? struck = null;
            foreach (var line in _lines)
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
        private int _seen;

        public Fault Fault => fault;

        public bool Strikes(string operation)
        {
            if (fault.Operation is { } name && !string.Equals(name, operation, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            _seen++;
            return fault.Every is { } every
                ? _seen % every == 0
                : _seen >= fault.Occurrence && _seen < fault.Occurrence + fault.Times;
        }
    }
}
