using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Runtime;

namespace OrleansStream.TestKit.Simulated;

/// <summary>A run of one generation, as the run grain does it: carries facts into the two protocols and their effects out.</summary>
public sealed class Run(Cluster cluster, Silo silo, ImmutableArray<long> recent)
{
    private readonly Dictionary<string, ISplitEnumerator> _enumerators = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ICommitter> _committers = new(StringComparer.Ordinal);
    private readonly List<ShardHost> _orphans = [];
    private JobState _job = JobState.New(checkpoints: true, recent);
    private CheckpointState? _checkpoint;
    private JournalHead _head = null!;
    private Plan _plan = null!;
    private ShardTable _table = null!;

    public Silo Silo => silo;

    public bool Dead { get; set; }

    public bool Finished => _job.Phase == JobPhase.Over;

    public int Generation => _job.Generation;

    public JobPhase Phase => _job.Phase;

    public void Begin(JournalHead seen, Plan? plan, string cause, bool askedFor)
    {
        _head = seen;
        On(new JobFact.Begin(seen, plan is null ? null : PlanJson.Write(plan), silo.Name, cause, askedFor, cluster.World.NowMs));
    }

    public void Stop(StopKind kind) => On(new JobFact.StopAsked(kind, null));

    public void On(object fact)
    {
        if (Dead || Finished) return;
        if (fact is CheckpointFact c)
        {
            if (_checkpoint is null) return;
            var effects = new List<CheckpointEffect>();
            _checkpoint = CheckpointProtocol.On(_checkpoint, c, effects);
            foreach (var e in effects) Later(() => Perform(e));
        }
        else
        {
            var effects = new List<JobEffect>();
            _job = JobProtocol.On(_job, (JobFact)fact, effects);
            foreach (var e in effects) Later(() => Perform(e));
        }
    }

    public override string ToString() => $"run g{Generation} on {silo.Name} {_job.Phase}{(Dead ? " dead" : "")} epoch {_checkpoint?.Open?.Epoch} {_checkpoint?.Open?.Phase}";

    private void Later(Action work) => cluster.World.Soon(() => { if (!Dead) work(); }, silo);

    private void Perform(object effect)
    {
        cluster.OnEffect(this, effect);
        if (Dead || !silo.Alive) return;
        if (silo.Paused) Later(() => Perform(effect));
        else if (effect is JobEffect j) Do(j);
        else Do((CheckpointEffect)effect);
    }

    private void Do(JobEffect effect)
    {
        switch (effect)
        {
            case JobEffect.AppendBegin b:
                bool won = Append(b.Seen, b.Entry);
                if (won) Announce();
                On(new JobFact.Begun(won));
                break;
            case JobEffect.Prepare: Prepare(); break;
            case JobEffect.StartShards: StartShards(); break;
            case JobEffect.Recommit: Recommit(); break;
            case JobEffect.Go:
                Each((s, h) => h.Go());
                if (cluster.EpochMs > 0) Tick();
                break;
            case JobEffect.WantEpoch w: On(new CheckpointFact.Wanted(cluster.World.NowMs, w.Final, w.Savepoint)); break;
            case JobEffect.StopShards:
                Each((s, h) => h.StopAsync());
                foreach (var o in _orphans) _ = o.StopAsync();
                On(new JobFact.ShardsStopped());
                break;
            case JobEffect.AppendDesired d: On(new JobFact.DesiredWritten(Append(_head.Version, new DesiredEntry(d.State, d.Reason)), cluster.Head().Generation)); break;
            case JobEffect.BeginNext n: cluster.World.After(n.DelayMs, () => BeginNext(n.Cause), silo); break;
            default: break;
        }
    }

    private void Announce()
    {
        cluster.Runs[Generation] = this;
        foreach (var (generation, run) in cluster.Runs) if (generation < Generation) cluster.World.Soon(() => run.On(new JobFact.Superseded(Generation)), run.Silo);
    }

    private void BeginNext(string cause)
    {
        var alive = cluster.Silos.Values.Where(s => s.Alive && !s.Paused).ToArray();
        if (cluster.Head().Generation == Generation && alive.Length > 0) cluster.Begin(null, alive[0], cause, askedFor: false, _job.RecentMs);
    }

    private void Do(CheckpointEffect effect)
    {
        switch (effect)
        {
            case CheckpointEffect.BeginEpoch b: Each((s, h) => h.BeginEpoch(b.Commands[h.Spec.Id])); break;
            case CheckpointEffect.Publish p:
                if (cluster.Planted == Planted.CommitBeforePublish)
                {
                    Commit(p.Manifest);
                    Later(() => { cluster.OnEffect(this, p); if (!Dead) Publish(p.Manifest); });
                }
                else Publish(p.Manifest);
                break;
            case CheckpointEffect.Commit c:
                if (Commit(c.Manifest)) On(new CheckpointFact.Committed(c.Manifest.Epoch));
                break;
            case CheckpointEffect.Drop d:
                if (Append(_head.Version, new DropEntry(Generation, d.Parts))) foreach (string p in d.Parts) Cluster.Sync(cluster.Parts.DeleteAsync(p, default));
                break;
            case CheckpointEffect.Completed c: On(new JobFact.EpochCompleted(c.Epoch, c.Last, c.Final)); break;
            case CheckpointEffect.Keep k:
                Cluster.Sync(new SavepointStore(cluster.Parts).PublishAsync(Savepoint.Of(k.Manifest, cluster.Job, k.Savepoint, cluster.World.NowMs, _head.Plan!), cluster.Job.Tenant, default));
                On(new CheckpointFact.Kept(k.Manifest.Epoch));
                break;
            case CheckpointEffect.StandDown: On(new JobFact.Superseded(cluster.Head().Generation)); break;

            case CheckpointEffect.Overdue o when ShardWait.Excuses(Hosts(o.Missing).Select(h => h.Status()).Select(s => (s.BlockedBy, s.Checkpointing))): break;
            case CheckpointEffect.Overdue o: On(new JobFact.Failed($"epoch {o.Epoch} overdue: {string.Join(' ', o.Missing)}", false, cluster.World.NowMs)); break;
            default: break;
        }
    }

    private void Publish(Manifest m) => On(new CheckpointFact.Published(m.Epoch, Append(_head.Version, new PublishEntry(Generation, m.Epoch, m))));

    private bool Append(long seen, JournalEntry entry)
    {
        if (!Cluster.Sync(cluster.Journal.TryAppendAsync(cluster.Job, seen, entry, default))) return false;
        _head = _head.After(entry);
        return true;
    }

    private void Prepare()
    {
        _plan = PlanJson.Read(_head.Plan!);
        var manifest = _head.Publish?.Manifest;
        var shards = cluster.Rescaled ?? Assign.Shards(_plan);
        _table = Assign.Place(shards, [.. cluster.Silos.Values.Where(s => s is { Alive: true, Paused: false }).Select(s => new SiloOffer(s.Name))]);
        var sources = _plan.Stages.SelectMany(s => s.Inputs.OfType<SourceInput>().Select(i => (i, s.Id))).ToArray();
        _checkpoint = CheckpointProtocol.Start(Generation, _table.All, manifest, sources.Select(s => (s.i.Uid, s.Id)), timeoutMs: 10_000);
        foreach (var (source, stage) in sources)
        {
            var e = silo.Services.Connectors(source.Table.Connector).CreateEnumerator(new SourceContext(source.Table, source.Projection, shards[stage], silo.Services.ConnectorServices));
            if (manifest is not null && manifest.Enumerators.TryGetValue(source.Uid, out var image)) e.Restore(image.Bytes);
            _enumerators.Add(source.Uid, e);
            var found = Cluster.Sync(e.DiscoverAsync(default));
            On(new CheckpointFact.SplitsFound(source.Uid, found, e.Finished, e.Snapshot()));
        }

        foreach (var node in _plan.Stages.SelectMany(s => s.Nodes))
        {
            if (node.Spec is SinkSpec sink)
                _committers.Add(node.Uid, silo.Services.Connectors(sink.Table.Connector).CreateCommitter(new SinkContext(cluster.Job.ToString(), node.Uid, sink.Table, sink.Changelog, Generation, -1, silo.Services.ConnectorServices)));
        }

        On(new JobFact.Prepared([.. _table.All]));
    }

    private void StartShards()
    {
        _checkpoint = CheckpointProtocol.StartSplits(_checkpoint!, out var splits);
        var manifest = _head.Publish?.Manifest;
        foreach (var id in _table.All)
        {
            var images = ShardSpec.ImagesFor(manifest, _plan.Stages[id.Stage], id, _table.Shards(id.Stage));
            var spec = new ShardSpec(cluster.Job, Generation, _plan, id, _table, images, splits.GetValueOrDefault(id, []));
            var on = cluster.Silos[spec.Silo];
            Later(() => Start(on, spec));
        }
    }

    private void Start(Silo on, ShardSpec spec)
    {
        var now = cluster.Silos[on.Name];
        if (!ReferenceEquals(now, on) || on.Paused || !on.Alive)
        {
            On(new JobFact.Failed($"silo {on.Name} is gone", false, cluster.World.NowMs));
            return;
        }

        on.Hub.Heard(cluster.Job.ToString(), Generation);
        on.StopOlder(Generation);
        var host = Cluster.Sync(ShardStart.OpenAsync(spec, on.Services, new JobQueue(cluster.Job, _plan.Stages.Length), $"{on.Name}.{on.Incarnation}", default));
        on.Hosts[(Generation, spec.Id)] = host;
        On(new JobFact.Started(spec.Id, host.Instance));
    }

    /// <summary>A second host for a shard, as when its grain is activated anew: it takes the place of the old one in the hub and answers the run.</summary>
    public void Reactivate(Silo on, ShardSpec spec) => Later(() =>
    {
        if (!on.Alive || on.Paused || Finished || !on.Hosts.Remove((Generation, spec.Id), out var old)) return;
        _orphans.Add(old);
        try
        {
            var host = Cluster.Sync(ShardStart.OpenAsync(spec, on.Services, new JobQueue(cluster.Job, _plan.Stages.Length), $"{on.Name}.{on.Incarnation}.again", default));
            host.Go();
            on.Hosts[(Generation, spec.Id)] = host;
            cluster.Tell(on, Generation, new JobFact.Started(spec.Id, host.Instance));
        }
        catch (FileNotFoundException e)
        {
            // What the generation began from is dropped by now.
            cluster.Tell(on, Generation, new JobFact.Failed(e.Message, false, cluster.World.NowMs));
        }
    });

    private void Recommit()
    {
        var manifest = _head.Publish?.Manifest;
        if (manifest is not null && !Commit(manifest)) return;
        try
        {
            foreach (var (uid, committer) in _committers)
                Cluster.Sync(committer.AbortAsync(Generation, manifest?.Committables.GetValueOrDefault(uid, []) ?? [], default));
        }
        catch (FencedException e)
        {
            On(new JobFact.Failed(e.Message, false, cluster.World.NowMs));
            return;
        }

        On(new JobFact.Recommitted());
    }

    private bool Commit(Manifest manifest)
    {
        try
        {
            foreach (var (uid, committer) in _committers)
                Cluster.Sync(committer.CommitAsync(Generation, manifest.Epoch, manifest.Committables.GetValueOrDefault(uid, []), default));
            return true;
        }
        catch (FencedException)
        {
            On(new JobFact.Superseded(cluster.Head().Generation));
            return false;
        }
    }

    private IEnumerable<ShardHost> Hosts(IEnumerable<ShardId> ids) => cluster.Silos.Values.SelectMany(s => ids.Where(i => s.Hosts.ContainsKey((Generation, i))).Select(i => s.Hosts[(Generation, i)]));

    private void Each(Action<Silo, ShardHost> act)
    {
        foreach (var s in cluster.Silos.Values)
        {
            foreach (var ((generation, _), host) in s.Hosts.ToArray())
                if (generation == Generation) cluster.World.Soon(() => act(s, host), s);
        }
    }

    private void Tick() => cluster.World.After(cluster.EpochMs, () =>
    {
        if (Finished || Dead) return;
        On(new CheckpointFact.Wanted(cluster.World.NowMs));
        On(new CheckpointFact.Clock(cluster.World.NowMs));
        Tick();
    }, silo);
}
