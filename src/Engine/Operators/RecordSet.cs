using OrleansStream.Columns;

namespace OrleansStream.Engine.Operators;

/// <summary>The distinct records among those of a batch, in the order of their first entries. Nothing is allocated or cleared between batches.</summary>
internal sealed class RecordSet
{
    private const int Bits = 12;

    private readonly nint[] _slots = new nint[1 << Bits];
    private readonly int[] _numbers = new int[1 << Bits];
    private readonly int[] _stamps = new int[1 << Bits];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly int[] _firsts = new int[Batch.MaxRows];
    private readonly int[] _indexes = new int[Batch.MaxRows];
    private int _stamp;

    public int Count { get; private set; }

    public ReadOnlySpan<nint> Records => _records.AsSpan(0, Count);

    /// <summary>For each record, the position of its first entry.</summary>
    public ReadOnlySpan<int> Firsts => _firsts.AsSpan(0, Count);

    /// <summary>For each entry, the number of its record.</summary>
    public ReadOnlySpan<int> Indexes => _indexes;

    public void Collect(ReadOnlySpan<nint> records)
    {
        Count = 0;
        _stamp++;
        for (int i = 0; i < records.Length; i++)
        {
            nint r = records[i];
            int at = (int)(((ulong)r * 0x9E3779B97F4A7C15UL) >> (64 - Bits));
            while (_stamps[at] == _stamp && _slots[at] != r) at = (at + 1) & ((1 << Bits) - 1);
            if (_stamps[at] != _stamp)
            {
                (_stamps[at], _slots[at], _numbers[at]) = (_stamp, r, Count);
                _firsts[Count] = i;
                _records[Count++] = r;
            }

            _indexes[i] = _numbers[at];
        }
    }
}
