namespace OrleansStream.Engine.State;

/// <summary>
/// Addresses by time (ms), the earliest first: which entries of a table whose entries do not move are due. In memory only, filled again at restore; an entry that is no longer
/// there may still be listed, so whoever takes one looks whether it is.
/// </summary>
internal sealed class DueHeap
{
    private (long Time, nint Entry)[] _items = new (long, nint)[64];

    public int Count { get; private set; }

    /// <summary>Whether one has a time at or before <paramref name="time"/>.</summary>
    public bool HasDue(long time) => Count > 0 && _items[0].Time <= time;

    public void Add(long time, nint entry)
    {
        if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        int at = Count++;
        for (; at > 0 && _items[(at - 1) / 2].Time > time; at = (at - 1) / 2) _items[at] = _items[(at - 1) / 2];
        _items[at] = (time, entry);
    }

    /// <summary>Takes the earliest out.</summary>
    public nint Take()
    {
        nint taken = _items[0].Entry;
        var last = _items[--Count];
        int at = 0;
        for (int child = 1; child < Count; child = (2 * at) + 1)
        {
            if (child + 1 < Count && _items[child + 1].Time < _items[child].Time) child++;
            if (_items[child].Time >= last.Time) break;
            _items[at] = _items[child];
            at = child;
        }

        _items[at] = last;
        return taken;
    }
}
