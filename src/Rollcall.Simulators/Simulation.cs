using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators;

/// <summary>What every part of a simulated account works on.</summary>
internal sealed class Simulation
{
    private volatile SimulatorOptions _options;

    public Simulation(SimulatorOptions options)
    {
        _options = options;
        Clock = options.Clock;
        Late = new LateWork(Clock);
        State = new AccountState(new ContactHistory(Clock, () => Options.ListDelay));
        Subscriptions = new Subscriptions(State, () => Options);
        Faults.Replace(options.Faults);
        State.MatchBy(options.AddressMatching);
    }

    public SimulatorOptions Options
    {
        get => _options;
        set
        {
            lock (State.Gate)
            {
                State.MatchBy(value.AddressMatching);
            }

            if (!ReferenceEquals(value.Faults, _options.Faults))
            {
                Faults.Replace(value.Faults);
            }

            _options = value;
        }
    }

    public TimeProvider Clock { get; }

    public AccountState State { get; }

    /// <summary>Pending late work.</summary>
    public LateWork Late { get; }

    public Subscriptions Subscriptions { get; }

    public FaultScript Faults { get; } = new();

    public CallCounts Calls { get; } = new();

    /// <summary>This server's time, which may be off the real one.</summary>
    public DateTime Now => (Clock.GetUtcNow() + _options.ClockOffset).UtcDateTime;
}
