using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Flow;

/// <summary>What a chain gives its operators.</summary>
internal sealed class ChainContext(ChainSetup setup, NodePlan plan, ChainNode node, ImmutableArray<Schema> inputs) : OperatorContext
{
    private readonly Dictionary<string, long> _restored = [];
    private long _nowMs;
    private long _ticked;

    public List<Counter> Counters { get; } = [];

    public long TickMs { get; private set; }

    public override ImmutableArray<Schema> Inputs => inputs;

    public override Schema Output => plan.Spec.Output;

    public override int Shard => setup.Shard;

    public override int Shards => setup.Shards;

    public override int BatchSize => setup.BatchSize;

    public override bool EmitEach => setup.EmitEach;

    public override TimeZoneInfo TimeZone => setup.TimeZone;

    public override OperatorState State => setup.State.Of(plan.Uid);

    public override long Watermark => node.Told;

    public override long ProcessingTime => _nowMs;

    public static void Read(ChainContext[] contexts, long nowMs)
    {
        foreach (var c in contexts) c._nowMs = nowMs;
    }

    public override Counter Counter(string name)
    {
        if (Counters.Find(c => c.Name == name) is { } known) return known;
        var counter = new Counter(name);
        if (_restored.TryGetValue(name, out long value)) counter.Restore(value);
        Counters.Add(counter);
        return counter;
    }

    public override void NeedsProcessingTime(long everyMs) => TickMs = TickMs == 0 ? everyMs : Math.Min(TickMs, everyMs);

    public bool Due(long nowMs)
    {
        if (TickMs == 0 || nowMs - _ticked < TickMs) return false;
        _ticked = nowMs;
        return true;
    }

    /// <summary>A counter's value in an image: taken over by the shard that owns the image's first key group, so that totals stay right over a rescale.</summary>
    public void AddRestored(string uid, ShardImage image, string key, long value)
    {
        int first = KeyGroups.RangeOf(image.Shard, image.Shards).First;
        if (!KeyGroups.RangeOf(setup.Shard, setup.Shards).Contains(first) || !key.StartsWith(uid + "/", StringComparison.Ordinal)) return;
        string name = key[(uid.Length + 1)..];
        if (!name.StartsWith('$')) _restored[name] = _restored.GetValueOrDefault(name) + value;
    }
}
