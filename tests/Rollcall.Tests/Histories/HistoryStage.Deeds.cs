using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

// What people and marketers do at Dotdigital in a history; what cannot be done at the moment is left out.
internal sealed partial class HistoryStage
{
    private void Do(Step step)
    {
        if (step is ClockIsWrong clock)
        {
            _clocks.Wrong = clock.By;
            return;
        }

        var deed = (AtDotdigital)step;
        var primary = History.People[deed.Person];
        var email = Account.Contact(primary) is null && Account.Contact(PlainModel.Away(primary)) is not null ? PlainModel.Away(primary) : primary;
        switch (deed.Deed)
        {
            case Deed.BookIsEmptied:
                Empty(deed.Book);
                break;
            case Deed.BookIsMadeAnew:
                _books[deed.Book] = Account.RemakeBook(_books[deed.Book]);
                _everyBook[deed.Book].Add(_books[deed.Book]);
                _model.BookWasMadeAnew(deed.Book);
                break;
            case Deed.RegistersAgain when Account.Contact(email) is null:
                Account.Register(email, _books[deed.Book]);
                _model.Registered(email, deed.Book);
                break;
            case Deed.RegistersAgain:
                break;
            case Deed.ChangesAddress or Deed.IsMerged or Deed.IsDeleted when Account.Contact(email) is { } contact:
                DoToContact(deed, primary, contact);
                break;
            default:
                if (Account.Contact(email) is { } person)
                {
                    DoInBook(deed.Deed, person, deed.Book);
                }

                break;
        }
    }

    private void Empty(int book)
    {
        var members = Account.Contacts.Where(
            c => c.Books.TryGetValue(_books[book], out var status) && status is BookStatus.Subscribed or BookStatus.Pending);
        foreach (var member in members)
        {
            _model.WasTakenOut(member.Email, book);
        }

        Account.EmptyBook(_books[book]);
    }

    private void DoToContact(AtDotdigital deed, string primary, SimulatedContact contact)
    {
        var quiet = Account.LateWork == 0 && _history.Account is { SlowImport: null, ForgottenImport: null } && _isQuiet && !_disturbed;
        switch (deed.Deed)
        {
            case Deed.IsDeleted:
                Account.DeleteContact(contact.Email);
                _model.WasDeleted(contact.Email, quiet);
                break;
            case Deed.IsMerged when deed.Other is not { } other:
                Account.Merge(contact.Email);
                _model.Merged(contact, null, _books);
                break;
            case Deed.IsMerged when Account.Contact(History.People[deed.Other.Value]) is { } gone && gone.Id != contact.Id:
                Account.Merge(contact.Email, gone.Email);
                _model.Merged(contact, gone, _books);
                break;
            case Deed.ChangesAddress:
                var to = PlainModel.Key(contact.Email) == PlainModel.Key(primary) ? PlainModel.Away(primary) : primary;
                if (Account.Contact(to) is null)
                {
                    Account.ChangeEmail(contact.Email, to);
                    _model.ChangedAddress(contact.Email, to);
                }

                break;
        }
    }

    private void DoInBook(Deed deed, SimulatedContact contact, int book)
    {
        var (email, id, now) = (contact.Email, _books[book], _clocks.Theirs.GetUtcNow());
        BookStatus? inBook = contact.Books.TryGetValue(id, out var status) ? status : null;
        switch (deed)
        {
            case Deed.LeavesBook when inBook is BookStatus.Subscribed or BookStatus.Pending:
                Account.Unsubscribe(email, id);
                _model.LeftBook(email, book, now);
                break;
            case Deed.LeavesAccount when contact.Status is ContactStatus.Subscribed or ContactStatus.PendingOptIn:
                Account.Unsubscribe(email);
                _model.LeftAccount(email, ContactStatus.Unsubscribed, now);
                break;
            case Deed.Bounces when contact.Status == ContactStatus.Subscribed:
                Account.SetStatus(email, ContactStatus.HardBounced);
                _model.LeftAccount(email, ContactStatus.HardBounced, now);
                break;
            case Deed.Complains when contact.Status == ContactStatus.Subscribed:
                Account.SetStatus(email, ContactStatus.IspComplained);
                _model.LeftAccount(email, ContactStatus.IspComplained, now);
                break;
            case Deed.ComesBackToBook when inBook is not BookStatus.Subscribed:
                Account.Subscribe(email, id);
                _model.CameBackToBook(email, book);
                break;
            case Deed.ComesBackToAccount when contact.Status == ContactStatus.Unsubscribed:
                Account.Subscribe(email);
                _model.CameBackToAccount(email);
                break;
            case Deed.IsTakenOutOfBook when inBook is BookStatus.Subscribed or BookStatus.Pending:
                Account.RemoveFromBook(email, id);
                _model.WasTakenOut(email, book);
                break;
            case Deed.Confirms when contact.Status is ContactStatus.Subscribed or ContactStatus.PendingOptIn
                || (contact.Status == ContactStatus.Unsubscribed && Account.Challenges(email) > 0):
                Confirm(contact);
                break;
        }
    }

    private void Confirm(SimulatedContact contact)
    {
        var email = contact.Email;
        var waiting = contact.Books.Where(b => b.Value is BookStatus.Pending or BookStatus.Challenged && _books.Contains(b.Key));
        _model.Confirmed(email, waiting.Select(b => _books.IndexOf(b.Key)));
        Account.Confirm(email);
        if (contact.Status == ContactStatus.Unsubscribed && Account.Contact(email)!.Status == ContactStatus.Subscribed)
        {
            _model.CameBackToAccount(email);
        }

        foreach (var challenged in contact.Books.Where(b => b.Value == BookStatus.Challenged && _books.Contains(b.Key)))
        {
            _model.CameBackToBook(email, _books.IndexOf(challenged.Key));
        }
    }
}
