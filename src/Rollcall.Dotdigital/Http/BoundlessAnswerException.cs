namespace Rollcall.Dotdigital;

/// <summary>An answer that exceeded the limits of its operation; the message says which, as the end of a sentence.</summary>
internal sealed class BoundlessAnswerException(string what) : Exception(what);
