using System.Text.RegularExpressions;
using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>A stored source, without its secrets.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>lytics</c>, <c>database</c> or <c>files</c>.</param>
/// <param name="Where">Where it is, without secrets.</param>
/// <param name="Keys">How a job refers to it: key to value.</param>
public sealed record StoredSource(string Name, string Kind, string Where, IReadOnlyDictionary<string, string> Keys);

/// <summary>
/// Sources by name, which administrators make and editors use. A source is a few stored secrets, to which jobs refer like to any other: a Lytics account
/// <c>crm</c> is <c>${SOURCE_CRM_TOKEN}</c> and <c>${SOURCE_CRM_URL}</c>.
/// </summary>
public sealed partial class SourceStore(SecretStore secrets)
{
    private const string Prefix = "SOURCE_";
    private const string Token = "_TOKEN";
    private const string Url = "_URL";
    private const string Database = "_DATABASE";
    private const string Folder = "_FILES";

    /// <summary>What is stored, by name.</summary>
    public IReadOnlyList<StoredSource> List() => [.. secrets.List().Select(one => one.Name).Select(Of).OfType<StoredSource>()];

    /// <summary>A source; null when there is none of the name.</summary>
    public StoredSource? Find(string name) => List().FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Stores a Lytics account.</summary>
    /// <exception cref="RollcallException">The name is none, or the token must not be sent there (exit 2).</exception>
    public void AddLytics(string name, string url, string token)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || !Endpoints.MaySendTokenTo(parsed))
        {
            throw new RollcallException(ExitCode.BadJob, "The token must not be sent there.", "--lytics-url", "Use https, such as https://api.lytics.io.");
        }

        secrets.Add(Key(name) + Token, token);
        secrets.Add(Key(name) + Url, url);
    }

    /// <summary>Stores a database's address, with its password.</summary>
    /// <exception cref="RollcallException">The name is none, or the address no URL of a database that Rollcall reads (exit 2).</exception>
    public void AddDatabase(string name, string address) => secrets.Add(
        Key(name) + Database,
        DatabaseAddress.IsKnownUrl(address) || File.Exists(address)
            ? address
            : throw new RollcallException(
                ExitCode.BadJob, "This is neither a SQLite file nor a postgres:// or mysql:// URL.", "--database", DatabaseAddress.Encoding));

    /// <summary>Stores a folder with files.</summary>
    /// <exception cref="RollcallException">The name is none, or there is no such folder (exit 2).</exception>
    public void AddFiles(string name, string folder) => secrets.Add(
        Key(name) + Folder,
        Directory.Exists(folder) ? folder : throw new RollcallException(ExitCode.BadJob, $"There is no folder {folder}.", "--files"));

    /// <summary>Removes a source; false when there is none.</summary>
    public bool Remove(string name)
    {
        var parts = new[] { Token, Url, Database, Folder }.Select(part => secrets.Remove(Key(name) + part)).ToList();
        return parts.Contains(true);
    }

    /// <summary>Whether a secret of this name is a source's address or folder.</summary>
    public static bool IsAddress(string secret) => Parts().Match(secret) is { Success: true } parts && parts.Groups["part"].Value != Token;

    private StoredSource? Of(string secret)
    {
        if (Parts().Match(secret) is not { Success: true } parts)
        {
            return null;
        }

        var (stem, name) = (parts.Groups["stem"].Value, parts.Groups["name"].Value.ToLowerInvariant());
        return parts.Groups["part"].Value switch
        {
            Token => new StoredSource(name, "lytics", secrets.Find(stem + Url) ?? "", Keys(("token", stem + Token), ("url", stem + Url))),
            Database => new StoredSource(name, "database", DatabaseAddress.Read(secrets.Find(secret)!, "/").Name, Keys(("database", secret))),
            Folder => new StoredSource(name, "files", secrets.Find(secret)!, Keys(("files", secret))),
            _ => null,
        };
    }

    private static Dictionary<string, string> Keys(params (string Key, string Secret)[] keys) => keys.ToDictionary(one => one.Key, one => $"${{{one.Secret}}}");

    private static string Key(string name) => Name().IsMatch(name)
        ? Prefix + name.ToUpperInvariant()
        : throw new RollcallException(
            ExitCode.BadJob, $"\"{name}\" cannot be the name of a source.", todo: "Use 1 to 40 letters, digits and underscores, and begin with a letter.");

    [GeneratedRegex(@"\A(?<stem>SOURCE_(?<name>[A-Z][A-Z0-9_]*))(?<part>_TOKEN|_URL|_DATABASE|_FILES)\z")]
    private static partial Regex Parts();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_]{0,39}\z")]
    private static partial Regex Name();
}
