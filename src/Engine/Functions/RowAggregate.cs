using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Functions;

/// <summary>The per-row form of an aggregate whose state has a fixed size. Merging with the zero state changes nothing; the order of merges does not matter.</summary>
public interface IAccumulate<TState, TArgument> where TState : unmanaged where TArgument : struct
{
    static abstract void Add(ref TState state, TArgument value);

    static abstract void Merge(ref TState state, in TState other);
}

/// <summary>The per-row form of an aggregate that can take rows back.</summary>
public interface IRetract<TState, TArgument> : IAccumulate<TState, TArgument> where TState : unmanaged where TArgument : struct
{
    static abstract void Retract(ref TState state, TArgument value);
}

/// <summary>The result of a state; false = NULL.</summary>
public interface IResult<TState, TResult> where TState : unmanaged where TResult : unmanaged
{
    bool Result(in TState state, out TResult result);
}

/// <summary>
/// Drives a per-row form over records. The partial row is the state itself, field by field.
/// </summary>
/// <param name="state">the fields of <typeparamref name="TState"/> in order, all 8 or all 16 bytes wide.</param>
public unsafe class RowAggregate<TState, TArgument, TOps, TResult, TFinish>(AggregateCall call, ImmutableArray<SqlType> state, TFinish finish) : Aggregate(call)
    where TState : unmanaged where TArgument : struct where TOps : struct, IAccumulate<TState, TArgument>
    where TResult : unmanaged where TFinish : struct, IResult<TState, TResult>
{
    private readonly int _width = state[0].Width;

    public override ImmutableArray<SqlType> State { get; } = state;

    public override ImmutableArray<SqlType> Partial => State;

    public override void Add(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        int offset = Offset;
        var column = batch.Columns[Call.Arguments[0]];
        var values = new Values<TArgument>(column);
        var nulls = column.Nulls;
        if (!nulls.Any)
        {
            for (int i = 0; i < rows.Length; i++) TOps.Add(ref *(TState*)(records[i] + offset), values[rows[i]]);
            return;
        }

        for (int i = 0; i < rows.Length; i++) if (!nulls[rows[i]]) TOps.Add(ref *(TState*)(records[i] + offset), values[rows[i]]);
    }

    public override void MergePartial(StoredTable table, Batch batch, int first, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        int offset = Offset;
        TState other = default;
        for (int i = 0; i < rows.Length; i++)
        {
            for (int f = 0; f < State.Length; f++)
            {
                ref byte from = ref Unsafe.Add(ref Values<byte>.First(batch.Columns[first + f]), (nint)rows[i] * _width);
                Unsafe.CopyBlockUnaligned(ref Unsafe.Add(ref Unsafe.As<TState, byte>(ref other), f * _width), ref from, (uint)_width);
            }

            TOps.Merge(ref *(TState*)(records[i] + offset), in other);
        }
    }

    public override void Merge(StoredTable table, ReadOnlySpan<nint> records, StoredTable fromTable, ReadOnlySpan<nint> from)
    {
        int offset = Offset;
        for (int i = 0; i < records.Length; i++) TOps.Merge(ref *(TState*)(records[i] + offset), in *(TState*)(from[i] + offset));
    }

    public override void WritePartial(StoredTable table, ReadOnlySpan<nint> records, BatchBuilder to, int first)
    {
        for (int f = 0; f < State.Length; f++)
        {
            int offset = Offset + (f * _width);
            switch (to.Columns[first + f])
            {
                case FixedBuilder<long> b: Copy(records, offset, b.Append(records.Length)); break;
                case FixedBuilder<double> b: Copy(records, offset, b.Append(records.Length)); break;
                case FixedBuilder<Int128> b: Copy(records, offset, b.Append(records.Length)); break;
                default: throw new InvalidOperationException($"state of type {State[f]}");
            }
        }
    }

    public override void WriteResult(StoredTable table, ReadOnlySpan<nint> records, ColumnBuilder to)
    {
        int at = to.Count;
        var values = Append(to, records.Length);
        for (int i = 0; i < records.Length; i++)
        {
            if (!finish.Result(in *(TState*)(records[i] + Offset), out values[i])) to.SetNull(at + i);
        }
    }

    // BOOLEAN and TINYINT columns hold bytes.
    private static Span<TResult> Append(ColumnBuilder to, int rows)
    {
        if (typeof(TResult) != typeof(bool) && typeof(TResult) != typeof(sbyte)) return ((FixedBuilder<TResult>)to).Append(rows);
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, TResult>(((FixedBuilder<byte>)to).Append(rows));
    }

    private static void Copy<T>(ReadOnlySpan<nint> records, int offset, Span<T> to) where T : unmanaged
    {
        for (int i = 0; i < records.Length; i++) to[i] = *(T*)(records[i] + offset);
    }
}

/// <summary>As <see cref="RowAggregate{TState, TArgument, TOps, TResult, TFinish}"/>, for one that can take rows back.</summary>
public unsafe class RetractableAggregate<TState, TArgument, TOps, TResult, TFinish>(AggregateCall call, ImmutableArray<SqlType> state, TFinish finish)
    : RowAggregate<TState, TArgument, TOps, TResult, TFinish>(call, state, finish)
    where TState : unmanaged where TArgument : struct where TOps : struct, IRetract<TState, TArgument>
    where TResult : unmanaged where TFinish : struct, IResult<TState, TResult>
{
    public override bool Retracts => true;

    /// <summary>Whether taking away and then adding leaves what adding and then taking away does, from no row on.</summary>
    public bool InParts { get; init; } = true;

    public override bool RetractsInParts => InParts;

    public override void Retract(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        int offset = Offset;
        var column = batch.Columns[Call.Arguments[0]];
        var values = new Values<TArgument>(column);
        for (int i = 0; i < rows.Length; i++) if (!column.IsNull(rows[i])) TOps.Retract(ref *(TState*)(records[i] + offset), values[rows[i]]);
    }
}
