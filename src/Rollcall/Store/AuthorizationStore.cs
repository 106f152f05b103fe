using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection;
using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>
/// Credentials by name, in <c>authorizations/</c> of a data folder: a file each, its password encrypted with ASP.NET Data
/// Protection, the keys beside them. Folders are 0700 and files 0600: who may read the folder may read the passwords.
/// </summary>
public sealed partial class AuthorizationStore(string dataFolder, TimeProvider clock)
{
    private const string Purpose = "Rollcall.Authorizations.v1";

    private readonly string _folder = Path.Combine(dataFolder, "authorizations");

    /// <summary>What is stored, by name.</summary>
    public IReadOnlyList<StoredAuthorization> List() =>
        Directory.Exists(_folder)
            ? [.. Directory.EnumerateFiles(_folder, "*.json").Order(StringComparer.Ordinal).Select(file => Read(file).Public)]
            : [];

    /// <summary>Stores credentials under a name, in place of what was there.</summary>
    /// <exception cref="RollcallException">The name is no name (exit 2).</exception>
    public StoredAuthorization Add(string name, Credentials credentials)
    {
        if (!Name().IsMatch(name))
        {
            throw new RollcallException(
                ExitCode.BadJob,
                $"\"{name}\" cannot be the name of an authorization.",
                todo: "Use 1 to 64 letters, digits, dots, dashes and underscores, and begin with a letter or digit.");
        }

        _ = new DataFolder(dataFolder);
        PrivateFiles.CreateFolder(_folder);
        var entry = new Entry(name, credentials.Username, credentials.Endpoint, clock.GetUtcNow(), Protector().Protect(credentials.Password));
        PrivateFiles.Write(FileOf(name), JsonSerializer.SerializeToUtf8Bytes(entry, EntryJson.Default.Entry));
        return entry.Public;
    }

    /// <summary>Forgets the credentials stored under a name; false when there are none.</summary>
    public bool Remove(string name)
    {
        if (!Name().IsMatch(name) || !File.Exists(FileOf(name)))
        {
            return false;
        }

        Links.Refuse(_folder);
        File.Delete(FileOf(name));
        return true;
    }

    /// <summary>The credentials a job asks for: those in its file, or those stored under the name it gives.</summary>
    /// <exception cref="RollcallException">The name is not stored, or its password cannot be decrypted (exit 2).</exception>
    public Credentials Resolve(JobAuthorization authorization) =>
        authorization.Credentials ?? Get(authorization.Name ?? "");

    /// <summary>The credentials stored under a name.</summary>
    /// <exception cref="RollcallException">The name is not stored, or its password cannot be decrypted (exit 2).</exception>
    public Credentials Get(string name)
    {
        if (!Name().IsMatch(name) || !File.Exists(FileOf(name)))
        {
            var stored = List();
            throw new RollcallException(
                ExitCode.BadJob,
                $"No authorization \"{name}\" is stored in {dataFolder}.",
                todo: (stored.Count == 0 ? "" : $"Stored are: {string.Join(", ", stored.Select(one => one.Name))}. ")
                    + $"Store it with: rollcall auth add {(Name().IsMatch(name) ? name : "NAME")} --username USER");
        }

        var entry = Read(FileOf(name));
        try
        {
            return new Credentials(entry.Username, Protector().Unprotect(entry.Password), entry.Endpoint);
        }
        catch (CryptographicException broken)
        {
            throw new RollcallException(
                ExitCode.BadJob,
                $"The password of the authorization \"{name}\" cannot be decrypted: the keys in {Path.Combine(_folder, "keys")} "
                    + "are not those it was encrypted with.",
                todo: $"Bring the keys back from a backup of the data folder, or store it again with: rollcall auth add {name} --username {entry.Username}",
                inner: broken);
        }
    }

    private static Entry Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), EntryJson.Default.Entry)
                ?? throw new JsonException("The file is empty.");
        }
        catch (JsonException broken)
        {
            throw new RollcallException(
                ExitCode.BadJob,
                "A stored authorization cannot be read.",
                file,
                "Remove the file and store the authorization again.",
                broken);
        }
    }

    private string FileOf(string name) => Path.Combine(_folder, name + ".json");

    private IDataProtector Protector() => FolderKeys.Protector(dataFolder, Purpose);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Name();

    /// <summary>An authorization as its file holds it: <paramref name="Password"/> is the encrypted one.</summary>
    internal sealed record Entry(string Name, string Username, Uri? Endpoint, DateTimeOffset Added, string Password)
    {
        [JsonIgnore]
        public StoredAuthorization Public => new(Name, Username, Endpoint, Added);
    }
}

/// <summary>The shape of an authorization's file.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(AuthorizationStore.Entry))]
internal sealed partial class EntryJson : JsonSerializerContext;
