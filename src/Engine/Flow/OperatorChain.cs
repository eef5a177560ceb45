using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Flow;

/// <summary>What a chain gets from its host.</summary>
/// <param name="Tails">where the rows of a node (or, negative, of stage input −1 − n) go: exchanges and sinks.</param>
/// <param name="Images">images that the shard starts from: told watermarks and counters.</param>
/// <param name="Wake">called from any thread when a need is met.</param>
/// <param name="NowMs">processing time in ms since 1970.</param>
public sealed record ChainSetup(
    StagePlan Stage, int Shard, int Shards, int BatchSize, bool EmitEach, TimeZoneInfo TimeZone, IShardState State, Func<int, IEnumerable<Tail>> Tails,
    ImmutableArray<ShardImage> Images, Action Wake, Func<long> NowMs);

public enum ChainStep : byte
{
    /// <summary>Nothing to do: the chain can take the next batch.</summary>
    Quiet,

    /// <summary>A unit was done; there may be more.</summary>
    Worked,

    /// <summary>Work waits for a need or for room in a tail (<see cref="OperatorChain.Blocker"/>).</summary>
    Blocked,
}

/// <summary>
/// The operators of a stage on one shard. Operators that may owe rows or wait start a segment with a queue before it; the last segment that can run runs first, so that at
/// most one batch is under way. The host gives a batch only when the chain is quiet and no tail is full, and keeps that batch as it is until the chain is quiet again.
/// </summary>
public sealed class OperatorChain
{
    private readonly ChainNode[] _nodes;
    private readonly ChainNode[] _segments;
    private readonly List<Target>[] _inputs;
    private readonly Tail[] _tails;
    private readonly ChainContext[] _contexts;
    private readonly Func<long> _nowMs;
    private ChainNode.ItemKind _pass;
    private int _passAt = -1;
    private long _passValue;

    /// <summary>Makes and opens the operators. A malformed plan throws <see cref="InvalidOperationException"/>.</summary>
    public OperatorChain(ChainSetup setup)
    {
        _nowMs = setup.NowMs;
        var stage = setup.Stage;
        _inputs = [.. stage.Inputs.Select(_ => new List<Target>())];
        _nodes = new ChainNode[stage.Nodes.Length];
        _contexts = new ChainContext[stage.Nodes.Length];
        var byId = new Dictionary<int, int>();
        var stays = new bool[_nodes.Length];
        for (int n = 0; n < _nodes.Length; n++)
        {
            var plan = stage.Nodes[n];
            var op = plan.Spec.Create();
            byId.Add(plan.Id, n);
            bool all = plan.Inputs.All(i => i.Node < 0 || stays[byId[i.Node]]);
            stays[n] = all && op.OutputStays && op.TakesMarks && !op.StartsSegment;
            var schemas = plan.Inputs.Select(i => i.Node < 0 ? stage.Inputs[i.StageInput].Schema : stage.Nodes[byId[i.Node]].Spec.Output).ToImmutableArray();
            var ports = plan.Inputs.Select((i, p) => new Port(p, schemas[p], op, i.Node < 0 || stays[byId[i.Node]])).ToArray();
            var node = _nodes[n] = new ChainNode(n, plan.Uid, op, plan.Spec.Output, setup.BatchSize, ports, setup.Wake);
            for (int p = 0; p < ports.Length; p++)
            {
                ports[p].Node = node;
                var from = plan.Inputs[p];
                (from.Node < 0 ? _inputs[from.StageInput] : _nodes[byId[from.Node]].Targets).Add(ports[p]);
            }

            _contexts[n] = new ChainContext(setup, plan, node, schemas);
        }

        var tails = new List<Tail>();
        for (int n = 0; n < _nodes.Length; n++) AddTails(setup.Tails(stage.Nodes[n].Id), _nodes[n].Targets, tails);
        for (int i = 0; i < _inputs.Length; i++) AddTails(setup.Tails(-1 - i), _inputs[i], tails);
        _tails = [.. tails];
        _segments = [.. _nodes.Where(n => n.Op.StartsSegment).Reverse()];
        Restore(setup, byId);
        for (int n = 0; n < _nodes.Length; n++) _nodes[n].Op.Open(_contexts[n]);
    }

    /// <summary>No operator has a batch in hand or owes rows.</summary>
    public bool Quiet
    {
        get
        {
            if (_passAt >= 0) return false;
            foreach (var s in _segments) if (!s.Quiet) return false;
            return true;
        }
    }

    /// <summary>Whether a batch, watermark, idle or end may be given now.</summary>
    public bool CanTake => Quiet && !TailFull;

    public bool TailFull
    {
        get
        {
            foreach (var t in _tails) if (t.Full) return true;
            return false;
        }
    }

    /// <summary>What the chain waits for, in a person's words; null = nothing.</summary>
    public string? Blocker
    {
        get
        {
            foreach (var s in _segments) if (s.WaitsFor is { } what) return what;
            foreach (var t in _tails) if (t.Full) return t.Blocker;
            return null;
        }
    }

    public IEnumerable<(string Uid, Counter Counter)> Counters => _contexts.SelectMany((c, n) => c.Counters.Select(x => (_nodes[n].Uid, x)));

    /// <summary>The shortest interval of processing time that an operator asked for; 0 = none did.</summary>
    public long TickMs => _contexts.Select(c => c.TickMs).Where(t => t > 0).DefaultIfEmpty(0).Min();

    /// <summary>Rows of a stage input, with the gate's marks. Only when <see cref="CanTake"/>.</summary>
    public void Give(int input, Batch batch)
    {
        ChainContext.Read(_contexts, _nowMs());
        foreach (var t in _inputs[input]) t.Deliver(batch, null, null);
    }

    public void Watermark(int input, long watermark)
    {
        foreach (var t in _inputs[input]) t.OnWatermark(watermark);
    }

    public void Idle(int input, bool idle)
    {
        foreach (var t in _inputs[input]) t.OnIdle(idle);
    }

    public void End(int input)
    {
        foreach (var t in _inputs[input]) t.OnEnd();
    }

    /// <summary>After a restore: what had ended says so again, to receivers that know nothing of it.</summary>
    public void RepeatEnds(Func<int, bool> inputEnded)
    {
        for (int i = 0; i < _inputs.Length; i++) if (inputEnded(i)) RepeatEnd(_inputs[i]);
        foreach (var n in _nodes) if (n.HasEnded) RepeatEnd(n.Targets);
    }

    /// <summary>Starts a flush of all operators, in order; it is done when the chain is quiet.</summary>
    public void Flush() => StartPass(ChainNode.ItemKind.Flush, 0);

    /// <summary>Tells operators that asked that processing time moved on.</summary>
    public void Tick(long nowMs)
    {
        ChainContext.Read(_contexts, nowMs);
        StartPass(ChainNode.ItemKind.Tick, nowMs);
    }

    /// <summary>Does one unit: one call of the last segment that can go on, or the next node of a flush or tick.</summary>
    public ChainStep Step()
    {
        bool quiet = true;
        foreach (var s in _segments)
        {
            if (s.Quiet) continue;
            quiet = false;
            if (s.Run()) return ChainStep.Worked;
        }

        if (!quiet) return ChainStep.Blocked;
        return _passAt < 0 ? ChainStep.Quiet : Pass();
    }

    /// <summary>Counters as a checkpoint keeps them, with the time that each operator was told and has told on.</summary>
    public ImmutableSortedDictionary<string, long> CounterImage()
    {
        var b = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        foreach (var (uid, counter) in Counters) b[$"{uid}/{counter.Name}"] = counter.Value;
        foreach (var n in _nodes)
        {
            b[$"{n.Uid}/{ToldName}"] = n.Told;
            b[$"{n.Uid}/{AdvancedName}"] = n.Advanced;
        }

        return b.ToImmutable();
    }

    private const string ToldName = "$told";
    private const string AdvancedName = "$advanced";

    private static void AddTails(IEnumerable<Tail> from, List<Target> to, List<Tail> all)
    {
        foreach (var t in from)
        {
            to.Add(new TailTarget(t));
            all.Add(t);
        }
    }

    private static void RepeatEnd(List<Target> targets)
    {
        foreach (var t in targets) if (t is TailTarget) t.OnEnd();
    }

    private void StartPass(ChainNode.ItemKind kind, long value)
    {
        if (_passAt >= 0) throw new InvalidOperationException("a pass is under way");
        (_pass, _passAt, _passValue) = (kind, 0, value);
    }

    private ChainStep Pass()
    {
        if (_passAt == _nodes.Length)
        {
            _passAt = -1;
            return ChainStep.Worked;
        }

        var node = _nodes[_passAt];
        if (node.Full) return ChainStep.Blocked;
        _passAt++;
        if (_pass == ChainNode.ItemKind.Flush || _contexts[node.Index].Due(_passValue)) node.Call(new ChainNode.Item(_pass, 0, null, null, null, _passValue));
        return ChainStep.Worked;
    }

    // Time and ends as the images have them: several images (another number of shards) count with their least.
    private void Restore(ChainSetup setup, Dictionary<int, int> byId)
    {
        if (setup.Images.IsEmpty) return;
        var images = setup.Images;
        for (int n = 0; n < _nodes.Length; n++)
        {
            var node = _nodes[n];
            node.Told = images.Min(i => i.Counters.GetValueOrDefault($"{node.Uid}/{ToldName}", long.MinValue));
            node.Advanced = images.Min(i => i.Counters.GetValueOrDefault($"{node.Uid}/{AdvancedName}", long.MinValue));
            var plan = setup.Stage.Nodes[n];
            for (int p = 0; p < node.Ports.Length; p++)
            {
                var from = plan.Inputs[p];
                node.Ports[p].Watermark = from.Node >= 0 ? _nodes[byId[from.Node]].Advanced
                    : images.Min(i => i.Ports.FirstOrDefault(x => x.Input == from.StageInput)?.Watermark ?? long.MinValue);
                node.Ports[p].Ended = from.Node >= 0 ? _nodes[byId[from.Node]].HasEnded
                    : images.All(i => i.Ports.Any(x => x.Input == from.StageInput && x.Ended));
            }

            node.HasEnded = Array.TrueForAll(node.Ports, p => p.Ended);
            foreach (var i in images) foreach (var (key, value) in i.Counters) _contexts[n].AddRestored(node.Uid, i, key, value);
        }
    }
}
