using System.Text.Json;

namespace Rollcall.Dotdigital;

/// <summary>The type of a data field.</summary>
public enum DataFieldType
{
    /// <summary>A type this program does not know.</summary>
    Unknown,

    /// <summary>Text.</summary>
    String,

    /// <summary>A number.</summary>
    Numeric,

    /// <summary>A time.</summary>
    Date,

    /// <summary>Yes or no.</summary>
    Boolean,
}

/// <summary>A data field of the account's contacts.</summary>
/// <param name="Name">Its name; Dotdigital compares names without case.</param>
/// <param name="Type">Its type.</param>
/// <param name="Visibility">Its visibility.</param>
public sealed record DataField(string Name, DataFieldType Type, Visibility Visibility);

/// <summary>An account's data fields.</summary>
public sealed class DataFields
{
    private readonly DotdigitalTransport _transport;

    internal DataFields(DotdigitalTransport transport) => _transport = transport;

    /// <summary>All data fields, in one call (<c>GET /v2/data-fields</c>).</summary>
    public async Task<IReadOnlyList<DataField>> ListAsync(CancellationToken cancellation = default)
    {
        var request = DotdigitalRequest.Read("dataFields.list", CallTier.Medium, "v2/data-fields", AnswerBounds.Page);
        var wire = await _transport.SendAsync(request, DotdigitalWire.Default.WireDataFieldRows, cancellation).ConfigureAwait(false);
        return [.. wire.Select(field => new DataField(field.Name ?? "", TypeOf(field.Type), AddressBooks.VisibilityOf(field.Visibility)))];
    }

    /// <summary>Creates a private data field without a default value (<c>POST /v2/data-fields</c>).</summary>
    /// <exception cref="DotdigitalException"><c>ERROR_NON_UNIQUE_DATAFIELD</c>, <c>ERROR_DATAFIELD_INVALID</c>, <c>ERROR_DATAFIELD_LIMITEXCEEDED</c>.
    /// Ambiguous: list the fields before trying again.</exception>
    public Task CreateAsync(string name, DataFieldType type, CancellationToken cancellation = default)
    {
        if (type == DataFieldType.Unknown)
        {
            throw new ArgumentOutOfRangeException(nameof(type), type, "One of the known types.");
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(
            new WireNewDataField(name, type.ToString(), nameof(Visibility.Private)), DotdigitalWire.Default.WireNewDataField);
        return _transport.SendAsync(DotdigitalRequest.Write("dataFields.create", CallTier.Medium, HttpMethod.Post, "v2/data-fields", body), cancellation);
    }

    private static DataFieldType TypeOf(string? word) => word switch
    {
        "String" => DataFieldType.String,
        "Numeric" => DataFieldType.Numeric,
        "Date" => DataFieldType.Date,
        "Boolean" => DataFieldType.Boolean,
        _ => DataFieldType.Unknown,
    };
}
