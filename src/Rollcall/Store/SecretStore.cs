using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection;
using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>A stored secret, without its value.</summary>
/// <param name="Name">Its name, as <c>${NAME}</c> in a job refers to it.</param>
/// <param name="Added">When it was stored.</param>
public sealed record StoredSecret(string Name, DateTimeOffset Added);

/// <summary>
/// Values that jobs refer to as <c>${NAME}</c>, in <c>secrets/</c> of a data folder: a file each, encrypted with the folder's keys. A stored source is a
/// few of them, named <c>SOURCE_...</c>.
/// </summary>
public sealed partial class SecretStore(string dataFolder, TimeProvider clock)
{
    private const string Purpose = "Rollcall.Secrets.v1";

    private readonly string _folder = Path.Combine(dataFolder, "secrets");

    /// <summary>What is stored, by name.</summary>
    public IReadOnlyList<StoredSecret> List() =>
        Directory.Exists(_folder)
            ? [.. Directory.EnumerateFiles(_folder, "*.json").Select(file => Read(file)).Select(one => new StoredSecret(one.Name, one.Added))
                .OrderBy(one => one.Name, StringComparer.Ordinal)]
            : [];

    /// <summary>Stores a value under a name, in place of what was there.</summary>
    /// <exception cref="RollcallException">The name is no name (exit 2).</exception>
    public StoredSecret Add(string name, string value)
    {
        if (!Name().IsMatch(name))
        {
            throw new RollcallException(
                ExitCode.BadJob, $"\"{name}\" cannot be the name of a secret.",
                todo: "Use 1 to 64 letters, digits and underscores, and do not begin with a digit.");
        }

        _ = new DataFolder(dataFolder);
        PrivateFiles.CreateFolder(_folder);
        var entry = new Entry(name, clock.GetUtcNow(), FolderKeys.Protector(dataFolder, Purpose).Protect(value));
        PrivateFiles.Write(FileOf(name), JsonSerializer.SerializeToUtf8Bytes(entry, ResultJson.Options));
        return new StoredSecret(name, entry.Added);
    }

    /// <summary>Forgets the value stored under a name; false when there is none.</summary>
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

    /// <summary>The value stored under a name; null when there is none.</summary>
    /// <exception cref="RollcallException">It cannot be decrypted (exit 2).</exception>
    public string? Find(string name)
    {
        if (!Name().IsMatch(name) || !File.Exists(FileOf(name)))
        {
            return null;
        }

        try
        {
            return FolderKeys.Protector(dataFolder, Purpose).Unprotect(Read(FileOf(name)).Value);
        }
        catch (CryptographicException broken)
        {
            throw new RollcallException(
                ExitCode.BadJob,
                $"The secret \"{name}\" cannot be decrypted: the folder's keys are not those it was encrypted with.",
                todo: "Bring the keys back from a backup of the data folder, or store it again.",
                inner: broken);
        }
    }

    private static Entry Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(File.ReadAllBytes(file), ResultJson.Options) ?? throw new JsonException("The file is empty.");
        }
        catch (JsonException broken)
        {
            throw new RollcallException(ExitCode.BadJob, "A stored secret cannot be read.", file, "Remove the file and store the secret again.", broken);
        }
    }

    private string FileOf(string name) => Path.Combine(_folder, name + ".json");

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,63}\z")]
    private static partial Regex Name();

    /// <summary>A secret as its file holds it: <paramref name="Value"/> is the encrypted one.</summary>
    private sealed record Entry(string Name, DateTimeOffset Added, string Value);
}
