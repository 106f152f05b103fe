namespace Rollcall.Simulators.State;

/// <summary>Mobile numbers in international form, with or without the plus.</summary>
internal static class MobileNumber
{
    private const int FewestDigits = 7;
    private const int MostDigits = 15;

    public static bool IsValid(string number)
    {
        var digits = Kept(number);
        return digits.Length is >= FewestDigits and <= MostDigits && digits.All(char.IsAsciiDigit);
    }

    /// <summary>The number as the account keeps it.</summary>
    public static string Kept(string number) => number.StartsWith('+') ? number[1..] : number;
}
