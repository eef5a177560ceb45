using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>
/// Records with a time to live, the first to end in front. All live equally long after they were written, so the list is in the order of writing; its links lie in the
/// records. A record that was read is not written: it does not live longer (Flink's OnCreateAndWrite).
/// </summary>
/// <param name="ttl">of the table's spec; none: there is no list.</param>
/// <param name="expiry">offset of the expiry (ms) in a record.</param>
/// <param name="links">offset of <see cref="LinkBytes"/> for this list.</param>
/// <param name="now">ms.</param>
internal sealed unsafe class ExpiryList(Ttl ttl, int expiry, int links, Func<long> now)
{
    private readonly long _ttl = ttl.Milliseconds;
    private nint _oldest;
    private nint _newest;
    private bool _unsorted;

    /// <summary>What the list takes in a record of a table with this TTL.</summary>
    public static int LinkBytes(Ttl ttl) => ttl.Milliseconds > 0 ? 16 : 0;

    public bool Any => _ttl > 0;

    /// <summary>A record is created or written.</summary>
    public void Written(nint r)
    {
        long ends = now() + _ttl;
        if (ExpiryOf(r) == ends) return;
        if (ExpiryOf(r) != 0) Forget(r);
        ExpiryOf(r) = ends;
        Append(r);
    }

    /// <summary>A record is removed.</summary>
    public void Forget(nint r)
    {
        nint older = Older(r), newer = Newer(r);
        if (older != 0) Newer(older) = newer;
        else _oldest = newer;
        if (newer != 0) Older(newer) = older;
        else _newest = older;
    }

    /// <summary>A record that a part held.</summary>
    public void Restored(nint r)
    {
        Append(r);
        _unsorted = true;
    }

    /// <summary>The record that ended first, if one has, or 0; it stays until it is removed.</summary>
    public nint Ended()
    {
        if (_unsorted) Sort();
        return _oldest != 0 && ExpiryOf(_oldest) <= now() ? _oldest : 0;
    }

    public void Clear() => (_oldest, _newest, _unsorted) = (0, 0, false);

    private ref nint Older(nint r) => ref *(nint*)(r + links);

    private ref nint Newer(nint r) => ref *(nint*)(r + links + 8);

    private ref long ExpiryOf(nint r) => ref *(long*)(r + expiry);

    private void Append(nint r)
    {
        (Older(r), Newer(r)) = (_newest, 0);
        if (_newest != 0) Newer(_newest) = r;
        else _oldest = r;
        _newest = r;
    }

    // Once, after a restore: parts hold records in no order.
    private void Sort()
    {
        var all = new List<nint>();
        for (nint r = _oldest; r != 0; r = Newer(r)) all.Add(r);
        Clear();
        foreach (nint r in all.OrderBy(r => ExpiryOf(r))) Append(r);
    }
}
