namespace Rollcall.Simulators.State;

/// <summary>How people come into books and back: the rules single adds, patches, imports and resubscriptions share.</summary>
internal sealed class Subscriptions(AccountState state, Func<SimulatorOptions> options)
{
    /// <summary>Creates a contact, and asks for confirmation if the account or the opt-in type requires it.</summary>
    public Contact Create(string email, OptInType? optInType, EmailType? emailType, bool single, DateTime now)
    {
        var contact = state.Contacts.Create(email, now);
        contact.OptInType = optInType ?? OptInType.Unknown;
        contact.EmailType = emailType ?? EmailType.Html;
        if (contact.HasEmail && (AsksToConfirm(single) || optInType == OptInType.VerifiedDouble))
        {
            state.SetStatus(contact, ContactStatus.PendingOptIn, now);
            state.Counters.Confirmation(contact);
        }

        return contact;
    }

    public bool AsksToConfirm(bool single) =>
        options().DoubleOptIn == DoubleOptIn.All || (single && options().DoubleOptIn == DoubleOptIn.Single);

    /// <summary>Puts a contact into a book as an import or a patch does, which may lift an unsubscription from it.</summary>
    public void Enter(Contact contact, int book, bool fires, DateTime now)
    {
        var before = contact.StatusIn(book);
        if (before is BookStatus.Unsubscribed or BookStatus.Challenged)
        {
            if (options().ListSuppression == ListSuppression.Keeps)
            {
                return;
            }

            state.Counters.ListOptOutsLifted++;
        }

        var pending = contact.Status == ContactStatus.PendingOptIn;
        state.SetBookStatus(contact, book, pending ? BookStatus.Pending : BookStatus.Subscribed, now);
        if (fires && contact.Status == ContactStatus.Subscribed && (before != BookStatus.Subscribed || options().RepeatedAddsFire))
        {
            state.Counters.Joined(contact, book);
        }
    }

    /// <summary>Adds one contact to a book individually: join actions fire, confirmations are requested.</summary>
    public void AddOne(Contact contact, int book, bool isNew, DateTime now)
    {
        var repeated = contact.StatusIn(book) is not null;
        if (!isNew && contact.Status == ContactStatus.PendingOptIn && (!repeated || options().RepeatedAddsFire))
        {
            state.Counters.Confirmation(contact);
        }

        Enter(contact, book, fires: true, now);
    }

    /// <summary>The person confirms: pending books become theirs, and their join actions fire.</summary>
    public void Confirm(Contact contact, DateTime now)
    {
        if (contact.Status == ContactStatus.PendingOptIn || (contact.IsAskedBack && contact.Status == ContactStatus.Unsubscribed))
        {
            state.SetStatus(contact, ContactStatus.Subscribed, now);
            contact.IsAskedBack = false;
        }

        foreach (var membership in contact.Memberships.ToArray())
        {
            if (membership.Status is BookStatus.Pending or BookStatus.Challenged)
            {
                state.SetBookStatus(contact, membership.Book, BookStatus.Subscribed, now);
                state.Counters.Joined(contact, membership.Book);
            }
        }
    }

    /// <summary>Sets the account status requested by an import or a patch; suppressions are kept in any case.</summary>
    public void AskStatus(Contact contact, ContactStatus asked, bool withNoChallenge, DateTime now)
    {
        switch (asked, contact.Status)
        {
            case (ContactStatus.Subscribed, ContactStatus.Unsubscribed) when withNoChallenge:
                state.SetStatus(contact, ContactStatus.Subscribed, now);
                state.Counters.Resubscriptions++;
                break;
            case (ContactStatus.Subscribed, ContactStatus.Unsubscribed):
                state.Counters.Challenge(contact);
                contact.IsAskedBack = true;
                break;
            case (ContactStatus.Subscribed, _):
                break;
            case (_, ContactStatus.Subscribed or ContactStatus.PendingOptIn or ContactStatus.Unsubscribed):
                state.SetStatus(contact, asked, now);
                break;
        }
    }

    /// <summary>Resubscribes a person who unsubscribed: to a book, or to the account when <paramref name="book"/> is null.</summary>
    /// <returns>What v2 answers.</returns>
    public string Resubscribe(Contact contact, int? book, bool challenge, DateTime now)
    {
        if (state.BarredAs(contact.Email) is not null
            || contact.Status is not (ContactStatus.Subscribed or ContactStatus.Unsubscribed or ContactStatus.PendingOptIn))
        {
            return "ContactCannotBeUnsuppressed";
        }

        var left = contact.Status == ContactStatus.Unsubscribed
            || (book is { } id && contact.StatusIn(id) is BookStatus.Unsubscribed or BookStatus.Challenged);
        if (left && (challenge || options().ChallengeAnyway))
        {
            state.Counters.Challenge(contact);
            contact.IsAskedBack = contact.Status == ContactStatus.Unsubscribed;
            if (book is { } challenged)
            {
                state.SetBookStatus(contact, challenged, BookStatus.Challenged, now);
            }

            return "ContactChallenged";
        }

        if (contact.Status == ContactStatus.Unsubscribed)
        {
            state.SetStatus(contact, ContactStatus.Subscribed, now);
        }

        if (book is { } back && contact.StatusIn(back) != BookStatus.Subscribed)
        {
            var pending = contact.Status == ContactStatus.PendingOptIn;
            state.SetBookStatus(contact, back, pending ? BookStatus.Pending : BookStatus.Subscribed, now);
        }

        if (left)
        {
            state.Counters.Resubscriptions++;
        }

        return "ContactAdded";
    }
}
