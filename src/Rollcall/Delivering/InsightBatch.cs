using System.Buffers;
using System.Text;

namespace Rollcall.Delivering;

/// <summary>Records of one collection on their way, as JSON.</summary>
internal sealed class InsightBatch(string collection)
{
    private readonly ArrayBufferWriter<byte> _records = new();
    private readonly List<(long Contact, int Record, int Start, int Length)> _parts = [];

    public int Count => _parts.Count;

    public int Bytes => _records.WrittenCount;

    public IEnumerable<(long Contact, int Record)> Parts => _parts.Select(part => (part.Contact, part.Record));

    public void Add(long contact, int record, ReadOnlySpan<byte> json)
    {
        if (_parts.Count > 0)
        {
            _records.Write(","u8);
        }

        _parts.Add((contact, record, _records.WrittenCount, json.Length));
        _records.Write(json);
    }

    public ReadOnlyMemory<byte> Body()
    {
        var body = new ArrayBufferWriter<byte>(Bytes + 200);
        body.Write(Encoding.UTF8.GetBytes($$"""{"collectionName":"{{collection}}","collectionScope":"contact","collectionType":"custom","records":["""));
        body.Write(_records.WrittenSpan);
        body.Write("]}"u8);
        return body.WrittenMemory;
    }

    public IEnumerable<InsightBatch> Halves()
    {
        foreach (var half in new[] { _parts[..(_parts.Count / 2)], _parts[(_parts.Count / 2)..] })
        {
            var batch = new InsightBatch(collection);
            half.ForEach(part => batch.Add(part.Contact, part.Record, _records.WrittenSpan.Slice(part.Start, part.Length)));
            yield return batch;
        }
    }
}
