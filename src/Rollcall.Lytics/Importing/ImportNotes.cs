using System.Text.Json;
using Rollcall.Model;

namespace Rollcall.Lytics.Importing;

/// <summary>
/// What differs between a Lytics job and the job file made of it: reported to the user, and written to the file as a comment at the current place.
/// </summary>
internal sealed class ImportNotes(JobFileWriter file)
{
    private const string ConfigPrefix = "config.";

    private static readonly string[] SecretWords = ["password", "secret", "token", "credential", "apikey", "api_key"];

    private readonly List<Problem> _notes = [];

    public IReadOnlyList<Problem> All => _notes;

    public void Say(string where, string message, string? todo = null)
    {
        _notes.Add(new Problem(message, where, todo, Severity.Warning));
        file.Remark($"{Key(where)}: {message}{(todo is null ? "" : " " + todo)}");
    }

    /// <summary>A key or value that is not converted: it stays in the file as a comment, unless it may be a secret.</summary>
    public void LeaveOut(string where, JsonElement value, string why, string? todo = null) => LeaveOut(where, JobFileWriter.AsJson(value), why, todo);

    public void LeaveOut(string where, string json, string why, string? todo = null)
    {
        Say(where, why, todo);
        var key = Key(where);
        var secret = SecretWords.Any(word => json.Contains(word, StringComparison.OrdinalIgnoreCase) || key.Contains(word, StringComparison.OrdinalIgnoreCase));
        file.LeftOut(key, secret ? "(not shown here: it may be a secret)" : json);
    }

    private static string Key(string where) => where.StartsWith(ConfigPrefix, StringComparison.Ordinal) ? where[ConfigPrefix.Length..] : where;
}
