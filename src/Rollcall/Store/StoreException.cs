namespace Rollcall.Store;

/// <summary>What is wrong with a store.</summary>
public enum StoreFault
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>It cannot be written.</summary>
    NotWritable,

    /// <summary>There is no room for it, or the disk fails.</summary>
    NoRoom,

    /// <summary>Another process holds it.</summary>
    Busy,

    /// <summary>What is there is no store, or a broken one.</summary>
    Damaged,
}

/// <summary>The store refused what it was asked for.</summary>
public sealed class StoreException(StoreFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What is wrong.</summary>
    public StoreFault Fault => fault;
}
