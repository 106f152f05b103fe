namespace Rollcall.Dotdigital;

/// <summary>The connection was lost while reading the body of an answer; distinguishes this from exceptions of a caller's row handler.</summary>
internal sealed class BrokenBodyException(Exception inner) : Exception("The answer was cut off.", inner);
