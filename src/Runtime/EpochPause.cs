namespace OrleansStream.Runtime;

/// <summary>
/// How long a shard with input at hand has processed none because of an epoch: while its channels align, at the cut, and in slices of its part. Copies of pages that are
/// written again before they are stored belong to the batches that cause them, and are not in it.
/// </summary>
internal sealed class EpochPause(TimeProvider time)
{
    private long _ticks;
    private long _since;

    public void Begin()
    {
        if (_since == 0) _since = time.GetTimestamp();
    }

    public void End()
    {
        if (_since == 0) return;
        _ticks += time.GetTimestamp() - _since;
        _since = 0;
    }

    /// <summary>The sum since it was last taken, in ms; what goes on counts for the next.</summary>
    public double Take()
    {
        double ms = _ticks * 1000.0 / time.TimestampFrequency;
        _ticks = 0;
        return ms;
    }
}
