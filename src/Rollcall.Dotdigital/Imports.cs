using System.Net;

namespace Rollcall.Dotdigital;

/// <summary>Bulk imports of contacts.</summary>
public sealed class Imports
{
    // A record with only a contact id.
    private const int LeastRecordBytes = 60;

    private readonly DotdigitalTransport _transport;

    internal Imports(DotdigitalTransport transport) => _transport = transport;

    /// <summary>Whether another import may be started without waiting, as far as this process knows.</summary>
    public bool HasRoom => _transport.Governor.Imports.HasRoom;

    /// <summary>
    /// Starts an import (<c>PUT /contacts/v3/import</c>) and returns its id. Waits while the account has 25 active imports.
    /// Sent once: only repeated after a refusal, or if no connection was established.
    /// </summary>
    /// <param name="body">The whole request as JSON in UTF-8, at most <see cref="DotdigitalLimits.ImportBodyBytes"/>. It must stay unchanged until the task
    /// ends.</param>
    /// <exception cref="DotdigitalException">Ambiguous: the import may be in progress although its id is unknown; read its people back before sending them
    /// again.</exception>
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

    /// <summary>
    /// Reads an import's status and report (<c>GET /contacts/v3/import/{importId}</c>), in constant memory; null when Dotdigital does not know it (or no
    /// longer).
    /// </summary>
    /// <param name="importId">The result of <see cref="StartAsync"/>.</param>
    /// <param name="row">Receives every row as it arrives, in the order of the report; final only when the report says that the import has finished.</param>
    /// <param name="records">The number of records sent: a report may have a tenth more rows. Null: the maximum of a body.</param>
    /// <param name="startOver">
    /// Called when the report was cut off after some rows and is read again from the start: discard them. When null, that is a transient failure instead.
    /// </param>
    public async Task<ImportReport?> ReadAsync(string importId, Action<ImportedContact>? row = null, Action? startOver = null, long? records = null,
        CancellationToken cancellation = default)
    {
        // The rows of a truncated report cannot be withdrawn without the caller.
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
