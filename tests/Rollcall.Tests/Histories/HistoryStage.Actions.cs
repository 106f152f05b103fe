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

        var action = (AtDotdigital)step;
        var primary = History.People[action.Person];
        var email = Account.Contact(primary) is null && Account.Contact(PlainModel.Away(primary)) is not null ? PlainModel.Away(primary) : primary;
        switch (action.Action)
        {
            case AccountAction.BookIsEmptied:
                Empty(action.Book);
                break;
            case AccountAction.BookIsRecreated:
                _books[action.Book] = Account.RemakeBook(_books[action.Book]);
                _everyBook[action.Book].Add(_books[action.Book]);
                _model.BookWasRecreated(action.Book);
                break;
            case AccountAction.RegistersAgain when Account.Contact(email) is null:
                Account.Register(email, _books[action.Book]);
                _model.Registered(email, action.Book);
                break;
            case AccountAction.RegistersAgain:
                break;
            case AccountAction.ChangesAddress or AccountAction.IsMerged or AccountAction.IsDeleted when Account.Contact(email) is { } contact:
                DoToContact(action, primary, contact);
                break;
            default:
                if (Account.Contact(email) is { } person)
                {
                    DoInBook(action.Action, person, action.Book);
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

    private void DoToContact(AtDotdigital action, string primary, SimulatedContact contact)
    {
        var quiet = Account.LateWork == 0 && _history.Account is { SlowImport: null, ForgottenImport: null } && _isQuiet && !_disturbed;
        switch (action.Action)
        {
            case AccountAction.IsDeleted:
                Account.DeleteContact(contact.Email);
                _model.WasDeleted(contact.Email, quiet);
                break;
            case AccountAction.IsMerged when action.Other is not { } other:
                Account.Merge(contact.Email);
                _model.Merged(contact, null, _books);
                break;
            case AccountAction.IsMerged when Account.Contact(History.People[action.Other.Value]) is { } gone && gone.Id != contact.Id:
                Account.Merge(contact.Email, gone.Email);
                _model.Merged(contact, gone, _books);
                break;
            case AccountAction.ChangesAddress:
                var to = PlainModel.Key(contact.Email) == PlainModel.Key(primary) ? PlainModel.Away(primary) : primary;
                if (Account.Contact(to) is null)
                {
                    Account.ChangeEmail(contact.Email, to);
                    _model.ChangedAddress(contact.Email, to);
                }

                break;
        }
    }

    private void DoInBook(AccountAction action, SimulatedContact contact, int book)
    {
        var (email, id, now) = (contact.Email, _books[book], _clocks.Theirs.GetUtcNow());
        BookStatus? inBook = contact.Books.TryGetValue(id, out var status) ? status : null;
        switch (action)
        {
            case AccountAction.LeavesBook when inBook is BookStatus.Subscribed or BookStatus.Pending:
                Account.Unsubscribe(email, id);
                _model.LeftBook(email, book, now);
                break;
            case AccountAction.LeavesAccount when contact.Status is ContactStatus.Subscribed or ContactStatus.PendingOptIn:
                Account.Unsubscribe(email);
                _model.LeftAccount(email, ContactStatus.Unsubscribed, now);
                break;
            case AccountAction.Bounces when contact.Status == ContactStatus.Subscribed:
                Account.SetStatus(email, ContactStatus.HardBounced);
                _model.LeftAccount(email, ContactStatus.HardBounced, now);
                break;
            case AccountAction.Complains when contact.Status == ContactStatus.Subscribed:
                Account.SetStatus(email, ContactStatus.IspComplained);
                _model.LeftAccount(email, ContactStatus.IspComplained, now);
                break;
            case AccountAction.ComesBackToBook when inBook is not BookStatus.Subscribed:
                Account.Subscribe(email, id);
                _model.CameBackToBook(email, book);
                break;
            case AccountAction.ComesBackToAccount when contact.Status == ContactStatus.Unsubscribed:
                Account.Subscribe(email);
                _model.CameBackToAccount(email);
                break;
            case AccountAction.IsTakenOutOfBook when inBook is BookStatus.Subscribed or BookStatus.Pending:
                Account.RemoveFromBook(email, id);
                _model.WasTakenOut(email, book);
                break;
            case AccountAction.Confirms when contact.Status is ContactStatus.Subscribed or ContactStatus.PendingOptIn
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
