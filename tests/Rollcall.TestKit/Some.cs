namespace Rollcall.TestKit;

/// <summary>Values that do not matter to the test: any would do, and these are the same every time.</summary>
public static class Some
{
    /// <summary>A text.</summary>
    public const string Text = "some text";

    /// <summary>An API user's name.</summary>
    public const string Username = "apiuser-some@apiconnector.com";

    /// <summary>A password.</summary>
    public const string Password = "some-password";

    /// <summary>An address, another one for each number.</summary>
    public static string Email(int number = 1) => $"someone{number}@example.com";
}
