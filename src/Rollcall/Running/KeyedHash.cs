using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>
/// HMAC-SHA256 of a member key, under a key of the data folder: who has a list of addresses and not the key cannot tell whether one of them was
/// forgotten. Computed here for one, in DuckDB for a whole roll.
/// </summary>
internal sealed class KeyedHash(byte[] key)
{
    /// <summary>The key's file in the data folder.</summary>
    public const string FileName = "forgotten.key";

    private const int BlockBytes = 64;

    /// <summary>The data folder's key; made where there is none.</summary>
    public static KeyedHash OfFolder(DataFolder folder)
    {
        if (!File.Exists(folder.Full(FileName)))
        {
            folder.Publish(FileName, path => File.WriteAllBytes(path, RandomNumberGenerator.GetBytes(BlockBytes)));
        }

        return new KeyedHash(File.ReadAllBytes(folder.Full(FileName)));
    }

    /// <summary>The data folder's key, which must be there.</summary>
    /// <exception cref="RollcallException">It is gone: without it nobody can tell who was forgotten and had opted out.</exception>
    public static KeyedHash Required(DataFolder folder) => File.Exists(folder.Full(FileName))
        ? OfFolder(folder)
        : throw new RollcallException(ExitCode.BadJob,
            "The key is missing by which people who opted out and were forgotten are known again. Nothing was sent.", folder.Full(FileName),
            "Restore the data folder from a backup, whole.");

    /// <summary>The hashes that a person may be known by: of the key, and of those that former versions made of the address however it was written.</summary>
    public IReadOnlyList<string> All(string address) =>
        [.. MemberKey.Spellings(address).Select(FormerKey.Of).Prepend(MemberKey.Of(address)).Distinct(StringComparer.Ordinal).Select(Of)];

    public string Of(string memberKey) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(memberKey)));

    /// <summary>The same hash as an expression of DuckDB.</summary>
    public string Sql(string column) => $"sha256({Padded(0x5c)} || unhex(sha256({Padded(0x36)} || encode({column}))))";

    /// <summary>The members of the roll in a slice, as a relation of <c>kh, member_key, hash</c>: a row for each of <see cref="All"/>.</summary>
    public string Members(KeySlice slice) => $"""
        (SELECT DISTINCT kh, member_key, {Sql("key")} AS hash FROM (
            SELECT DISTINCT kh, member_key, unnest(CASE WHEN {FormerKey.Sql("email")} = member_key THEN [member_key]
                ELSE [member_key, {FormerKey.Sql("email")}] END) AS key
            FROM roll WHERE {slice.Where()}))
        """;

    private string Padded(byte pad)
    {
        var block = key.Length > BlockBytes ? SHA256.HashData(key) : key;
        var text = new StringBuilder("'");
        for (var i = 0; i < BlockBytes; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\\x{(i < block.Length ? block[i] : 0) ^ pad:X2}");
        }

        return text.Append("'::BLOB").ToString();
    }
}
