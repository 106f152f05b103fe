namespace Rollcall.Dotdigital;

/// <summary>An answer that went beyond what any of its operation may be; the message says in what, as the end of a sentence.</summary>
internal sealed class BoundlessAnswerException(string what) : Exception(what);
