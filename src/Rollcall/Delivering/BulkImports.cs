using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Delivering;

/// <summary>
/// Enters and updates people through PUT /contacts/v3/import: bodies filled to just below the limit, each journalled before it is sent, at most
/// 25 under way. What a body holds is read from its manifest for ever after, never from a later roll.
/// </summary>
internal sealed class BulkImports(RunContext run, ImportRecords records, Settlement settlement, SettledDeliveries settled, LateOptOuts lateOptOuts,
    Resubscriptions resubscriptions)
{
    // Two members with one 64-bit key hash stay in one body; room for the second is kept free.
    private const int MarginForSameKey = 1_000_000;

    // Made when there is something to send.
    private readonly Lazy<byte[]> _body = new(() => GC.AllocateUninitializedArray<byte>(DotdigitalLimits.ImportBodyBytes));

    /// <summary>Sends the records made from <paramref name="pairs"/>, a relation of <see cref="ImportRecords.Pairs"/>.</summary>
    /// <param name="total">How many records there are, for the progress.</param>
    public async Task SendAsync(string pairs, long total, CancellationToken cancellation)
    {
        var sent = 0L;
        foreach (var lane in records.Lanes)
        {
            sent = await SendAsync(pairs, lane, sent, total, cancellation);
        }
    }

    private async Task<long> SendAsync(string pairs, ImportLane lane, long sent, long total, CancellationToken cancellation)
    {
        var changed = run.Db.Number("SELECT count(*) FROM changed");
        using var reading = run.Db.Open();
        var filling = new Filling(_body.Value, records, lateOptOuts.Found);
        foreach (var slice in KeySlice.For(changed))
        {
            // The stream shows the records as they were when it was opened, also of people who opt out while it lasts.
            var found = lateOptOuts.Found;
            using var source = new Utf8Rows(reading, records.Records(pairs, slice, lane), cancellation);
            while (source.Read())
            {
                // A body ends only between key hashes, by which its manifest is cut.
                if (filling.Count > 0 && filling.Length + source.Text.Length > DotdigitalLimits.ImportBodyBytes - MarginForSameKey
                    && source.Key != filling.Last)
                {
                    sent += filling.Count;
                    await SendBodyAsync(pairs, lane, filling, cancellation);
                    run.Progress?.Report(new RunProgress("import", sent, total, "members"));
                    filling = new Filling(_body.Value, records, found);
                }

                filling.Append(source.Key, source.Text);
            }
        }

        if (filling.Count > 0)
        {
            sent += filling.Count;
            await SendBodyAsync(pairs, lane, filling, cancellation);
            run.Progress?.Report(new RunProgress("import", sent, total, "members"));
        }

        return sent;
    }

    private async Task SendBodyAsync(string pairs, ImportLane lane, Filling filling, CancellationToken cancellation)
    {
        await settlement.MakeRoomAsync(DotdigitalLimits.ActiveImports, cancellation);
        await lateOptOuts.LookAgainAsync(cancellation);
        if (filling.Found != lateOptOuts.Found)
        {
            // Someone opted out, or a feed broke off, since the records were read: fill the body again without them.
            filling = Refill(pairs, lane, filling, cancellation);
            if (filling.Count == 0)
            {
                return;
            }
        }

        var manifest = run.PublishManifest(records.Manifest(pairs, filling.First, filling.Last, lane));
        var books = run.Db.Query($"SELECT DISTINCT book_id FROM {run.Rows(manifest)} WHERE book_id IS NOT NULL ORDER BY 1", r => r.GetInt64(0));
        var json = filling.Close();
        var delivery =
            run.Journal.Prepare(run.RunId, DeliveryKind.Import, books, manifest, filling.Count, json.Length, lateOptOuts.SeenNo, lane != ImportLane.Plain,
                lane == ImportLane.Resubscriptions ? resubscriptions.Answers(manifest) : null);
        if (lane == ImportLane.Resubscriptions && resubscriptions.TakeBack(delivery))
        {
            var without = Refill(pairs, lane, filling, cancellation);
            if (without.Count > 0)
            {
                await SendBodyAsync(pairs, lane, without, cancellation);
            }

            return;
        }

        try
        {
            delivery = run.Journal.Accept(delivery, await run.Client.Imports.StartAsync(json, cancellation));
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Ambiguous)
        {
            // Nobody knows whether Dotdigital acts on it: the delivery stays prepared, and its people are read back.
            run.Report(Findings.ImportUnanswered(filling.Count, e.Message));
            await settlement.SettleUnansweredAsync(delivery, cancellation);
            return;
        }
        catch (DotdigitalException e) when (e.Kind is FailureKind.Permanent or FailureKind.Transient)
        {
            settled.Refuse(delivery, e);
            return;
        }
        catch (DotdigitalException e) when (e.Kind is not FailureKind.Boundless)
        {
            settled.Refuse(delivery, e);
            throw;
        }

        // An opt-out read now came before the import was applied; if lists lift opt-outs, this is the last chance to see it.
        settlement.Await(delivery, (await run.OptOuts.ReadAsync(run.Client, books, run.Progress, cancellation)).Keys);
    }

    private Filling Refill(string pairs, ImportLane lane, Filling filling, CancellationToken cancellation)
    {
        var again = new Filling(_body.Value, records, lateOptOuts.Found);
        using var reading = run.Db.Open();
        using var source = new Utf8Rows(reading, records.Records(pairs, new KeySlice(filling.First, filling.Last), lane), cancellation);
        while (source.Read())
        {
            again.Append(source.Key, source.Text);
        }

        return again;
    }

    /// <summary>A body being filled: the JSON of an import between its head and its tail.</summary>
    private sealed class Filling
    {
        private readonly byte[] _body;
        private readonly byte[] _tail;

        public Filling(byte[] body, ImportRecords records, int found)
        {
            _body = body;
            Found = found;
            _tail = records.Tail;
            records.Head.CopyTo(body, 0);
            Length = records.Head.Length;
        }

        /// <summary>What was known of late opt-outs when its records were read.</summary>
        public int Found { get; }

        public int Length { get; private set; }

        public long Count { get; private set; }

        public ulong First { get; private set; }

        public ulong Last { get; private set; }

        public void Append(ulong key, ReadOnlySpan<byte> record)
        {
            if (Count == 0)
            {
                First = key;
            }
            else
            {
                _body[Length++] = (byte)',';
            }

            record.CopyTo(_body.AsSpan(Length));
            Length += record.Length;
            Last = key;
            Count++;
        }

        public ReadOnlyMemory<byte> Close()
        {
            _tail.CopyTo(_body, Length);
            return _body.AsMemory(0, Length + _tail.Length);
        }
    }
}
