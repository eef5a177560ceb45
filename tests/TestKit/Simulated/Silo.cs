using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Flow;
using OrleansStream.Runtime;

namespace OrleansStream.TestKit.Simulated;

/// <summary>One simulated silo: a hub, an executor driven by the world, and the hosts on it.</summary>
public sealed class Silo : IHostEvents
{
    private readonly Cluster _cluster;
    private int _over;

    public Silo(Cluster cluster, string name, int slot, int incarnation)
    {
        (_cluster, Name, Slot, Incarnation) = (cluster, name, slot, incarnation);
        var world = cluster.World;
        Time = new World.Clock(world, this);
        Hub = new ExchangeHub(Time);
        Executor = new Executor(0, Time);
        world.Add(Executor, this);
        (Journal, Parts) = (cluster.JournalOf(this), cluster.PartsOf(this));
        Services = new HostServices(
            name, Time, new SiloPool(this), Executor, Hub, (job, generation, id) => new Wire(this, job.ToString(), generation, id), Parts,
            c => c == "memory" ? cluster.Memory : cluster.Connectors(c), new MemoryServices(world), cluster.State, this);
        Agent = new Agent(cluster, this);
    }

    /// <summary>Unique to one life of a silo.</summary>
    public string Name { get; }

    /// <summary>What stays over its lives.</summary>
    public int Slot { get; }

    public int Incarnation { get; }

    public TimeProvider Time { get; }

    /// <summary>The stores as this silo reaches them.</summary>
    public IJournal Journal { get; }

    public IPartStore Parts { get; }

    public Agent Agent { get; }

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

    public void Suspect(ShardSpec shard, string silo, string reason, bool silent)
    {
        _cluster.Tell(this, shard.Generation, new JobFact.Failed($"silo {silo}: {reason}", false, World.NowMs), silent ? silo : null);
    }

    public void Superseded(ShardSpec shard, int generation)
    {
        _cluster.Tell(this, shard.Generation, new JobFact.Superseded(generation));
        StopOlder(generation);
    }

    /// <summary>Hosts of older generations stand down when their silo hears of a newer one, and none of them is started any more.</summary>
    public void StopOlder(int generation)
    {
        _over = Math.Max(_over, generation - 1);
        if (_cluster.Generation >= generation) Hub.Heard(_cluster.Job.ToString(), generation);
        foreach (var (key, host) in Hosts.Where(h => h.Key.Generation < generation).ToArray())
        {
            Hosts.Remove(key);
            _ = host.StopAsync();
        }
    }

    /// <summary>Starts a shard; asked again, the same.</summary>
    public (string Instance, Exception? Error) Start(ShardSpec spec, int stages)
    {
        if (spec.Generation <= _over) return ("", new IOException($"generation {spec.Generation} is over on {Name}"));
        if (Hosts.TryGetValue((spec.Generation, spec.Id), out var known)) return (known.Instance, null);
        StopOlder(spec.Generation);
        var (host, error) = Open(spec, new JobQueue(_cluster.Job, stages), Name);
        return (host?.Instance ?? "", error);
    }

    public void Go(int generation)
    {
        StopOlder(generation);
        foreach (var host in Hosts.Where(h => h.Key.Generation == generation)) host.Value.Go();
    }

    public void BeginEpoch(int generation, ImmutableSortedDictionary<ShardId, EpochCommand> commands)
    {
        foreach (var (key, host) in Hosts.OrderByDescending(h => h.Key.Id)) if (key.Generation == generation && commands.TryGetValue(key.Id, out var command)) host.BeginEpoch(command);
    }

    internal (ShardHost? Host, Exception? Error) Open(ShardSpec spec, JobQueue queue, string instance)
    {
        try
        {
            var host = Simulated.Cluster.Now(ShardStart.OpenAsync(spec, Services, queue, instance, default));
            Hosts[(spec.Generation, spec.Id)] = host;
            return (host, null);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return (null, e);
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

/// <summary>Whoever did something on this silo is gone, in the middle of it.</summary>
public sealed class SiloDiedException(string silo) : Exception($"silo {silo} has died");
