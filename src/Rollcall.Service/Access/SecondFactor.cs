using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Rollcall.Service.Access;

/// <summary>Codes of an authenticator (TOTP, RFC 6238: SHA-1, 6 digits, 30 seconds) and recovery codes. Each is good once.</summary>
internal static class SecondFactor
{
    private const int Seconds = 30;
    private const int Recoveries = 10;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>A key for a new authenticator; nothing is asked of the user before <see cref="Enable"/>.</summary>
    public static string Begin(UserRow user)
    {
        user.TotpKey = RandomNumberGenerator.GetBytes(20);
        user.TotpStep = 0;
        return Text(user.TotpKey);
    }

    /// <summary>From now on a code is needed.</summary>
    /// <returns>The recovery codes, which are shown this once.</returns>
    public static IReadOnlyList<string> Enable(UserRow user)
    {
        List<string> codes = [.. Enumerable.Range(0, Recoveries).Select(_ => Text(RandomNumberGenerator.GetBytes(10)).ToLowerInvariant())];
        user.TwoFactorEnabled = true;
        user.RecoveryCodes = string.Join(' ', codes.Select(SecretText.Hash));
        return codes;
    }

    public static void Remove(UserRow user)
    {
        user.TwoFactorEnabled = false;
        user.TotpKey = null;
        user.TotpStep = 0;
        user.RecoveryCodes = "";
    }

    /// <summary>Takes a code of the authenticator, or a recovery code, and notes that it is used up; false for a wrong one.</summary>
    public static bool Take(UserRow user, string code, DateTimeOffset now)
    {
        code = code.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        return TakeTotp(user, code, now) || TakeRecovery(user, code);
    }

    /// <summary>The code of a time step.</summary>
    public static string Code(ReadOnlySpan<byte> key, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // Authenticators know no other hash.
        HMACSHA1.HashData(key, counter, mac);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(mac[(mac[^1] & 0xf)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    public static long Step(DateTimeOffset now) => now.ToUnixTimeSeconds() / Seconds;

    private static bool TakeTotp(UserRow user, string code, DateTimeOffset now)
    {
        if (user.TotpKey is not { } key)
        {
            return false;
        }

        // A clock may be half a minute wrong.
        for (var step = Step(now) - 1; step <= Step(now) + 1; step++)
        {
            if (step > user.TotpStep && Same(Code(key, step), code))
            {
                user.TotpStep = step;
                return true;
            }
        }

        return false;
    }

    private static bool TakeRecovery(UserRow user, string code)
    {
        var left = user.RecoveryCodes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var hash = SecretText.Hash(code);
        if (!left.Contains(hash))
        {
            return false;
        }

        user.RecoveryCodes = string.Join(' ', left.Where(one => one != hash));
        return true;
    }

    private static bool Same(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(one), System.Text.Encoding.UTF8.GetBytes(other));

    private static string Text(byte[] bytes)
    {
        // Both lengths in use, 10 and 20 bytes, are whole groups of five.
        var text = new char[bytes.Length * 8 / 5];
        for (var i = 0; i < text.Length; i++)
        {
            var bit = i * 5;
            var two = (bytes[bit / 8] << 8) | (bit / 8 + 1 < bytes.Length ? bytes[bit / 8 + 1] : 0);
            text[i] = Base32[(two >> (11 - (bit % 8))) & 31];
        }

        return new string(text);
    }
}
