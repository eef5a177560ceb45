using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>One aggregate call over records of a table: its state lies in value fields of the record.</summary>
internal abstract unsafe class Accumulator
{
    /// <summary>Value fields of the record that hold the state; all zero is the state of no row.</summary>
    public abstract ImmutableArray<SqlType> State { get; }

    /// <summary>Columns of a partial row.</summary>
    public abstract ImmutableArray<SqlType> Partial { get; }

    /// <summary>Offset of the first state field in a record.</summary>
    public int Offset { get; set; }

    /// <summary>Adds <c>rows[i]</c> to <c>records[i]</c>.</summary>
    public abstract void Add(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records);

    /// <summary>Merges partial rows, whose columns begin at <paramref name="first"/>.</summary>
    public abstract void Merge(Batch batch, int first, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records);

    public abstract void WritePartial(ReadOnlySpan<nint> records, BatchBuilder to, int first);

    public abstract void WriteResult(ReadOnlySpan<nint> records, ColumnBuilder to);
}

/// <summary>The aggregate calls of an operator, bound to the value fields of its table.</summary>
internal sealed class Accumulators
{
    private readonly ImmutableArray<AggregateCall> _calls;
    private readonly Accumulator[] _each;
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];

    public Accumulators(ImmutableArray<AggregateCall> calls)
    {
        _calls = calls;
        _each = [.. calls.Select(Create)];
    }

    /// <summary>Columns of a partial row, all calls together.</summary>
    public ImmutableArray<SqlType> Partial => [.. _each.SelectMany(a => a.Partial)];

    /// <summary>Value fields of the records.</summary>
    public Schema State => new([.. _each.SelectMany((a, i) => a.State.Select((t, w) => new Field($"{i}.{w}", t)))]);

    /// <summary>Says where the value fields lie; those of the calls begin at value field <paramref name="first"/>.</summary>
    public void Bind(RecordLayout layout, int first)
    {
        foreach (var a in _each)
        {
            a.Offset = a.State.IsEmpty ? 0 : layout.ValueOffsets[first];
            first += a.State.Length;
        }
    }

    public void Add(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        for (int i = 0; i < _each.Length; i++)
        {
            if (_calls[i].Filter < 0) _each[i].Add(batch, rows, records);
            else
            {
                int n = Keep(batch.Columns[_calls[i].Filter], rows, records);
                if (n > 0) _each[i].Add(batch, _rows.AsSpan(0, n), _records.AsSpan(0, n));
            }
        }
    }

    public void Merge(Batch batch, int first, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        foreach (var a in _each)
        {
            a.Merge(batch, first, rows, records);
            first += a.Partial.Length;
        }
    }

    public void WritePartial(ReadOnlySpan<nint> records, BatchBuilder to, int first)
    {
        foreach (var a in _each)
        {
            a.WritePartial(records, to, first);
            first += a.Partial.Length;
        }
    }

    public void WriteResults(ReadOnlySpan<nint> records, BatchBuilder to, int first)
    {
        foreach (var a in _each) a.WriteResult(records, to.Columns[first++]);
    }

    // Rows where the filter is TRUE, with their records.
    private int Keep(Column filter, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        var values = ((FixedColumn<byte>)filter).Values;
        var nulls = filter.Nulls;
        int n = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            _rows[n] = rows[i];
            _records[n] = records[i];
            n += values[rows[i]] != 0 && !nulls[rows[i]] ? 1 : 0;
        }

        return n;
    }

    private static Accumulator Create(AggregateCall call) => call switch
    {
        { Distinct: false, Function: "COUNT" } => new CountAccumulator(call),
        { Distinct: false, Function: "SUM" } when call.Type.Kind == TypeKind.BigInt && call.ArgumentTypes[0].Kind == TypeKind.BigInt => new SumAccumulator(call),
        _ => throw new NotSupportedException($"aggregate {call}"),
    };
}

internal sealed unsafe class CountAccumulator(AggregateCall call) : Accumulator
{
    public override ImmutableArray<SqlType> State { get; } = [SqlType.BigInt.NotNull];

    public override ImmutableArray<SqlType> Partial { get; } = [SqlType.BigInt.NotNull];

    public override void Add(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        int offset = Offset;
        var nulls = call.Arguments.IsEmpty ? default : batch.Columns[call.Arguments[0]].Nulls;
        if (!nulls.Any) foreach (nint r in records) ++*(long*)(r + offset);
        else for (int i = 0; i < rows.Length; i++) if (!nulls[rows[i]]) ++*(long*)(records[i] + offset);
    }

    public override void Merge(Batch batch, int first, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        int offset = Offset;
        ref long v = ref MemoryMarshal.GetReference(((FixedColumn<long>)batch.Columns[first]).Values);
        for (int i = 0; i < rows.Length; i++) *(long*)(records[i] + offset) += Unsafe.Add(ref v, rows[i]);
    }

    public override void WritePartial(ReadOnlySpan<nint> records, BatchBuilder to, int first) => WriteResult(records, to.Columns[first]);

    public override void WriteResult(ReadOnlySpan<nint> records, ColumnBuilder to)
    {
        var span = ((FixedBuilder<long>)to).Append(records.Length);
        for (int i = 0; i < span.Length; i++) span[i] = *(long*)(records[i] + Offset);
    }
}

internal sealed unsafe class SumAccumulator(AggregateCall call) : Accumulator
{
    public override ImmutableArray<SqlType> State { get; } = [SqlType.BigInt.NotNull, SqlType.BigInt.NotNull];

    public override ImmutableArray<SqlType> Partial { get; } = [SqlType.BigInt];

    public override void Add(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records) => Merge(batch, call.Arguments[0], rows, records);

    public override void Merge(Batch batch, int first, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        int offset = Offset;
        var column = (FixedColumn<long>)batch.Columns[first];
        ref long v = ref MemoryMarshal.GetReference(column.Values);
        for (int i = 0; i < rows.Length; i++)
        {
            if (column.Nulls[rows[i]]) continue;
            *(long*)(records[i] + offset) += Unsafe.Add(ref v, rows[i]);
            ++*(long*)(records[i] + offset + 8);
        }
    }

    public override void WritePartial(ReadOnlySpan<nint> records, BatchBuilder to, int first) => WriteResult(records, to.Columns[first]);

    public override void WriteResult(ReadOnlySpan<nint> records, ColumnBuilder to)
    {
        int at = to.Count;
        var span = ((FixedBuilder<long>)to).Append(records.Length);
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = *(long*)(records[i] + Offset);
            if (*(long*)(records[i] + Offset + 8) == 0) to.SetNull(at + i);
        }
    }
}
