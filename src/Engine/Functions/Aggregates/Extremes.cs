using System.Collections.Immutable;
using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Functions.Aggregates;

/// <summary>The least, greatest, first or last value so far, and whether there is one. TFlag is as wide as T, or 8 bytes.</summary>
internal struct Extreme<T, TFlag> where T : unmanaged where TFlag : unmanaged
{
    public T Value;
    public TFlag Known;
}

/// <summary>Which of two values stays.</summary>
internal interface IChoose
{
    /// <summary>Whether a new value takes the old one's place, given their order (−, 0, +).</summary>
    static abstract bool Takes(int order);
}

internal readonly struct Least : IChoose
{
    public static bool Takes(int order) => order < 0;
}

internal readonly struct Greatest : IChoose
{
    public static bool Takes(int order) => order > 0;
}

/// <summary>The first value stays.</summary>
internal readonly struct First : IChoose
{
    public static bool Takes(int order) => false;
}

/// <summary>The last value takes every other's place.</summary>
internal readonly struct Last : IChoose
{
    public static bool Takes(int order) => true;
}

internal readonly struct Choose<T, TValue, TFlag, TChoose> : IAccumulate<Extreme<T, TFlag>, TValue>, IResult<Extreme<T, TFlag>, TValue>
    where T : unmanaged, INumber<T> where TValue : unmanaged, INumber<TValue> where TFlag : unmanaged, INumber<TFlag> where TChoose : struct, IChoose
{
    public static void Add(ref Extreme<T, TFlag> state, TValue value)
    {
        var wide = T.CreateTruncating(value);
        if (!TFlag.IsZero(state.Known) && !TChoose.Takes(wide.CompareTo(state.Value))) return;
        state.Value = wide;
        state.Known = TFlag.One;
    }

    public static void Merge(ref Extreme<T, TFlag> state, in Extreme<T, TFlag> other)
    {
        if (TFlag.IsZero(other.Known)) return;
        if (!TFlag.IsZero(state.Known) && !TChoose.Takes(other.Value.CompareTo(state.Value))) return;
        state = other;
    }

    public bool Result(in Extreme<T, TFlag> state, out TValue result)
    {
        result = TValue.CreateTruncating(state.Value);
        return !TFlag.IsZero(state.Known);
    }
}

/// <summary>BOOLEAN: FALSE before TRUE.</summary>
internal readonly struct ChooseBoolean<TChoose> : IAccumulate<Extreme<long, long>, byte>, IResult<Extreme<long, long>, byte> where TChoose : struct, IChoose
{
    public static void Add(ref Extreme<long, long> state, byte value) => Choose<long, byte, long, TChoose>.Add(ref state, value);

    public static void Merge(ref Extreme<long, long> state, in Extreme<long, long> other) => Choose<long, byte, long, TChoose>.Merge(ref state, other);

    public bool Result(in Extreme<long, long> state, out byte result) => new Choose<long, byte, long, TChoose>().Result(state, out result);
}

internal static class ExtremeOf<TChoose> where TChoose : struct, IChoose
{
    private static readonly ImmutableArray<SqlType> Integers = [SqlType.BigInt.NotNull, SqlType.BigInt.NotNull];
    private static readonly ImmutableArray<SqlType> Floats = [SqlType.Double.NotNull, SqlType.BigInt.NotNull];
    private static readonly ImmutableArray<SqlType> Wide = [SqlType.Decimal(38, 0).NotNull, SqlType.Decimal(38, 0).NotNull];

    public static Aggregate? Bind(AggregateCall call) => call.Type.Physical switch
    {
        Physical.Int8 when call.Type.Kind == TypeKind.Boolean => new RowAggregate<Extreme<long, long>, byte, ChooseBoolean<TChoose>, byte, ChooseBoolean<TChoose>>(call, Integers, default),
        Physical.Int8 => Of<long, sbyte, long>(call, Integers),
        Physical.Int16 => Of<long, short, long>(call, Integers),
        Physical.Int32 => Of<long, int, long>(call, Integers),
        Physical.Int64 => Of<long, long, long>(call, Integers),
        Physical.Int128 => Of<Int128, Int128, Int128>(call, Wide),
        Physical.Float32 => Of<double, float, long>(call, Floats),
        Physical.Float64 => Of<double, double, long>(call, Floats),
        Physical.Text => new TextExtreme<TChoose>(call),
        _ => null,
    };

    private static RowAggregate<Extreme<T, TFlag>, TValue, Choose<T, TValue, TFlag, TChoose>, TValue, Choose<T, TValue, TFlag, TChoose>> Of<T, TValue, TFlag>(AggregateCall call, ImmutableArray<SqlType> state)
        where T : unmanaged, INumber<T> where TValue : unmanaged, INumber<TValue> where TFlag : unmanaged, INumber<TFlag> => new(call, state, default);
}

/// <summary>MIN, MAX, FIRST_VALUE and LAST_VALUE of texts, by their bytes. The record holds the text and, as wide, whether there is one.</summary>
internal sealed unsafe class TextExtreme<TChoose>(AggregateCall call) : Aggregate(call) where TChoose : struct, IChoose
{
    private const int FlagOffset = 16;

    public override ImmutableArray<SqlType> State { get; } = [call.Type.NotNull, SqlType.Decimal(38, 0).NotNull];

    public override ImmutableArray<SqlType> Partial { get; } = [call.Type.WithNullable(true)];

    public override void Add(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records) =>
        MergePartial(table, batch, Call.Arguments[0], rows, records);

    public override void MergePartial(StoredTable table, Batch batch, int first, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        var column = (TextColumn)batch.Columns[first];
        for (int i = 0; i < rows.Length; i++) if (!column.IsNull(rows[i])) Take(table, records[i], column[rows[i]]);
    }

    public override void Merge(StoredTable table, ReadOnlySpan<nint> records, StoredTable fromTable, ReadOnlySpan<nint> from)
    {
        for (int i = 0; i < records.Length; i++) if (Known(from[i])) Take(table, records[i], fromTable.ValueText(from[i], Field));
    }

    public override void WritePartial(StoredTable table, ReadOnlySpan<nint> records, BatchBuilder to, int first) => WriteResult(table, records, to.Columns[first]);

    public override void WriteResult(StoredTable table, ReadOnlySpan<nint> records, ColumnBuilder to)
    {
        var builder = (TextBuilder)to;
        foreach (nint r in records)
        {
            if (Known(r)) builder.Append(table.ValueText(r, Field));
            else builder.AppendNulls(1);
        }
    }

    private bool Known(nint record) => *(long*)(record + Offset + FlagOffset) != 0;

    private void Take(StoredTable table, nint record, ReadOnlySpan<byte> value)
    {
        if (Known(record) && !TChoose.Takes(value.SequenceCompareTo(table.ValueText(record, Field)))) return;
        *(long*)(record + Offset + FlagOffset) = 1;
        table.SetValueText(record, Field, value);
    }
}
