namespace Rollcall.Model;

/// <summary>Why a member who left the audience stays in the book, as a text.</summary>
internal static class ExitReason
{
    /// <summary>Of <see cref="ReasonCode.AlreadyThere"/>.</summary>
    public const string AlreadyThere = "Left the audience; was in the book before this job, and stays in it.";

    /// <summary>Of <see cref="ReasonCode.ExitIgnored"/>.</summary>
    public const string Ignored = "Left the audience; exit_action is ignore, so the book keeps the person.";
}
