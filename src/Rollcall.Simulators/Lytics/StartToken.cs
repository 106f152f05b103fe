using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;

namespace Rollcall.Simulators.Lytics;

/// <summary>The position where a scan continues.</summary>
/// <param name="Scan">The scan, counted from 1.</param>
/// <param name="Audience">The audience's ordinal.</param>
/// <param name="Splits">The requested splits, as a number.</param>
/// <param name="Pages">Pages read.</param>
/// <param name="At">Which of the splits is being read; in a sorted scan, how many rows were.</param>
/// <param name="After">The profile read last in it.</param>
/// <param name="Issued">When the token was given, in ticks.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StartToken(long Scan, int Audience, ulong Splits, int Pages, int At, int After, long Issued)
{
    public string Text
    {
        get
        {
            var plain = FormattableString.Invariant($"{Scan}.{Audience}.{Splits}.{Pages}.{At}.{After}.{Issued}");
            return Base64Url.EncodeToString(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{plain}.{Mix.Of(plain):x}")));
        }
    }

    /// <summary>Reads a token; null for what never was one.</summary>
    public static StartToken? Read(string text)
    {
        if (!Base64Url.IsValid(text))
        {
            return null;
        }

        var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split('.');
        if (parts.Length != 8 || $"{Mix.Of(string.Join('.', parts[..7])):x}" != parts[7])
        {
            return null;
        }

        return new StartToken(
            long.Parse(parts[0]), int.Parse(parts[1]), ulong.Parse(parts[2]), int.Parse(parts[3]), int.Parse(parts[4]), int.Parse(parts[5]),
            long.Parse(parts[6]));
    }
}
