using System.Buffers.Text;
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

    private static readonly IReadOnlyList<ImportFailureReason> None = [];

    private JsonReaderState _state;
    private bool _opened;
    private bool _closed;

    private Top _top;
    private InRow _inRow;
    private Field _field;

    private string? _importId;
    private string? _status;
    private bool _hasSummary;
    private int _newContacts;
    private int _updatedContacts;
    private int _globallySuppressed;
    private int _invalidEntries;
    private int _duplicateIdentifiers;

    private long _written;
    private long _failed;

    private long? _contactId;
    private long? _identifierId;
    private string? _email;
    private string? _match;
    private string? _code;
    private string? _text;
    private List<ImportFailureReason>? _reasons;

    private enum Top
    {
        Other,
        ImportId,
        Status,
        Summary,
        Created,
        Updated,
        Failures,
    }

    private enum InRow
    {
        Other,
        ContactId,
        MatchIdentifier,
        Identifiers,
        Failures,
    }

    private enum Field
    {
        Other,
        Email,
        ContactId,
        Code,
        Description,
        NewContacts,
        UpdatedContacts,
        GloballySuppressed,
        InvalidEntries,
        DuplicateIdentifiers,
    }

    private bool InRows => _top is Top.Created or Top.Updated or Top.Failures;

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
        return new ImportReport(
            _importId,
            status,
            _hasSummary ? new ImportSummary(_newContacts, _updatedContacts, _globallySuppressed, _invalidEntries, _duplicateIdentifiers) : null);
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
            case JsonTokenType.PropertyName:
                Name(ref reader);
                break;
            case JsonTokenType.StartArray when reader.CurrentDepth == 0:
                throw new JsonException("an array is not a report");
            case JsonTokenType.StartArray or JsonTokenType.EndArray:
                break;
            default:
                Value(ref reader);
                break;
        }
    }

    private void Open(int depth)
    {
        if (depth == 0)
        {
            _opened = true;
        }
        else if (depth == 1 && _top == Top.Summary)
        {
            _hasSummary = true;
        }
        else if (depth == 2 && InRows)
        {
            if ((_top == Top.Failures ? ++_failed : ++_written) > mostRows)
            {
                throw new BoundlessAnswerException($"it has more rows than were sent plus a tenth ({mostRows:N0})");
            }

            _contactId = _identifierId = null;
            _email = _match = null;
            _reasons = null;
        }
        else if (depth == 4 && InRows && _inRow == InRow.Failures)
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
        else if (depth == 4 && InRows && _inRow == InRow.Failures)
        {
            _reasons ??= [];
            if (_reasons.Count < MostReasons)
            {
                _reasons.Add(new ImportFailureReason(_code ?? "", _text ?? ""));
            }
        }
        else if (depth == 2 && InRows && row is not null)
        {
            var kind = _top switch
            {
                Top.Created => ImportedKind.Created,
                Top.Updated => ImportedKind.Updated,
                _ => ImportedKind.Failed,
            };
            IReadOnlyList<ImportFailureReason> reasons = _reasons ?? (kind == ImportedKind.Failed ? [new ImportFailureReason("", "")] : None);
            row(new ImportedContact(kind, _contactId ?? _identifierId, _email, _match, reasons));
        }
    }

    private void Name(ref Utf8JsonReader reader)
    {
        switch (reader.CurrentDepth)
        {
            case 1:
                _top = TopOf(ref reader);
                break;
            case 2 when _top == Top.Summary:
                _field = SummaryFieldOf(ref reader);
                break;
            case 3 when InRows:
                _inRow = InRowOf(ref reader);
                break;
            case 4 when InRows && _inRow == InRow.Identifiers:
                _field = reader.ValueTextEquals("email"u8) ? Field.Email : reader.ValueTextEquals("contactId"u8) ? Field.ContactId : Field.Other;
                break;
            case 5 when InRows && _inRow == InRow.Failures:
                _field = reader.ValueTextEquals("failureCode"u8) ? Field.Code : reader.ValueTextEquals("description"u8) ? Field.Description : Field.Other;
                break;
        }
    }

    private void Value(ref Utf8JsonReader reader)
    {
        switch (reader.CurrentDepth)
        {
            case 1 when _top == Top.ImportId:
                _importId = Text(ref reader);
                break;
            case 1 when _top == Top.Status:
                _status = Text(ref reader) is { Length: > 0 } status ? status : null;
                break;
            case 2 when _top == Top.Summary:
                Count(ref reader);
                break;
            case 3 when InRows && _inRow == InRow.ContactId:
                _contactId = Id(ref reader);
                break;
            case 3 when InRows && _inRow == InRow.MatchIdentifier:
                _match = Text(ref reader);
                break;
            case 4 when InRows && _inRow == InRow.Identifiers && _field == Field.Email:
                _email = Text(ref reader);
                break;
            case 4 when InRows && _inRow == InRow.Identifiers && _field == Field.ContactId:
                _identifierId = Id(ref reader);
                break;
            case 5 when InRows && _inRow == InRow.Failures && _field == Field.Code:
                _code = Short(ref reader);
                break;
            case 5 when InRows && _inRow == InRow.Failures && _field == Field.Description:
                _text = Short(ref reader);
                break;
        }
    }

    private void Count(ref Utf8JsonReader reader)
    {
        var count = (int)(Number(ref reader) ?? 0);
        switch (_field)
        {
            case Field.NewContacts:
                _newContacts = count;
                break;
            case Field.UpdatedContacts:
                _updatedContacts = count;
                break;
            case Field.GloballySuppressed:
                _globallySuppressed = count;
                break;
            case Field.InvalidEntries:
                _invalidEntries = count;
                break;
            case Field.DuplicateIdentifiers:
                _duplicateIdentifiers = count;
                break;
        }
    }

    private static Top TopOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("created"u8) ? Top.Created
        : reader.ValueTextEquals("updated"u8) ? Top.Updated
        : reader.ValueTextEquals("failures"u8) ? Top.Failures
        : reader.ValueTextEquals("status"u8) ? Top.Status
        : reader.ValueTextEquals("importId"u8) ? Top.ImportId
        : reader.ValueTextEquals("summary"u8) ? Top.Summary
        : Top.Other;

    private static InRow InRowOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("contactId"u8) ? InRow.ContactId
        : reader.ValueTextEquals("identifiers"u8) ? InRow.Identifiers
        : reader.ValueTextEquals("failures"u8) ? InRow.Failures
        : reader.ValueTextEquals("matchIdentifier"u8) ? InRow.MatchIdentifier
        : InRow.Other;

    private static Field SummaryFieldOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("newContacts"u8) ? Field.NewContacts
        : reader.ValueTextEquals("updatedContacts"u8) ? Field.UpdatedContacts
        : reader.ValueTextEquals("globallySuppressed"u8) ? Field.GloballySuppressed
        : reader.ValueTextEquals("invalidEntries"u8) ? Field.InvalidEntries
        : reader.ValueTextEquals("duplicateIdentifiers"u8) ? Field.DuplicateIdentifiers
        : Field.Other;

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
