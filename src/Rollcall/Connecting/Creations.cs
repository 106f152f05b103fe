using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Connecting;

/// <summary>Creates what the job says may be created, once the guards agree: address books and data fields.</summary>
internal static class Creations
{
    public static async Task<RunBook> CreateBookAsync(RunContext run, RunBook book, BookTarget target, CancellationToken cancellation)
    {
        try
        {
            var created =
                await run.Client.AddressBooks.CreateAsync(book.Name, target.Visibility == BookVisibility.Public ? Visibility.Public : Visibility.Private,
                    cancellation);
            run.Report(Findings.BookCreated(book.Name, created.Id));
            return book with { Id = created.Id };
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Ambiguous)
        {
            // Asked once more, Dotdigital would refuse the name if it had acted; so look.
            await foreach (var found in run.Client.AddressBooks.ListAsync(cancellation))
            {
                if (string.Equals(found.Name, book.Name, StringComparison.OrdinalIgnoreCase))
                {
                    return book with { Id = found.Id };
                }
            }

            throw new RollcallException(ExitCode.Dotdigital, $"Dotdigital did not answer when the address book \"{book.Name}\" was created.", null,
                "Run again.", e);
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Permanent)
        {
            var todo = e.ErrorCode switch
            {
                "ERROR_ADDRESSBOOK_DUPLICATE" => "A book or segment of that name exists, or the name is reserved: choose another.",
                "ERROR_ADDRESSBOOK_LIMITEXCEEDED" => "The account may hold no more address books: delete some, or map the audience to one that exists.",
                _ => "Choose another name, or create the book at Dotdigital.",
            };
            throw new RollcallException(ExitCode.Dotdigital, $"The address book \"{book.Name}\" could not be created: {e.Message}", null, todo, e);
        }
    }

    public static async Task CreateFieldAsync(RunContext run, string name, DataFieldType type, CancellationToken cancellation)
    {
        try
        {
            await run.Client.DataFields.CreateAsync(name, type, cancellation);
            run.Report(Findings.FieldCreated(name, $"{type}"));
        }
        catch (DotdigitalException e) when (e.Kind is FailureKind.Permanent or FailureKind.Ambiguous)
        {
            if ((await run.Client.DataFields.ListAsync(cancellation)).Any(f => string.Equals(f.Name, name, StringComparison.OrdinalIgnoreCase)))
            {
                return;
            }

            throw new RollcallException(ExitCode.Dotdigital, $"The data field {name} could not be created: {e.Message}", null,
                "Create it at Dotdigital, or take it out of the mappings.", e);
        }
    }
}
