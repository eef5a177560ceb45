using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// The arguments that a DISTINCT call of a window has seen: a set a pane of (group key, arguments) → how many rows hold them, dropped with the pane. Rows that are taken
/// back lower the count; only the row that brings a value first, and the one that takes it away last, reach the aggregate.
/// </summary>
internal sealed unsafe class PaneDistinct(AggregateCall call, PaneTables seen, int[] keys) : IDistinct
{
    /// <summary>Bits of a hash that choose the key group: the group key's own, so that a restore finds what was seen where the group is.</summary>
    private const ulong GroupBits = ~0UL << 54;

    private readonly int[] _arguments = [.. call.Arguments];
    private readonly int[] _columns = [.. keys, .. call.Arguments];
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly nint[] _entries = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly int _count = seen.Layout.ValueOffsets[0];
    private ValueTable _table = null!;

    public static StateSpec State(string name, AggregateCall call, Schema key) => new(
        name, 1, StateKind.Value, new Schema([.. key.Fields.Select((f, i) => new Field($"k{i}", f.Type)), .. call.ArgumentTypes.Select((t, i) => new Field($"a{i}", t))]), null,
        Schema.Of(("count", SqlType.BigInt.NotNull)), Ttl.None);

    /// <summary>Starts on a batch.</summary>
    /// <param name="hashes">of the group keys, by position.</param>
    public void Begin(Batch batch, ReadOnlySpan<ulong> hashes)
    {
        RowHash.Hash(batch, _arguments, _hashes);
        for (int r = 0; r < batch.Length; r++) _hashes[r] = (hashes[r] & GroupBits) | (RowHash.Combine(hashes[r], _hashes[r]) & ~GroupBits);
    }

    /// <summary>The pane of the rows to come.</summary>
    public void Enter(long pane) => _table = seen[pane];

    public void Drop(long pane) => seen.Drop(pane);

    public int Keep(Batch batch, ReadOnlySpan<ulong> hashes, Span<int> rows, Span<nint> records)
    {
        _table.Resolve(batch, _columns, rows, _hashes, Access.Write, _entries, _isNew);
        int kept = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            // NULL is no value: it reaches no aggregate but COUNT(*), which takes no DISTINCT.
            ref long n = ref *(long*)(_entries[i] + _count);
            bool counts = batch.KindAt(rows[i]).IsAdd() ? n++ == 0 : n > 0 && --n == 0;
            (rows[kept], records[kept]) = (rows[i], records[i]);
            kept += counts ? 1 : 0;
        }

        return kept;
    }
}
