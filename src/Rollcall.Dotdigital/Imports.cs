using System.Net;

namespace Rollcall.Dotdigital;

/// <summary>Bulk imports of contacts.</summary>
public sealed class Imports
{
    // A record of a contact id and nothing else.
    private const int LeastRecordBytes = 60;

    private readonly DotdigitalTransport _transport;

    internal Imports(DotdigitalTransport transport) => _transport = transport;

    /// <summary>Whether another import may be started without waiting, as far as this process knows.</summary>
    public bool HasRoom => _transport.Governor.Imports.HasRoom;

    /// <summary>
    /// Starts an import (<c>PUT /contacts/v3/import</c>) and gives its id. Waits while the account has 25 imports under way.
    /// Sent once: again only after a refusal, or when no connection came about.
    /// </summary>
    /// <param name="body">The whole request as JSON in UTF-8, at most <see cref="DotdigitalLimits.ImportBodyBytes"/>. It must stay unchanged until the task ends.</param>
    /// <exception cref="DotdigitalException">Ambiguous: the import may be under way though its id is not known; read its people back before sending them again.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The body is empty or too large.</exception>
    public async Task<string> StartAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(body.Length, nameof(body));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(body.Length, DotdigitalLimits.ImportBodyBytes, nameof(body));
        var request = DotdigitalRequest.Write("contacts.import", CallTier.Low, HttpMethod.Put, "contacts/v3/import", body);
        var gate = _transport.Governor.Imports;
        using var start = await gate.EnterAsync(_transport.Waits, cancellation).ConfigureAwait(false);
        var wire = await _transport.SendAsync(request, DotdigitalWire.Default.WireImportStarted, cancellation).ConfigureAwait(false);
        if (wire.ImportId is not { Length: > 0 } id)
        {
            throw _transport.Unreadable(request, HttpStatusCode.Accepted);
        }

        gate.Seen(id);
        return id;
    }

    /// <summary>Reads an import's status and report (<c>GET /contacts/v3/import/{importId}</c>), in constant memory; null when Dotdigital does not know it (any more).</summary>
    /// <param name="importId">What <see cref="StartAsync"/> gave.</param>
    /// <param name="row">Hears every row as it arrives, in the report's order; final only when the report says the import is over.</param>
    /// <param name="records">How many records it was sent: a report may have a tenth more rows. Null: as many as a body holds.</param>
    /// <param name="startOver">
    /// Called when the report broke off after some rows and is read again from its beginning: forget them. When null, that is a transient failure instead.
    /// </param>
    public async Task<ImportReport?> ReadAsync(string importId, Action<ImportedContact>? row = null, Action? startOver = null, long? records = null, CancellationToken cancellation = default)
    {
        // The rows of a broken report cannot be taken back without the caller's help.
        var sent = records ?? DotdigitalLimits.ImportBodyBytes / LeastRecordBytes;
        var request = DotdigitalRequest.Read(
            "contacts.importReport",
            CallTier.Unlimited,
            "contacts/v3/import/" + Uri.EscapeDataString(importId),
            AnswerBounds.Report(sent),
            repeats: row is not null && startOver is null ? 0 : 5);
        var gate = _transport.Governor.Imports;
        var heard = false;
        Action<ImportedContact>? hear = row is null ? null : imported =>
        {
            heard = true;
            row(imported);
        };
        ImportReport report;
        try
        {
            report = await _transport.SendAsync(
                request,
                (body, token) =>
                {
                    if (heard)
                    {
                        heard = false;
                        startOver?.Invoke();
                    }

                    return ImportReportReader.ReadAsync(body, hear, token, mostRows: AnswerBounds.Rows(sent));
                },
                cancellation).ConfigureAwait(false);
        }
        catch (DotdigitalException e) when (e is { Status: 404, ErrorCode: { } code } && code.StartsWith("contacts:", StringComparison.OrdinalIgnoreCase))
        {
            gate.Settled(importId);
            return null;
        }

        if (report.IsOver)
        {
            gate.Settled(importId);
        }
        else
        {
            gate.Seen(importId);
        }

        return report;
    }
}
