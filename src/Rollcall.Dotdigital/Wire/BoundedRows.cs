using System.Collections.ObjectModel;

namespace Rollcall.Dotdigital;

/// <summary>Rows of an answer, limited in number: an empty row is three bytes on the wire, but many times that in memory.</summary>
internal abstract class BoundedRows<T>(long most) : Collection<T>
{
    protected override void InsertItem(int index, T item)
    {
        if (Count >= most)
        {
            throw new BoundlessAnswerException($"it has more than {most:N0} rows");
        }

        base.InsertItem(index, item);
    }
}

internal sealed class WirePropertyRows() : BoundedRows<WireProperty>(1_000);

internal sealed class WireAddressBookRows() : BoundedRows<WireAddressBook>(AnswerBounds.Rows(DotdigitalLimits.PageV2));

internal sealed class WireDataFieldRows() : BoundedRows<WireDataField>(100_000);

internal sealed class WireSuppressionRows() : BoundedRows<WireSuppression>(AnswerBounds.Rows(DotdigitalLimits.PageV2));

internal sealed class WireInsightFailureRows() : BoundedRows<WireInsightFailure>(AnswerBounds.Rows(DotdigitalLimits.InsightBatch));

internal sealed class WireContactRows() : BoundedRows<WireContact>(AnswerBounds.Rows(DotdigitalLimits.PageV3));

internal sealed class WireListRows() : BoundedRows<WireList>(10_000);
