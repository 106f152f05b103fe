using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Rollcall.Dotdigital;

/// <summary>
/// Reads a report (schema <c>inline_response_200_2</c> of the v3 specification) in chunks of any size. Unknown parts are skipped.
/// Depths: 1 the report's properties; 2 rows, and the summary's properties; 3 a row's properties; 4 identifiers' properties, and reasons; 5 a reason's
/// properties.
/// </summary>
/// <param name="row">Receives the rows.</param>
/// <param name="mostRows">Maximum rows of written contacts, and maximum of failures: a contact may be in both.</param>
internal sealed class ImportReportParser(Action<ImportedContact>? row, long mostRows)
{
    private const int MostReasons = 100;
    private const int MostText = 1_000;
    private const int Deepest = 5;

    private static readonly IReadOnlyList<ImportFailureReason> None = [];

    private static readonly (byte[] Text, Property Property)[] Known =
        [.. Enum.GetValues<Property>().Select(known => (Encoding.UTF8.GetBytes(JsonNamingPolicy.CamelCase.ConvertName(known.ToString())), known))];

    private JsonReaderState _state;
    private bool _opened;
    private bool _closed;

    /// <summary>The last property at each depth.</summary>
    private readonly Property[] _at = new Property[Deepest + 1];

    private string? _importId;
    private string? _status;
    private ImportSummary? _summary;

    private long _written;
    private long _failed;

    private long? _contactId;
    private long? _identifierId;
    private string? _email;
    private string? _match;
    private string? _code;
    private string? _text;
    private List<ImportFailureReason>? _reasons;

    /// <summary>A property, named as in the report.</summary>
    private enum Property
    {
        Other,
        Created,
        Updated,
        Failures,
        ContactId,
        Identifiers,
        Email,
        MatchIdentifier,
        FailureCode,
        Description,
        ImportId,
        Status,
        Summary,
        NewContacts,
        UpdatedContacts,
        GloballySuppressed,
        InvalidEntries,
        DuplicateIdentifiers,
    }

    private bool InRows => _at[1] is Property.Created or Property.Updated or Property.Failures;

    private bool InReasons => InRows && _at[3] == Property.Failures;

    /// <summary>Processes the next chunk and returns how many of its bytes were used; the rest must be passed again at the start of the next.</summary>
    public int Take(ReadOnlySpan<byte> piece, bool last)
    {
        var reader = new Utf8JsonReader(piece, last, _state);
        while (reader.Read())
        {
            Hear(ref reader);
        }

        _state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    public ImportReport Report()
    {
        if (!_closed || _importId is null || _status is null)
        {
            throw new JsonException("not an import's report");
        }

        var status = Enum.TryParse<ImportStatus>(_status, ignoreCase: true, out var known) && !char.IsAsciiDigit(_status[0]) ? known : ImportStatus.Unknown;
        return new ImportReport(_importId, status, _summary);
    }

    private void Hear(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Open(reader.CurrentDepth);
                break;
            case JsonTokenType.EndObject:
                Close(reader.CurrentDepth);
                break;
            case JsonTokenType.PropertyName when reader.CurrentDepth <= Deepest:
                _at[reader.CurrentDepth] = PropertyOf(ref reader);
                break;
            case JsonTokenType.StartArray when reader.CurrentDepth == 0:
                throw new JsonException("an array is not a report");
            case JsonTokenType.PropertyName or JsonTokenType.StartArray or JsonTokenType.EndArray:
                break;
            default:
                Value(ref reader);
                break;
        }
    }

    private static Property PropertyOf(ref Utf8JsonReader reader)
    {
        foreach (var (text, property) in Known)
        {
            if (reader.ValueTextEquals(text))
            {
                return property;
            }
        }

        return Property.Other;
    }

    private void Open(int depth)
    {
        if (depth == 0)
        {
            _opened = true;
        }
        else if (depth == 1 && _at[1] == Property.Summary)
        {
            _summary ??= new ImportSummary(0, 0, 0, 0, 0);
        }
        else if (depth == 2 && InRows)
        {
            if ((_at[1] == Property.Failures ? ++_failed : ++_written) > mostRows)
            {
                throw new BoundlessAnswerException($"it has more rows than were sent plus a tenth ({mostRows:N0})");
            }

            _contactId = _identifierId = null;
            _email = _match = null;
            _reasons = null;
        }
        else if (depth == 4 && InReasons)
        {
            _code = _text = null;
        }
    }

    private void Close(int depth)
    {
        if (depth == 0)
        {
            _closed = _opened;
        }
        else if (depth == 4 && InReasons)
        {
            _reasons ??= [];
            if (_reasons.Count < MostReasons)
            {
                _reasons.Add(new ImportFailureReason(_code ?? "", _text ?? ""));
            }
        }
        else if (depth == 2 && InRows && row is not null)
        {
            var kind = _at[1] switch
            {
                Property.Created => ImportedKind.Created,
                Property.Updated => ImportedKind.Updated,
                _ => ImportedKind.Failed,
            };
            IReadOnlyList<ImportFailureReason> reasons = _reasons ?? (kind == ImportedKind.Failed ? [new ImportFailureReason("", "")] : None);
            row(new ImportedContact(kind, _contactId ?? _identifierId, _email, _match, reasons));
        }
    }

    private void Value(ref Utf8JsonReader reader)
    {
        switch (reader.CurrentDepth)
        {
            case 1 when _at[1] == Property.ImportId:
                _importId = Text(ref reader);
                break;
            case 1 when _at[1] == Property.Status:
                _status = Text(ref reader) is { Length: > 0 } status ? status : null;
                break;
            case 2 when _at[1] == Property.Summary && _summary is { } summary:
                _summary = Counted(summary, _at[2], (int)(Number(ref reader) ?? 0));
                break;
            case 3 or 4 or 5 when InRows:
                RowValue(ref reader);
                break;
        }
    }

    private static ImportSummary Counted(ImportSummary summary, Property property, int count) => property switch
    {
        Property.NewContacts => summary with { NewContacts = count },
        Property.UpdatedContacts => summary with { UpdatedContacts = count },
        Property.GloballySuppressed => summary with { GloballySuppressed = count },
        Property.InvalidEntries => summary with { InvalidEntries = count },
        Property.DuplicateIdentifiers => summary with { DuplicateIdentifiers = count },
        _ => summary,
    };

    private void RowValue(ref Utf8JsonReader reader)
    {
        switch (reader.CurrentDepth, _at[3], _at[reader.CurrentDepth])
        {
            case (3, Property.ContactId, _):
                _contactId = Id(ref reader);
                break;
            case (3, Property.MatchIdentifier, _):
                _match = Text(ref reader);
                break;
            case (4, Property.Identifiers, Property.Email):
                _email = Text(ref reader);
                break;
            case (4, Property.Identifiers, Property.ContactId):
                _identifierId = Id(ref reader);
                break;
            case (5, Property.Failures, Property.FailureCode):
                _code = Short(ref reader);
                break;
            case (5, Property.Failures, Property.Description):
                _text = Short(ref reader);
                break;
        }
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String ? reader.GetString() : null;

    /// <summary>A text stored per row: limited in length, and not cut within a character.</summary>
    private static string? Short(ref Utf8JsonReader reader)
    {
        var text = Text(ref reader);
        return text is { Length: > MostText } ? text[..(char.IsHighSurrogate(text[MostText - 1]) ? MostText - 1 : MostText)] : text;
    }

    /// <summary>A contact's id; null when the number is not a valid id.</summary>
    private static long? Id(ref Utf8JsonReader reader) => Number(ref reader) is > 0 and var id ? id : null;

    /// <summary>A number, or a quoted number where the specification defines identifiers as strings.</summary>
    private static long? Number(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt64(out var number) => number,
        JsonTokenType.String when Utf8Parser.TryParse(reader.ValueSpan, out long number, out var used) && used == reader.ValueSpan.Length => number,
        _ => null,
    };
}
