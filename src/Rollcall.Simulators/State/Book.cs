namespace Rollcall.Simulators.State;

/// <summary>An address book; its members are stored with the contacts.</summary>
internal sealed class Book(int id, string name, string visibility, bool writable)
{
    public int Id => id;

    public string Name => name;

    public string Visibility => visibility;

    public bool Writable => writable;

    /// <summary>People subscribed to the book and to the account: what v2 counts.</summary>
    public int Members { get; set; }
}
