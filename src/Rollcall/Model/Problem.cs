namespace Rollcall.Model;

/// <summary>How much a <see cref="Problem"/> matters.</summary>
public enum Severity
{
    /// <summary>Nothing is wrong: something worth knowing.</summary>
    Note,

    /// <summary>Said; nothing stops.</summary>
    Warning,

    /// <summary>The job is not run.</summary>
    Error,
}

/// <summary>One thing that is wrong, where it is, and what to do about it, in words for the person who wrote the job.</summary>
/// <param name="Message">What is wrong.</param>
/// <param name="Where">The file, line, column, key or row, such as <c>job.yaml:12:5 config.segment_ids</c>; null when nowhere in particular.</param>
/// <param name="Todo">What to do; null when the message says it.</param>
/// <param name="Severity">Whether it stops the job.</param>
public sealed record Problem(string Message, string? Where = null, string? Todo = null, Severity Severity = Severity.Error)
{
    /// <summary>The exit code it stops with.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ExitCode ExitCode { get; init; } = ExitCode.BadJob;

    /// <inheritdoc/>
    public override string ToString() =>
        (Where is null ? "" : Where + ": ") + Message + (Todo is null ? "" : " " + Todo);
}

/// <summary>What the program's exit code says; the numbers are the contract of the command line.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>Some changes were not delivered and may be later.</summary>
    SomeNotDelivered = 1,

    /// <summary>The job file or the arguments are wrong.</summary>
    BadJob = 2,

    /// <summary>The source is unreachable or wrong.</summary>
    Source = 3,

    /// <summary>Dotdigital is unreachable or refused: credentials, region, permission.</summary>
    Dotdigital = 4,

    /// <summary>A guard held something back.</summary>
    Guard = 5,

    /// <summary>Another run of this job is under way.</summary>
    Busy = 6,

    /// <summary>Interrupted; the next run resumes.</summary>
    Interrupted = 130,
}

/// <summary>Stops a command with one or more problems for the user. Never carries a secret.</summary>
public sealed class RollcallException : Exception
{
    /// <summary>Stops with several problems.</summary>
    public RollcallException(ExitCode exitCode, IReadOnlyList<Problem> problems, Exception? inner = null)
        : base(string.Join(Environment.NewLine, problems), inner)
    {
        ExitCode = exitCode;
        Problems = problems;
    }

    /// <summary>Stops with one problem.</summary>
    public RollcallException(ExitCode exitCode, string message, string? where = null, string? todo = null, Exception? inner = null)
        : this(exitCode, [new Problem(message, where, todo)], inner)
    {
    }

    /// <summary>The exit code of the program.</summary>
    public ExitCode ExitCode { get; }

    /// <summary>What is wrong, at least one.</summary>
    public IReadOnlyList<Problem> Problems { get; }
}
