using DuckDB.NET.Data;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>One person of a single call.</summary>
/// <param name="MemberKey">The member key.</param>
/// <param name="Email">The address.</param>
/// <param name="ContactId">The contact id; null when unknown.</param>
/// <param name="Fields">The data fields as JSON members without braces; empty for none.</param>
/// <param name="KnownCode">The code of the last outcome; null when there was none.</param>
internal sealed record DirectPerson(string MemberKey, string Email, long? ContactId, string Fields, string? KnownCode)
{
    /// <summary>The columns that <see cref="Of"/> reads.</summary>
    public const string Columns = "member_key, email, contact_id, fields, known_code";

    public static DirectPerson Of(DuckDBDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.IsDBNull(2) ? null : row.GetInt64(2),
        row.IsDBNull(3) ? "" : row.GetString(3),
        row.IsDBNull(4) ? null : row.GetString(4));
}

/// <summary>What calls that answer opt-outs need.</summary>
/// <param name="Answers">The opt-outs that calls to some people answer.</param>
/// <param name="LeaveOut">Takes people out of the relation whose opt-outs another job has answered.</param>
internal sealed record AnsweringCalls(Func<IReadOnlyList<string>, OptOutAnswers> Answers, Action<IReadOnlyList<string>> LeaveOut);
