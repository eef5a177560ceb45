using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Flow;

/// <summary>What an operator gets when it opens.</summary>
public abstract class OperatorContext
{
    /// <summary>Schema of each port.</summary>
    public abstract ImmutableArray<Schema> Inputs { get; }

    public abstract Schema Output { get; }

    public abstract int Shard { get; }

    public abstract int Shards { get; }

    /// <summary>Rows per batch inside the chain.</summary>
    public abstract int BatchSize { get; }

    /// <summary>True: every intermediate change goes out (<c>emit = each</c>); false: the net change per key and batch.</summary>
    public abstract bool EmitEach { get; }

    /// <summary>The session time zone (<c>table.local-time-zone</c>).</summary>
    public abstract TimeZoneInfo TimeZone { get; }

    /// <summary>State of this shard, in which the operator declares its tables under its uid.</summary>
    public abstract OperatorState State { get; }

    /// <summary>The watermark that this operator was last told, over a restore too; <see cref="long.MinValue"/> before the first.</summary>
    public abstract long Watermark { get; }

    /// <summary>A counter of this operator, shown in the job's status (<c>late_rows</c>, <c>malformed</c> …).</summary>
    public abstract Counter Counter(string name);

    /// <summary>Asks for <see cref="Operator.OnProcessingTime"/> about every <paramref name="everyMs"/> ms.</summary>
    public abstract void NeedsProcessingTime(long everyMs);

    /// <summary>Processing time of the batch in progress (ms since 1970, UTC): one reading a batch, taken by the host.</summary>
    public abstract long ProcessingTime { get; }
}

/// <summary>A number that only grows; written by one shard, read by anyone.</summary>
public sealed class Counter(string name)
{
    private long _value;

    public string Name { get; } = name;

    public long Value => Volatile.Read(ref _value);

    public void Add(long n) => Volatile.Write(ref _value, _value + n);

    /// <summary>Sets the value that a restored image holds.</summary>
    public void Restore(long value) => Volatile.Write(ref _value, value);
}
