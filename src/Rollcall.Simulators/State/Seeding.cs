using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Simulators.State;

/// <summary>Puts a seed into an account.</summary>
internal static class Seeding
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static T Read<T>(string file)
    {
        using var stream = File.OpenRead(file);
        return JsonSerializer.Deserialize<T>(stream, Json)
            ?? throw new InvalidDataException($"{file} contains no seed.");
    }

    public static void Plant(AccountState state, Seed seed, DateTime now, int textLimit)
    {
        foreach (var book in seed.Books)
        {
            state.AddBook(book.Name, book.Visibility, book.Writable, book.Id);
        }

        foreach (var field in seed.DataFields)
        {
            if (state.Field(field.Name) is null)
            {
                state.AddField(field.Name, Enum.Parse<DataFieldType>(field.Type), field.Visibility, null);
            }
        }

        state.GloballySuppressed.UnionWith(seed.GloballySuppressed);
        state.SuppressedDomains.UnionWith(seed.SuppressedDomains);
        foreach (var contact in seed.Contacts)
        {
            Plant(state, contact, now, textLimit);
        }
    }

    private static void Plant(AccountState state, SeedContact seed, DateTime now, int textLimit)
    {
        var since = seed.StatusSince?.UtcDateTime ?? now;
        var contact = state.Contacts.Create(seed.Email, now, seed.Id);
        contact.OptInType = seed.OptInType;
        contact.EmailType = seed.EmailType;
        foreach (var (name, value) in seed.DataFields)
        {
            var field = state.Field(name)
                ?? throw new InvalidDataException($"The seed's contact {seed.Email} has the unknown data field '{name}'.");
            if (field.Read(value, textLimit, out var kept) is { } wrong)
            {
                throw new InvalidDataException($"The seed's contact {seed.Email}: {wrong}.");
            }

            contact.SetValue(field.Ordinal, kept);
        }

        foreach (var (book, status) in seed.Books)
        {
            if (state.Book(book) is null)
            {
                throw new InvalidDataException($"The seed's contact {seed.Email} is in the unknown book {book}.");
            }

            state.SetBookStatus(contact, book, status, since);
        }

        if (seed.Status == ContactStatus.Deleted)
        {
            state.Delete(contact, since);
            state.Counters.ContactsDeleted--;
        }
        else
        {
            state.SetStatus(contact, seed.Status, since);
        }
    }
}
