using System.Globalization;
using System.Text;

namespace Rollcall.Simulators.State;

/// <summary>Compares addresses or domains: case-insensitively, and in one Unicode form if configured.</summary>
internal sealed class AddressComparer(AddressMatching matching) : IEqualityComparer<string>
{
    public AddressMatching Matching => matching;

    public bool Equals(string? one, string? other) =>
        one is null || other is null ? one == other : string.Equals(Form(one), Form(other), StringComparison.OrdinalIgnoreCase);

    public int GetHashCode(string address) => StringComparer.OrdinalIgnoreCase.GetHashCode(Form(address));

    /// <summary>The address as the account keeps it.</summary>
    public string Kept(string address) => matching == AddressMatching.ShownNormalized ? Normal(address) : address;

    private string Form(string address) => matching == AddressMatching.AsWritten ? address : Normal(address);

    private static string Normal(string address)
    {
        if (Ascii.IsValid(address))
        {
            return address;
        }

        var at = address.LastIndexOf('@') + 1;
        return ComposedText.Of(address[..at]) + AsciiDomain(ComposedText.Of(address[at..]).ToLowerInvariant());
    }

    private static string AsciiDomain(string domain)
    {
        try
        {
            return new IdnMapping().GetAscii(domain);
        }
        catch (ArgumentException)
        {
            // Not a domain that has such a form.
            return domain;
        }
    }
}
