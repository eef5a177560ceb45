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
    private int _incarnations;
    private Plan? _submitted;

    public Cluster(int? seed, int silos, Func<KeyGroupRange, IShardState> state, Planted planted = Planted.None)
    {
        World = new World(seed);
        Planted = planted;
        State = planted == Planted.RangeIgnored ? range => new KeepsAll(state(range)) : state;
        Journal = new MemoryJournal(fenced: planted != Planted.JournalWithoutFence, beginsFenced: planted != Planted.BeginIgnoresPublish);
        Parts = new MemoryParts(swallows: planted == Planted.DiskErrorSwallowed);
        Memory = new MemoryConnector(positions: planted != Planted.ReaderForgetsPosition);
        for (int i = 0; i < silos; i++) Boot($"s{i}");
    }

    public World World { get; }

    public Dictionary<string, Silo> Silos { get; } = [];

    public MemoryJournal Journal { get; }

    public MemoryParts Parts { get; }

    public MemoryConnector Memory { get; }

    public Planted Planted { get; }

    /// <summary>Connectors besides <c>memory</c>.</summary>
    public Func<string, Connector> Connectors { get; set; } = name => throw new KeyNotFoundException($"no connector '{name}'");

    public Faults Faults { get; set; } = Faults.None;

    /// <summary>Ways (from, to) on which nothing comes through just now.</summary>
    public HashSet<(string From, string To)> Cut { get; } = [];

    public Func<KeyGroupRange, IShardState> State { get; }

    public List<Exception> Failures { get; } = [];

    public JobKey Job { get; } = new("t", "j");

    /// <summary>Runs that live, by generation; a run dies with its silo.</summary>
    public SortedDictionary<int, Run> Runs { get; } = [];

    /// <summary>Called when a step of the protocols is about to be done: tests crash runs here, at each in turn.</summary>
    public Action<Run, object> OnEffect { get; set; } = (_, _) => { };

    /// <summary>Interval between epochs in ms; 0 = only the last one.</summary>
    public long EpochMs { get; set; }

    public Func<Exception, bool> IsFatal { get; set; } = e => e is MalformedRecordException or Engine.Flow.NullRowtimeException or InvalidOperationException;

    /// <summary>Shards per stage of the generation that begins next; null = as the plan says.</summary>
    public ImmutableArray<int>? Rescaled { get; set; }

    public Silo Boot(string name)
    {
        var silo = new Silo(this, name, _incarnations++);
        Silos[name] = silo;
        return silo;
    }

    public void Crash(string name)
    {
        Silos[name].Alive = false;
        foreach (var run in Runs.Values.Where(r => r.Silo.Name == name)) run.Dead = true;
    }

    public JournalHead Head() => Sync(Journal.ReadAsync(Job, default));

    public void Submit(Plan plan)
    {
        Sync(Journal.TryAppendAsync(Job, 0, new DesiredEntry(DesiredState.Running, null), default));
        _submitted = plan;
        Begin(plan, Silos.Values.First(s => s.Alive), "submitted", askedFor: true, []);
        Reconcile();
    }

    public void Begin(Plan? plan, Silo silo, string cause, bool askedFor, ImmutableArray<long> recent)
    {
        // Whoever begins the first generation has the plan from whoever submitted it.
        plan ??= Head().Plan is null ? _submitted : null;
        var run = new Run(this, silo, recent);
        run.Begin(Head(), plan, cause, askedFor);
    }

    /// <summary>Lets things happen until the job's outcome is in the journal. Throws when it takes too many steps or nothing can happen any more.</summary>
    public DesiredState RunToEnd(long maxSteps = 2_000_000)
    {
        for (long i = 0; i < maxSteps; i++)
        {
            if (Head().Desired is { State: not DesiredState.Running } d) return d.State;
            if (!World.Step()) throw new InvalidOperationException("nothing can happen any more: " + Describe());
        }

        throw new TimeoutException($"not at its end after {maxSteps} steps: " + Describe());
    }

    /// <summary>Says it to the run of a generation, if it lives and the sender does.</summary>
    public void Tell(Silo from, int generation, object fact)
    {
        if (!Runs.TryGetValue(generation, out var run)) return;
        if (Cut.Contains((from.Name, run.Silo.Name)))
        {
            // A connection that breaks delivers later or never; agents repeat what was not answered.
            World.After(500, () => Tell(from, generation, fact), from);
            return;
        }

        if (World.Chance(Faults.Delay)) World.After(1 + World.Random.NextInt64(Faults.MaxDelayMs), () => run.On(fact), run.Silo);
        else World.Soon(() => run.On(fact), run.Silo);
    }

    public string Describe() => string.Join("; ", Silos.Values.SelectMany(s => s.Hosts.Values.Select(h => (s, h)))
        .Select(x => $"{x.s.Name}{(x.s.Alive ? "" : "†")} g{x.h.Spec.Generation} {x.h.Spec.Id} {x.h.Status().Mood} {x.h.Status().BlockedBy} e{x.h.Status().LastEpoch} {x.h.Status().Failure}"))
        + " | " + string.Join(", ", Runs.Values.Select(r => r.ToString()));

    internal static T Sync<T>(ValueTask<T> task) => task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("a store in memory completes at once");

    internal static void Sync(ValueTask task)
    {
        if (!task.IsCompleted) throw new InvalidOperationException("a store in memory completes at once");
        task.GetAwaiter().GetResult();
    }

    // Once a second, as agents do: a job that ought to run and whose run is gone gets a new generation.
    private void Reconcile() => World.After(1000, () =>
    {
        var head = Head();
        if (head.Desired?.State != DesiredState.Running) return;
        if (Silos.Values.FirstOrDefault(s => s.Alive && !s.Paused) is { } silo && !Runs.Values.Any(r => !r.Dead && !r.Silo.Paused && r.Generation >= head.Generation && !r.Finished))
            Begin(null, silo, "run lost", askedFor: false, []);
        Reconcile();
    }, null);
}
