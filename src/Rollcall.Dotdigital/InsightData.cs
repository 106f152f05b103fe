using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Rollcall.Dotdigital;

/// <summary>Insight data of contacts: records of a contact, each with its own key within a collection. A contact must exist before its records.</summary>
public sealed class InsightData
{
    private readonly DotdigitalTransport _transport;

    internal InsightData(DotdigitalTransport transport) => _transport = transport;

    /// <summary>
    /// Starts an import of records (<c>PUT /insightData/v3/import</c>) and returns its id. Writes each record by contact and key, new or not,
    /// and creates the collection if there is none. Retried after a lost connection, because writing the same records twice is harmless.
    /// </summary>
    /// <param name="body">
    /// The whole request as JSON in UTF-8, at most <see cref="DotdigitalLimits.ImportBodyBytes"/> and <see cref="DotdigitalLimits.InsightBatch"/> records.
    /// It must stay unchanged until the task ends.
    /// </param>
    /// <exception cref="DotdigitalException">Transient: an import may be in progress although its id is unknown; sending the same records again is
    /// harmless.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The body is empty or too large.</exception>
    public async Task<string> StartAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(body.Length, nameof(body));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(body.Length, DotdigitalLimits.ImportBodyBytes, nameof(body));
        var request = DotdigitalRequest.Write("insight.import", CallTier.Low, HttpMethod.Put, "insightData/v3/import", body, RequestSafety.Repeatable);
        var wire = await _transport.SendAsync(request, DotdigitalWire.Default.WireImportStarted, cancellation).ConfigureAwait(false);
        return wire.ImportId is { Length: > 0 } id ? id : throw _transport.Unreadable(request, HttpStatusCode.Accepted);
    }

    /// <summary>
    /// Reads the status and the failures of an import (<c>GET /insightData/v3/import/{importId}</c>); null when Dotdigital does not know it (or no longer).
    /// </summary>
    /// <param name="importId">The result of <see cref="StartAsync"/>.</param>
    public async Task<InsightReport?> ReadAsync(string importId, CancellationToken cancellation = default)
    {
        var request = DotdigitalRequest.Read(
            "insight.importStatus", CallTier.Unlimited, "insightData/v3/import/" + Uri.EscapeDataString(importId), AnswerBounds.InsightReport);
        try
        {
            var wire = await _transport.SendAsync(request, DotdigitalWire.Default.WireInsightReport, cancellation).ConfigureAwait(false);
            return wire.Status is { Length: > 0 } status
                ? new InsightReport(StatusOf(status), [.. (wire.Failures ?? []).Select(FailureOf)])
                : throw _transport.Unreadable(request);
        }
        catch (DotdigitalException e) when (e is { Status: 404, ErrorCode: { } code } && code.StartsWith("insightData:", StringComparison.OrdinalIgnoreCase))
        {
            // Only Dotdigital's own error code is proof: a 404 from a proxy is not.
            return null;
        }
    }

    /// <summary>
    /// Deletes records of one contact (<c>DELETE /insightData/v3/contacts/contactId/{id}/{collectionName}/deleteRecords</c>). Afterwards they do not exist in
    /// either case. Retried after a lost connection.
    /// </summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="collection">The collection's name.</param>
    /// <param name="keys">The records' keys, 1 to <see cref="DotdigitalLimits.InsightBatch"/>; keys without a record are ignored.</param>
    /// <returns>False when the contact or the collection was not found.</returns>
    /// <exception cref="DotdigitalException">Transient: Dotdigital failed to delete some, or some may already be deleted; deleting them again is
    /// harmless.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No keys, or too many.</exception>
    public async Task<bool> DeleteAsync(long contactId, string collection, IReadOnlyList<string> keys, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Count, nameof(keys));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys.Count, DotdigitalLimits.InsightBatch, nameof(keys));
        var path = $"insightData/v3/contacts/contactId/{contactId.ToString(CultureInfo.InvariantCulture)}/{Uri.EscapeDataString(collection)}/deleteRecords";
        var body = JsonSerializer.SerializeToUtf8Bytes(new WireInsightKeys(keys), DotdigitalWire.Default.WireInsightKeys);
        var request = DotdigitalRequest.Write("insight.delete", CallTier.Medium, HttpMethod.Delete, path, body, RequestSafety.Repeatable);
        try
        {
            var wire = await _transport.SendAsync(request, DotdigitalWire.Default.WireInsightDeleted, cancellation).ConfigureAwait(false);

            // The specification requires "failures" without defining its items: a list that is not empty counts as failures.
            if (wire.Failures is { ValueKind: JsonValueKind.Array } failures && failures.GetArrayLength() is > 0 and var failed)
            {
                throw new DotdigitalException(
                    FailureKind.Transient, request.Operation,
                    $"Dotdigital failed to delete {failed} of {keys.Count} insight records of a contact; try again later.");
            }

            return true;
        }
        catch (DotdigitalException e) when (e.Status == 404 && (e.HasCode("insightData:contactNotFound") || e.HasCode("insightData:collectionNotFound")))
        {
            return false;
        }
    }

    private static InsightImportStatus StatusOf(string word) => word.ToUpperInvariant() switch
    {
        "NOTSTARTED" => InsightImportStatus.NotStarted,
        "PROCESSING" => InsightImportStatus.Processing,

        // The specification's list uses one spelling, its example the other.
        "COMPLETE" or "FINISHED" => InsightImportStatus.Complete,
        "FAILED" => InsightImportStatus.Failed,
        _ => InsightImportStatus.Unknown,
    };

    private static InsightFailure FailureOf(WireInsightFailure wire)
    {
        var owner = wire.CollectionOwner?.ContactIdentity;
        var isId = string.Equals(owner?.Identifier, "contactId", StringComparison.OrdinalIgnoreCase);
        return new InsightFailure(
            isId && long.TryParse(owner!.Value?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id : null,
            wire.Key ?? "",
            wire.FailureReason ?? "",
            wire.Details is { Length: > 0 } details ? string.Join("; ", details) : null);
    }
}
