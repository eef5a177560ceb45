using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Flow;
using OrleansStream.Runtime;

namespace OrleansStream.TestKit.Simulated;

/// <summary>What can go wrong on the wire, as probabilities per message; all 0 = a perfect network.</summary>
public sealed record Faults(double Delay = 0, double Lost = 0, double LostAnswer = 0, double Duplicate = 0, long MaxDelayMs = 300)
{
    public static Faults None { get; } = new();
}

/// <summary>One simulated silo: a hub, an executor driven by the world, and the hosts on it.</summary>
public sealed class Silo : IHostEvents
{
    private readonly Cluster _cluster;

    public Silo(Cluster cluster, string name, int incarnation)
    {
        (_cluster, Name, Incarnation) = (cluster, name, incarnation);
        var world = cluster.World;
        Hub = new ExchangeHub(world);
        Executor = new Executor(0, world);
        world.Add(Executor, this);
        Services = new HostServices(
            name, world, new SiloPool(this), Executor, Hub, (job, generation, id) => new Wire(this, job.ToString(), generation, id), cluster.Parts,
            c => c == "memory" ? cluster.Memory : cluster.Connectors(c), new MemoryServices(world), cluster.State, this);
    }

    public string Name { get; }

    /// <summary>A restarted silo has the same name and another incarnation.</summary>
    public int Incarnation { get; }

    public bool Alive { get; set; } = true;

    /// <summary>Stopped for a while, like SIGSTOP: it does nothing, and goes on as if nothing had been.</summary>
    public bool Paused { get; set; }

    public ExchangeHub Hub { get; }

    public Executor Executor { get; }

    public HostServices Services { get; }

    public Dictionary<(int Generation, ShardId Id), ShardHost> Hosts { get; } = [];

    public World World => _cluster.World;

    public Cluster Cluster => _cluster;

    public void Ended(ShardSpec shard) => _cluster.Tell(this, shard.Generation, new JobFact.ShardEnded(shard.Id));

    public void Reported(ShardSpec shard, EpochReport report) => _cluster.Tell(this, shard.Generation, new CheckpointFact.Reported(report));

    public void Failed(ShardSpec shard, Exception cause)
    {
        _cluster.Failures.Add(cause);
        _cluster.Tell(this, shard.Generation, new JobFact.Failed($"{cause.GetType().Name}: {cause.Message}", _cluster.IsFatal(cause), World.NowMs));
    }

    public void Suspect(ShardSpec shard, string silo, string reason) =>
        _cluster.Tell(this, shard.Generation, new JobFact.Failed($"silo {silo}: {reason}", false, World.NowMs));

    public void Superseded(ShardSpec shard, int generation)
    {
        _cluster.Tell(this, shard.Generation, new JobFact.Superseded(generation));
        StopOlder(generation);
    }

    /// <summary>Hosts of older generations stand down when their silo hears of a newer one.</summary>
    public void StopOlder(int generation)
    {
        foreach (var (key, host) in Hosts.Where(h => h.Key.Generation < generation).ToArray())
        {
            Hosts.Remove(key);
            _ = host.StopAsync();
        }
    }

    private sealed class SiloPool(Silo silo) : IPool
    {
        public void Queue(Action work) => silo.World.Soon(work, silo);
    }

    private sealed class MemoryServices(World world) : IServices
    {
        public TimeProvider Time => world;

        public string BaseDirectory => ".";

        public string Resolve(string optionValue) => optionValue;

        public void Print(string line)
        {
        }
    }
}

/// <summary>A link over the simulated network, with its faults.</summary>
internal sealed class Wire(Silo from, string job, int generation, LinkId id) : IExchangeLink
{
    private const long TimeoutMs = 1000;

    private Frame? _last;
    private long _shift;
    private long _arrived;

    public ValueTask<Answer> OfferAsync(Frame frame)
    {
        if (id.Silo == from.Name) return new(from.Hub.Offer(frame));
        var world = from.World;
        var faults = from.Cluster.Faults;
        var answer = new TaskCompletionSource<Answer>();
        if (!Reachable(out var to))
        {
            world.Soon(() => answer.TrySetException(new LinkBrokenException($"{id.Silo} refuses")), from);
            return new(answer.Task);
        }

        frame = Renumbered(frame);
        void Deliver()
        {
            if (from.Cluster.Cut.Contains((from.Name, to.Name))) return;
            var a = to.Hub.Offer(frame);
            if (!world.Chance(faults.LostAnswer) && !from.Cluster.Cut.Contains((to.Name, from.Name))) Later(faults, () => answer.TrySetResult(a), from);
        }

        if (Planted == Planted.OrderIgnored)
        {
            Later(faults, () => to.Hub.Offer(frame with { Sequence = _arrived++ }), to);
            world.After(1, () => answer.TrySetResult(new Answer(AnswerKind.Taken)), from);
            return new(answer.Task);
        }

        bool lost = world.Chance(faults.Lost);
        if (!lost) Later(faults, Deliver, to);
        else if (Planted == Planted.LossUnnoticed)
        {
            _shift--;
            Later(faults, () => answer.TrySetResult(new Answer(AnswerKind.Taken)), from);
        }

        if (world.Chance(faults.Duplicate)) Repeat(frame, to, Deliver);
        world.After(TimeoutMs, () => answer.TrySetException(new TimeoutException($"no answer from {id.Silo}")), from);
        return new(answer.Task);
    }

    public ValueTask<bool> ReadyAsync()
    {
        var world = from.World;
        var ready = new TaskCompletionSource<bool>();
        if (!Reachable(out var to))
        {
            world.Soon(() => ready.TrySetException(new LinkBrokenException($"{id.Silo} refuses")), from);
            return new(ready.Task);
        }

        if (from.Cluster.Cut.Contains((from.Name, to.Name)) || from.Cluster.Cut.Contains((to.Name, from.Name)))
        {
            world.After(2 * TimeoutMs, () => ready.TrySetException(new TimeoutException($"no answer from {id.Silo}")), from);
            return new(ready.Task);
        }

        world.Soon(() => to.Hub.WhenReady(job, generation, id, ok => world.Soon(() => ready.TrySetResult(ok), from)), to);
        world.After(TimeoutMs, () => ready.TrySetResult(false), from);
        return new(ready.Task);
    }

    private Planted Planted => from.Cluster.Planted;

    // What the planted mistakes do to numbers: frames that were lost leave no hole, frames that came twice were two.
    private Frame Renumbered(Frame frame)
    {
        if (Planted == Planted.AnswerLostSentAnew && ReferenceEquals(frame, _last)) _shift++;
        _last = frame;
        return _shift == 0 ? frame : frame with { Sequence = frame.Sequence + _shift };
    }

    private void Repeat(Frame frame, Silo to, Action deliver)
    {
        if (Planted != Planted.FramesTakenTwice)
        {
            from.World.After(1 + from.World.Random.Next(500), deliver, to);
            return;
        }

        _shift++;
        from.World.Soon(() => to.Hub.Offer(frame with { Sequence = frame.Sequence + 1 }), to);
    }

    private bool Reachable(out Silo to) => from.Cluster.Silos.TryGetValue(id.Silo, out to!) && to.Alive;

    private void Later(Faults faults, Action work, Silo owner)
    {
        if (from.World.Chance(faults.Delay)) from.World.After(1 + from.World.Random.NextInt64(faults.MaxDelayMs), work, owner);
        else from.World.Soon(work, owner);
    }
}
