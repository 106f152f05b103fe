namespace Rollcall.Dotdigital;

/// <summary>The connection broke while an answer's body was read; told apart from what a caller's own row handler throws.</summary>
internal sealed class BrokenBodyException(Exception inner) : Exception("The answer broke off.", inner);
