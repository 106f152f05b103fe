namespace Rollcall.Cli.Words;

/// <summary>
/// The words of a finding, as templates: <c>{name}</c> is an argument as it is, <c>{rows:n}</c> a number with thousands separators,
/// <c>{rows|row|rows}</c> a number with its noun, <c>{more?yes|no}</c> one of two texts, and <c>{file:shell}</c> a text as a word of a shell. The
/// argument <c>file</c> is the job file.
/// </summary>
/// <param name="Text">What is so.</param>
/// <param name="Todo">What to do; null where there is nothing to be done.</param>
internal sealed record Wording(string Text, string? Todo = null);
