using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Running;

/// <summary>The account as a job meets it: its books and data fields, matched with what the job names.</summary>
/// <param name="Account">The account.</param>
/// <param name="Books">The job's books, in the order it first names them; those without an id are created once the guards agree.</param>
/// <param name="Targets">What the job calls each of <paramref name="Books"/>.</param>
/// <param name="Mapping">Which audience (its index in <c>segment_ids</c>) goes to which book (its number).</param>
/// <param name="Fields">The account's data fields by name.</param>
/// <param name="MissingFields">Data fields to be created.</param>
/// <param name="VanishedFields">Data fields the job used, that are gone.</param>
/// <param name="VanishedBooks">Books the job used, that are gone, in words.</param>
/// <param name="Problems">What is wrong with what the job names.</param>
internal sealed record Destination(
    Account Account,
    IReadOnlyList<RunBook> Books,
    IReadOnlyList<BookTarget> Targets,
    IReadOnlyList<(int Audience, int Book)> Mapping,
    IReadOnlyDictionary<string, DataFieldType> Fields,
    IReadOnlyList<string> MissingFields,
    IReadOnlyList<string> VanishedFields,
    IReadOnlyList<string> VanishedBooks,
    IReadOnlyList<Problem> Problems)
{
    /// <summary>Audiences taken out of the job whose members this run releases.</summary>
    public IReadOnlyList<string> ReleasedAudiences { get; init; } = [];

    /// <summary>The ids of all books of the account.</summary>
    public required IReadOnlySet<long> AllBooks { get; init; }

    /// <summary>The data fields there will be, with their types: those of the account, and those to be created.</summary>
    public Dictionary<string, DataFieldType> FieldsWith(IEnumerable<KeyValuePair<string, DataFieldType>> created) =>
        Fields.Concat(created).ToDictionary(f => f.Key, f => f.Value, StringComparer.OrdinalIgnoreCase);
}
