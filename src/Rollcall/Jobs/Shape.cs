using System.Text.RegularExpressions;

namespace Rollcall.Jobs;

/// <summary>What a value of the job file must look like. Checks, the JSON Schema and the reference all come from it.</summary>
internal abstract record Shape
{
    /// <summary>The shape in a few words, with its article: "text", "true or false".</summary>
    public abstract string Words { get; }
}

/// <summary>Text, which may contain references to the environment.</summary>
internal sealed record TextShape : Shape
{
    /// <summary>A pattern the whole text has; null for any text that is not blank.</summary>
    public string? Pattern { get; init; }

    /// <summary>The pattern in words, with its article.</summary>
    public string? Says { get; init; }

    /// <summary>Whether messages must not show it.</summary>
    public bool Secret { get; init; }

    /// <summary>Whether it may be blank space, such as a delimiter.</summary>
    public bool MayBeBlank { get; init; }

    /// <summary>Whether blank space around it has no meaning, as in SQL.</summary>
    public bool MayHaveMargins { get; init; }

    public override string Words => Says ?? "text";

    public bool Fits(string text) => Pattern is null || Regex.IsMatch(text, $"^(?:{Pattern})\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}

/// <summary>One of a few words.</summary>
internal sealed record ChoiceShape(params string[] Choices) : Shape
{
    public override string Words => Choices.Length == 1 ? $"the word {Choices[0]}" : string.Join(", ", Choices[..^1]) + " or " + Choices[^1];
}

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed record FlagShape : Shape
{
    public override string Words => "true or false";
}

/// <summary>A number within limits, whole or not.</summary>
internal sealed record NumberShape(string Says) : Shape
{
    public bool Whole { get; init; }

    public double? Least { get; init; }

    public double? Above { get; init; }

    public double? Most { get; init; }

    public double? Below { get; init; }

    /// <summary>Whether the word <c>none</c> is allowed too.</summary>
    public bool OrNone { get; init; }

    public override string Words => OrNone ? Says + ", or none" : Says;

    public bool Fits(double number) =>
        !(number < Least) && !(number <= Above) && !(number > Most) && !(number >= Below) && (!Whole || Math.Floor(number) == number);
}

/// <summary>A list of one shape.</summary>
/// <param name="Item">The shape of each item.</param>
/// <param name="Says">The list in words.</param>
internal sealed record ListShape(Shape Item, string Says) : Shape
{
    public int? Most { get; init; }

    public override string Words => Says;
}

/// <summary>Keys of the user's own, each with a value of one shape.</summary>
/// <param name="Value">The shape of each value.</param>
/// <param name="Key">What a key is.</param>
/// <param name="Says">The map in words.</param>
internal sealed record MapShape(Shape Value, string Key, string Says) : Shape
{
    /// <summary>Whether there is exactly one pair.</summary>
    public bool Pair { get; init; }

    public override string Words => Says;
}

/// <summary>Known keys.</summary>
/// <param name="Says">The group in words.</param>
/// <param name="Keys">Its keys.</param>
internal sealed record GroupShape(string Says, params JobKey[] Keys) : Shape
{
    /// <summary>A few lines of YAML for the reference.</summary>
    public string? Example { get; init; }

    /// <summary>Keys of which exactly one is there; empty where any may be.</summary>
    public string[] OneOf { get; init; } = [];

    public override string Words => Says;
}

/// <summary>A single value, or a group or list.</summary>
internal sealed record EitherShape(Shape Single, Shape Group) : Shape
{
    public override string Words => $"{Single.Words}, or {Group.Words}";
}

/// <summary>A key of the job file.</summary>
/// <param name="Name">The key.</param>
/// <param name="Shape">What its value looks like.</param>
/// <param name="Doc">What it does, in one or two sentences.</param>
internal sealed record JobKey(string Name, Shape Shape, string Doc)
{
    /// <summary>The value when the key is left out, as one would write it; null for none.</summary>
    public string? Default { get; init; }

    public bool Required { get; init; }
}
