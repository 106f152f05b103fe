using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Rollcall.Dotdigital;

/// <summary>Insight data of contacts: records of a contact, each with a key of its own within a collection. A contact must be there before its records.</summary>
public sealed class InsightData
{
    private readonly DotdigitalTransport _transport;

    internal InsightData(DotdigitalTransport transport) => _transport = transport;

    /// <summary>
    /// Starts an import of records (<c>PUT /insightData/v3/import</c>) and gives its id. Writes each record by contact and key, new or not,
    /// and creates the collection where there is none. Sent again after a drop: the same records written twice are the same records.
    /// </summary>
    /// <param name="body">
    /// The whole request as JSON in UTF-8, at most <see cref="DotdigitalLimits.ImportBodyBytes"/> and <see cref="DotdigitalLimits.InsightBatch"/> records.
    /// It must stay unchanged until the task ends.
    /// </param>
    /// <exception cref="DotdigitalException">Transient: an import may be under way though its id is not known; sending the same records again does no harm.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The body is empty or too large.</exception>
    public async Task<string> StartAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(body.Length, nameof(body));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(body.Length, DotdigitalLimits.ImportBodyBytes, nameof(body));
        var request = DotdigitalRequest.Write("insight.import", CallTier.Low, HttpMethod.Put, "insightData/v3/import", body, RequestSafety.Repeatable);
        var wire = await _transport.SendAsync(request, DotdigitalWire.Default.WireImportStarted, cancellation).ConfigureAwait(false);
        return wire.ImportId is { Length: > 0 } id ? id : throw _transport.Unreadable(request, HttpStatusCode.Accepted);
    }

    /// <summary>Reads how far an import is and what failed (<c>GET /insightData/v3/import/{importId}</c>); null when Dotdigital does not know it (any more).</summary>
    /// <param name="importId">What <see cref="StartAsync"/> gave.</param>
    public async Task<InsightReport?> ReadAsync(string importId, CancellationToken cancellation = default)
    {
        var request = DotdigitalRequest.Read("insight.importStatus", CallTier.Unlimited, "insightData/v3/import/" + Uri.EscapeDataString(importId), AnswerBounds.InsightReport);
        try
        {
            var wire = await _transport.SendAsync(request, DotdigitalWire.Default.WireInsightReport, cancellation).ConfigureAwait(false);
            return wire.Status is { Length: > 0 } status
                ? new InsightReport(StatusOf(status), [.. (wire.Failures ?? []).Select(FailureOf)])
                : throw _transport.Unreadable(request);
        }
        catch (DotdigitalException e) when (e is { Status: 404, ErrorCode: { } code } && code.StartsWith("insightData:", StringComparison.OrdinalIgnoreCase))
        {
            // Only its own word is proof: a 404 of something in between is not.
            return null;
        }
    }

    /// <summary>
    /// Deletes records of one contact (<c>DELETE /insightData/v3/contacts/contactId/{id}/{collectionName}/deleteRecords</c>). Either way they are gone.
    /// Sent again after a drop.
    /// </summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="collection">The collection's name.</param>
    /// <param name="keys">The records' keys, 1 to <see cref="DotdigitalLimits.InsightBatch"/>; those of no record are passed over.</param>
    /// <returns>False when Dotdigital knows no such contact, or no such collection.</returns>
    /// <exception cref="DotdigitalException">Transient: Dotdigital says that it failed on some, or some may be deleted already; deleting them again does no harm.</exception>
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

            // The specification requires "failures" and does not say of what: a list with something in it is taken at its name.
            if (wire.Failures is { ValueKind: JsonValueKind.Array } failures && failures.GetArrayLength() is > 0 and var failed)
            {
                throw new DotdigitalException(
                    FailureKind.Transient, request.Operation, $"Dotdigital failed to delete {failed} of {keys.Count} insight records of a contact; later it may succeed.");
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

        // The specification's list has the one word, its example the other.
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
