using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// CROSS JOIN UNNEST: a row for each element of an array (its fields, if it is a ROW), entry of a map, or occurrence in a multiset. An update's old and new row are taken
/// apart like any other. Output: the kept columns, the element's columns, and possibly its number from 1.
/// </summary>
/// <param name="Column">the collection.</param>
/// <param name="Kept">columns of the input that go on.</param>
/// <param name="Outer">a row without elements goes on with NULLs (LEFT JOIN).</param>
/// <param name="Ordinality">the number of the element is the last column.</param>
[Operator("unnest")]
public sealed record UnnestSpec(Schema Output, int Column, ImmutableArray<int> Kept, bool Outer, bool Ordinality) : OperatorSpec(Output)
{
    public override Operator Create() => new Unnest(this);

    public override string Describe() =>
        $"Unnest(collection=[${Column}], kept=[{string.Join(", ", Kept.Select(k => $"${k}"))}]{(Outer ? ", outer" : "")}{(Ordinality ? ", ordinality" : "")})";
}

public sealed class Unnest(UnnestSpec spec) : Operator
{
    private readonly int[] _repeated = new int[Batch.MaxRows];
    private Batch? _batch;
    private int _next;
    private int _element;
    private bool _kinds;

    public override bool StartsSegment => true;

    public override bool EmitsKinds => true;

    public override void Open(OperatorContext c)
    {
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        (_batch, _next, _element) = (input, 0, 0);
        Go(o);
    }

    public override bool Resume(Output o)
    {
        if (_batch is not null) Go(o);
        return _batch is not null;
    }

    private void Go(Output o)
    {
        var batch = _batch!;
        var collection = batch.Columns[spec.Column];
        var builder = o.Builder();
        _kinds = batch.HasKinds;
        int count = batch.Selection?.Count ?? batch.Length;
        while (_next < count)
        {
            int row = batch.Selection is { } s ? s.Rows[_next] : _next;
            int elements = Count(collection, row);
            int n = elements == 0 && spec.Outer ? 1 : Math.Min(elements - _element, o.BatchSize - builder.Count);
            if (n > 0)
            {
                Head(batch, row, n, builder);
                if (elements == 0) for (int c = spec.Kept.Length; c < builder.Columns.Length; c++) builder.Columns[c].AppendNulls(1);
                else Elements(collection, row, n, builder);
                builder.Advance(n);
            }

            _element += n;
            if (_element >= elements) (_next, _element) = (_next + 1, 0);
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full && _next < count) return;
        }

        _batch = null;
    }

    private void Head(Batch batch, int row, int n, BatchBuilder to)
    {
        var rows = _repeated.AsSpan(0, n);
        rows.Fill(row);
        for (int c = 0; c < spec.Kept.Length; c++) to.Columns[c].Gather(batch.Columns[spec.Kept[c]], rows);
        if (to.HasKinds) to.AppendKinds(n).Fill(_kinds ? (byte)batch.KindAt(row) : (byte)RowKind.Insert);
    }

    private static int Count(Column collection, int row)
    {
        if (collection.IsNull(row)) return 0;
        if (collection is ListColumn list) return list.Offsets[row + 1] - list.Offsets[row];
        var map = (MapColumn)collection;
        if (map.Type.Kind == TypeKind.Map) return map.Offsets[row + 1] - map.Offsets[row];
        int n = 0;
        for (int i = map.Offsets[row]; i < map.Offsets[row + 1]; i++) n += ((FixedColumn<int>)map.Items).Values[i];
        return n;
    }

    // Elements [_element, _element + n) of the row's collection.
    private void Elements(Column collection, int row, int n, BatchBuilder to)
    {
        int at = spec.Kept.Length;
        switch (collection)
        {
            case ListColumn list:
                at = Value(list.Elements, list.Offsets[row] + _element, n, to, at);
                break;
            case MapColumn { Type.Kind: TypeKind.Map } map:
                to.Columns[at++].AppendRange(map.Keys, map.Offsets[row] + _element, n);
                to.Columns[at++].AppendRange(map.Items, map.Offsets[row] + _element, n);
                break;
            default:
                var bag = (MapColumn)collection;
                int skip = _element, left = n, next = at;
                for (int i = bag.Offsets[row]; left > 0; i++)
                {
                    int times = ((FixedColumn<int>)bag.Items).Values[i] - skip;
                    skip = Math.Max(0, -times);
                    for (; times > 0 && left > 0; times--, left--) next = Value(bag.Keys, i, 1, to, at);
                }

                at = next;
                break;
        }

        if (!spec.Ordinality) return;
        var numbers = to.Fixed<int>(at).Append(n);
        for (int i = 0; i < n; i++) numbers[i] = _element + i + 1;
    }

    // A ROW gives its fields; those of a NULL row are NULL.
    private static int Value(Column values, int start, int n, BatchBuilder to, int at)
    {
        if (values is not RowColumn row)
        {
            to.Columns[at].AppendRange(values, start, n);
            return at + 1;
        }

        foreach (var field in row.Children)
        {
            int before = to.Columns[at].Count;
            to.Columns[at].AppendRange(field, start, n);
            for (int i = 0; i < n; i++) if (row.IsNull(start + i)) to.Columns[at].SetNull(before + i);
            at++;
        }

        return at;
    }
}
