namespace Rollcall.Model;

/// <summary>Hides an address in logs and notices: enough stays to recognise one's own, not enough to read another's.</summary>
public static class EmailMask
{
    /// <summary><c>ann.lee@example.com</c> becomes <c>a***@e***.com</c>.</summary>
    public static string Mask(string email)
    {
        var at = email.LastIndexOf('@');
        if (at <= 0 || at == email.Length - 1)
        {
            return "***";
        }

        var dot = email.LastIndexOf('.');
        return $"{email[0]}***@{email[at + 1]}***{(dot > at ? email[dot..] : "")}";
    }
}
