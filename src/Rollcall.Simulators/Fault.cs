using System.Globalization;

namespace Rollcall.Simulators;

/// <summary>How a call fails.</summary>
public enum FaultKind
{
    /// <summary>The connection breaks before anything is done.</summary>
    DropBefore,

    /// <summary>The call is carried out, then the connection breaks: the caller gets no answer.</summary>
    DropAfter,

    /// <summary>Nothing is done; the answer has <see cref="Fault.Status"/> and <see cref="Fault.Message"/>.</summary>
    Refuse,

    /// <summary>The call is carried out after <see cref="Fault.Delay"/>.</summary>
    Slow,
}

/// <summary>
/// One scripted fault. It counts the calls of its operation (of every operation when none is named) from the moment
/// it is known, and strikes at the <see cref="Occurrence"/>th and <see cref="Times"/> - 1 more, or at each
/// <see cref="Every"/>th.
/// </summary>
public sealed record Fault
{
    /// <summary>The operation it waits for, named as in <c>/simulator/counters</c>; null: any.</summary>
    public string? Operation { get; init; }

    /// <summary>The call that it strikes first, counted from 1. Default 1.</summary>
    public int Occurrence { get; init; } = 1;

    /// <summary>How many calls in a row it strikes. Default 1.</summary>
    public int Times { get; init; } = 1;

    /// <summary>Affects every Nth call instead, for ever.</summary>
    public int? Every { get; init; }

    /// <summary>What happens.</summary>
    public FaultKind Kind { get; init; }

    /// <summary>The status code of a refusal. Default 500.</summary>
    public int Status { get; init; } = 500;

    /// <summary>What the refusal says, such as <c>ERROR_ADDRESSBOOK_IN_USE</c>; null: a text for the status.</summary>
    public string? Message { get; init; }

    /// <summary>How long a slow call waits. Default 5 s.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long after a refused or unanswered call the work is done all the same, if the call writes. Null: a refused call is
    /// never applied, one without an answer as configured in <see cref="SimulatorOptions.LateUnanswered"/>. Dotdigital only.
    /// </summary>
    public TimeSpan? Late { get; init; }

    /// <summary>
    /// Reads the short form <c>[OPERATION:]WHEN:WHAT</c>: WHEN is <c>3</c> (the third call), <c>3x4</c> (four from the
    /// third on) or <c>every10</c>; WHAT is <c>drop-before</c>, <c>drop-after</c>, a status code such as <c>503</c>,
    /// or <c>slow5</c> (seconds). <c>drop-after-late30</c> and <c>503-late30</c> are carried out 30 seconds later.
    /// For example <c>importContacts:1:drop-after</c>.
    /// </summary>
    /// <exception cref="FormatException">The text is in no such form.</exception>
    public static Fault Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(':');
        if (parts.Length is < 2 or > 3)
        {
            throw Malformed(text);
        }

        var fault = new Fault { Operation = parts.Length == 3 ? parts[0] : null };
        var what = parts[^1].Split("-late");
        return what.Length switch
        {
            1 => WithWhat(WithWhen(fault, parts[^2], text), what[0], text),
            2 when what[0] == "drop-after" || char.IsAsciiDigit(what[0].FirstOrDefault()) =>
                WithWhat(WithWhen(fault, parts[^2], text), what[0], text) with { Late = TimeSpan.FromSeconds(Number(what[1], text)) },
            _ => throw Malformed(text),
        };
    }

    private static Fault WithWhen(Fault fault, string when, string text)
    {
        if (when.StartsWith("every", StringComparison.Ordinal))
        {
            return fault with { Every = Number(when[5..], text) };
        }

        var times = when.Split('x');
        return times.Length switch
        {
            1 => fault with { Occurrence = Number(times[0], text) },
            2 => fault with { Occurrence = Number(times[0], text), Times = Number(times[1], text) },
            _ => throw Malformed(text),
        };
    }

    private static Fault WithWhat(Fault fault, string what, string text) => what switch
    {
        "drop-before" => fault with { Kind = FaultKind.DropBefore },
        "drop-after" => fault with { Kind = FaultKind.DropAfter },
        _ when what.StartsWith("slow", StringComparison.Ordinal) =>
            fault with { Kind = FaultKind.Slow, Delay = TimeSpan.FromSeconds(Number(what[4..], text)) },
        _ => fault with { Kind = FaultKind.Refuse, Status = Number(what, text) },
    };

    private static int Number(string digits, string text) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw Malformed(text);

    private static FormatException Malformed(string text) =>
        new($"'{text}' is no fault. Write [OPERATION:]WHEN:WHAT, such as importContacts:1:drop-after or every10:503.");
}
