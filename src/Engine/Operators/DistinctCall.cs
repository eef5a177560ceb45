using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>Lets rows pass to the aggregate of a DISTINCT call.</summary>
internal interface IDistinct
{
    /// <summary>Keeps the rows that count, with their records, at the front of both spans; gives their number.</summary>
    int Keep(Batch batch, ReadOnlySpan<ulong> hashes, Span<int> rows, Span<nint> records);
}

/// <summary>
/// The arguments that a DISTINCT call has seen, per group: (group key, arguments) → how many rows hold them. Only the row that brings a value first, and the one that takes it
/// away last, reach the aggregate.
/// </summary>
internal sealed unsafe class DistinctCall(AggregateCall call, MapTable seen, int[] keys) : IDistinct
{
    private readonly int[] _arguments = [.. call.Arguments];
    private readonly nint[] _entries = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly nint[] _gone = new nint[Batch.MaxRows];

    public static StateSpec State(string name, AggregateCall call, Schema key, Ttl ttl) => new(
        name, 1, StateKind.Map, key, new Schema([.. call.ArgumentTypes.Select((t, i) => new Field($"a{i}", t))]), Schema.Of(("count", SqlType.BigInt.NotNull)), ttl);

    public int Keep(Batch batch, ReadOnlySpan<ulong> hashes, Span<int> rows, Span<nint> records)
    {
        seen.Resolve(batch, keys, _arguments, rows, hashes, Access.Write, _entries, _isNew);
        int count = seen.Layout.ValueOffsets[0], kept = 0, gone = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            ref long n = ref *(long*)(_entries[i] + count);
            bool counts = batch.KindAt(rows[i]).IsAdd() ? n++ == 0 : n > 0 && --n == 0;
            (rows[kept], records[kept]) = (rows[i], records[i]);
            kept += counts ? 1 : 0;
        }

        // −1 marks an entry that is already on the list.
        for (int i = 0; i < rows.Length; i++)
        {
            ref long n = ref *(long*)(_entries[i] + count);
            if (n != 0) continue;
            n = -1;
            _gone[gone++] = _entries[i];
        }

        seen.Remove(_gone.AsSpan(0, gone));
        return kept;
    }
}
