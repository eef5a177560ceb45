using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using OrleansStream.Runtime;

namespace OrleansStream.TestKit.Simulated;

/// <summary>
/// Silos, stores and one job in a simulated world: the real hosts, hubs, links, gates, chains and protocols; only network, disk, time and threads are played.
/// </summary>
public sealed class Cluster
{
    private readonly Stores _stores;
    private int _incarnations;
    private Plan? _submitted;

    /// <param name="stores">null = in memory.</param>
    public Cluster(int? seed, int silos, Func<KeyGroupRange, IShardState> state, Planted planted = Planted.None, Stores? stores = null)
    {
        World = new World(seed);
        Network = new Network(World);
        Planted = planted;
        Watched = new WatchedFrames(Break);
        State = planted == Planted.RangeIgnored ? range => new KeepsAll(state(range)) : state;
        _stores = stores ?? new MemoryStores();
        Memory = new MemoryConnector(positions: planted != Planted.ReaderForgetsPosition, swallows: planted == Planted.SinkErrorSwallowed) { Committing = CheckCommit };
        for (int i = 0; i < silos; i++) Boot(i);
    }

    public World World { get; }

    public Network Network { get; }

    /// <summary>By name, the dead ones too until they are booted again: what membership would say.</summary>
    public SortedDictionary<string, Silo> Silos { get; } = new(StringComparer.Ordinal);

    public MemoryConnector Memory { get; }

    public Planted Planted { get; }

    /// <summary>Connectors besides <c>memory</c>.</summary>
    public Func<string, Connector> Connectors { get; set; } = name => throw new KeyNotFoundException($"no connector '{name}'");

    public Func<KeyGroupRange, IShardState> State { get; }

    public List<Exception> Failures { get; } = [];

    public JobKey Job { get; } = new("t", "j");

    /// <summary>Runs by generation; a run dies with its silo.</summary>
    public SortedDictionary<int, Run> Runs { get; } = [];

    /// <summary>Called when a step of the protocols is about to be done: tests crash runs here, at each in turn.</summary>
    public Action<Run, object> OnEffect { get; set; } = (_, _) => { };

    /// <summary>Interval between epochs in ms; 0 = only the last one.</summary>
    public long EpochMs { get; set; }

    public Func<Exception, bool> IsFatal { get; set; } = e => e is MalformedRecordException or Engine.Flow.NullRowtimeException or InvalidOperationException;

    /// <summary>Shards per stage of the generation that begins next; null = as the plan says.</summary>
    public ImmutableArray<int>? Rescaled { get; set; }

    public WatchedFrames Watched { get; }

    public IReadOnlyList<JournalEntry> Entries => _stores.Entries(Job);

    public IEnumerable<string> Parts => _stores.Parts;

    /// <summary>The journal's current generation.</summary>
    public int Generation => Head().Generation;

    /// <summary>The silo of a name, if it lives.</summary>
    public Silo? Find(string name) => Silos.TryGetValue(name, out var silo) && silo.Alive ? silo : null;

    /// <summary>Starts a silo; a dead one in its slot is forgotten.</summary>
    public Silo Boot(int slot)
    {
        foreach (string dead in Silos.Where(s => s.Value.Slot == slot).Select(s => s.Key).ToArray()) Silos.Remove(dead);
        int incarnation = _incarnations++;
        var silo = new Silo(this, $"s{slot}{(incarnation > slot ? "." + incarnation : "")}", slot, incarnation);
        Silos[silo.Name] = silo;
        return silo;
    }

    public static void Crash(Silo silo) => silo.Alive = false;

    public JournalHead Head() => _stores.Head(Job);

    public void Submit(Plan plan)
    {
        _submitted = plan;
        Start(10_000);
    }

    /// <summary>Starts a job that does not run: its desired state, then a generation.</summary>
    public void Start(long maxSteps)
    {
        for (long i = 0; i < maxSteps; i++)
        {
            try
            {
                var head = Head();
                if (head.Desired?.State == DesiredState.Running) return;
                if (Silos.Values.FirstOrDefault(s => s is { Alive: true, Paused: false }) is { } silo && Now(silo.Journal.TryAppendAsync(Job, head.Version, new DesiredEntry(DesiredState.Running, null), default)))
                {
                    Begin(silo, "started", askedFor: true, []);
                    return;
                }
            }
            catch (Exception e) when (e is IOException or SiloDiedException)
            {
            }

            World.Step();
        }
    }

    /// <summary>A generation begins, if the job is to run. The first one has the plan from whoever submitted it.</summary>
    public void Begin(Silo silo, string cause, bool askedFor, ImmutableArray<long> recent)
    {
        var run = new Run(this, silo, recent);
        run.Begin(_submitted!, cause, askedFor);
    }

    /// <summary>Lets things happen until the job's outcome is in the journal. Throws when it takes too many steps or nothing can happen any more.</summary>
    public DesiredState RunToEnd(long maxSteps = 2_000_000)
    {
        for (long i = 0; i < maxSteps; i++)
        {
            if (Head().Desired is { State: not DesiredState.Running } d) return d.State;
            if (Broken is not null) throw new InvariantException(Broken);
            if (!World.Step()) throw new InvalidOperationException("nothing can happen any more: " + Describe());
        }

        throw new TimeoutException($"not at its end after {maxSteps} steps: " + Describe());
    }

    /// <summary>Lets ten seconds pass: whoever is left of older generations hears that the job is over.</summary>
    public void Settle()
    {
        for (long end = World.NowMs + 10_000; World.NowMs < end && World.Step();)
        {
        }
    }

    /// <summary>Says it to the run of a generation until it is answered or the generation is over, as agents do.</summary>
    /// <param name="silent">a silo that did not answer.</param>
    public void Tell(Silo from, int generation, object fact, string? silent = null)
    {
        if (!Runs.TryGetValue(generation, out var run) || run.Finished || Generation > generation) return;
        Network.Call(from, Find(run.Silo.Name), () =>
        {
            if (silent is not null) run.Silo.Agent.Refused(silent);
            run.On(fact);
            return 0;
        }, _ => { }, _ => World.After(200, () => Tell(from, generation, fact, silent), from), 1000);
    }

    /// <summary>The first invariant that did not hold; null = all did.</summary>
    public string? Broken { get; private set; }

    /// <summary>An invariant does not hold: whoever runs the world finds it, whatever those in between would catch.</summary>
    public void Break(string what) => Broken ??= what;

    public string Describe() => string.Join("; ", Silos.Values.SelectMany(s => s.Hosts.Values.Select(h => (s, h)))
        .Select(x => $"{x.s.Name}{(x.s.Alive ? "" : "†")} g{x.h.Spec.Generation} {x.h.Spec.Id} {x.h.Status().Mood} {x.h.Status().BlockedBy} e{x.h.Status().LastEpoch} {x.h.Status().Failure}"))
        + " | " + string.Join(", ", Runs.Values.Select(r => r.ToString()));

    internal IJournal JournalOf(Silo silo) => Planted switch
    {
        Planted.BeginIgnoresPublish => new UnfencedJournal(_stores.JournalOf(silo)),
        _ => _stores.JournalOf(silo),
    };

    internal IPartStore PartsOf(Silo silo) => Planted == Planted.DiskErrorSwallowed ? new SwallowingParts(_stores.PartsOf(silo)) : _stores.PartsOf(silo);

    public static T Now<T>(ValueTask<T> task) => task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("a store in memory completes at once");

    public static void Now(ValueTask task)
    {
        if (!task.IsCompleted) throw new InvalidOperationException("a store in memory completes at once");
        task.GetAwaiter().GetResult();
    }

    // I7: nothing is committed that is not in the journal.
    private void CheckCommit(int generation, long epoch)
    {
        var head = Head();
        if (generation > head.Generation || epoch > (head.Publish?.Epoch ?? 0))
            Break($"I7: generation {generation} commits epoch {epoch}, the journal is at {head.Generation} and {head.Publish?.Epoch}");
    }
}

/// <summary>What docs/INVARIANTS.md says does not hold.</summary>
public sealed class InvariantException(string message) : Exception(message);
