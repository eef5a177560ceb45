using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Runtime;

namespace OrleansStream.TestKit.Simulated;

/// <summary>A run of one generation, as the run grain does it: carries facts into the two protocols and their effects out.</summary>
#pragma warning disable CA1001 // Cancelled by its own end, never disposed: nothing waits on its handle.
public sealed class Run(Cluster cluster, Silo silo, ImmutableArray<long> recent)
#pragma warning restore CA1001
{
    private const long CommandMs = 2_000, StopMs = 5_000, StartMs = 120_000;

    private readonly Dictionary<string, ISplitEnumerator> _enumerators = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ICommitter> _committers = new(StringComparer.Ordinal);
    private readonly List<ShardHost> _orphans = [];
    private readonly CancellationTokenSource _ended = new();
    private JobState _job = JobState.New(checkpoints: true, recent);
    private CheckpointState? _checkpoint;
    private JobJournal _journal = null!;
    private Plan _plan = null!;
    private ShardTable? _table;

    public Silo Silo => silo;

    public bool Dead { get; set; }

    public bool Finished => _job.Phase == JobPhase.Over;

    public int Generation => _job.Generation;

    public JobPhase Phase => _job.Phase;

    /// <summary>Silos that have shards of it.</summary>
    public IEnumerable<string> Silos => _table?.Silos.SelectMany(s => s).Distinct(StringComparer.Ordinal) ?? [];

    /// <param name="plan">for the first generation; later ones have it from the journal.</param>
    public void Begin(Plan plan, string cause, bool askedFor) => Do(async () =>
    {
        var head = await silo.Journal.ReadAsync(cluster.Job, default);
        if (head.Desired?.State != DesiredState.Running) return;
        _journal = new JobJournal(silo.Journal, cluster.Job, head.Generation + 1, silo.Time, (_, _) => { });
        On(new JobFact.Begin(head, head.Plan is null ? PlanJson.Write(plan) : null, silo.Name, cause, askedFor, cluster.World.NowMs));
    });

    public void Stop(StopKind kind, string? savepoint = null) => On(new JobFact.StopAsked(kind, null, savepoint));

    public void On(object fact)
    {
        if (Dead || Finished || !silo.Alive) return;
        if (cluster.Planted == Planted.InstanceIgnored && fact is JobFact.Started && Phase == JobPhase.Running) return;
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
            if (Finished) _ended.Cancel();
        }
    }

    public override string ToString() => $"run g{Generation} on {silo.Name} {_job.Phase}{(Dead || !silo.Alive ? " dead" : "")} epoch {_checkpoint?.Open?.Epoch} {_checkpoint?.Open?.Phase}";

    /// <summary>A second host for a shard, as when its grain is activated anew: it takes the place of the old one in the hub and answers the run.</summary>
    public void Reactivate(Silo on, ShardSpec spec) => Later(() =>
    {
        if (!on.Alive || on.Paused || Finished || !on.Hosts.Remove((Generation, spec.Id), out var old)) return;
        _orphans.Add(old);
        var (host, error) = on.Open(spec, new JobQueue(cluster.Job, _plan.Stages.Length), $"{on.Name}.again");
        host?.Go();

        // What the generation began from may be dropped by now.
        cluster.Tell(on, Generation, host is null ? new JobFact.Failed(error!.Message, false, cluster.World.NowMs) : new JobFact.Started(spec.Id, host.Instance));
    });

    /// <summary>The grain of a shard is deactivated: its host is gone, and nobody is told.</summary>
    public static void Deactivate(Silo on, ShardSpec spec)
    {
        if (on.Hosts.Remove((spec.Generation, spec.Id), out var host)) _ = host.StopAsync();
    }

    private void Later(Action work) => cluster.World.Soon(() => { if (!Dead) work(); }, silo);

    private void Perform(object effect)
    {
        cluster.OnEffect(this, effect);

        // Whatever that did to this silo comes before.
        Later(() =>
        {
            if (effect is JobEffect j) Do(j);
            else Do((CheckpointEffect)effect);
        });
    }

    private void Do(Func<Task> work) => _ = DoAsync(work);

    private async Task DoAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException)
        {
        }
        catch (SiloDiedException)
        {
        }
        catch (FencedException)
        {
            On(new JobFact.Superseded(int.MaxValue));
        }
        catch (Exception e)
        {
            cluster.Failures.Add(e);
            On(new JobFact.Failed($"{e.GetType().Name}: {e.Message}", cluster.IsFatal(e), cluster.World.NowMs));
        }
    }

    private void Do(JobEffect effect)
    {
        switch (effect)
        {
            case JobEffect.AppendBegin b: Do(() => BeginAsync(b)); break;
            case JobEffect.Prepare: Do(PrepareAsync); break;
            case JobEffect.StartShards: Do(StartShardsAsync); break;
            case JobEffect.Recommit: Do(RecommitAsync); break;
            case JobEffect.Go: Each(s => s.Go(Generation)); break;
            case JobEffect.WantEpoch w: On(new CheckpointFact.Wanted(cluster.World.NowMs, w.Final, w.Savepoint)); break;
            case JobEffect.StopShards: StopShards(); break;
            case JobEffect.AppendDesired d: Do(() => WriteDesiredAsync(new DesiredEntry(d.State, d.Reason))); break;
            case JobEffect.BeginNext n: cluster.World.After(n.DelayMs, () => { if (!Dead) cluster.Begin(silo, n.Cause, askedFor: false, _job.RecentMs); }, silo); break;
            default: break;
        }
    }

    private void Do(CheckpointEffect effect)
    {
        switch (effect)
        {
            case CheckpointEffect.BeginEpoch b: Each(s => s.BeginEpoch(Generation, b.Commands)); break;
            case CheckpointEffect.Publish p: Do(() => PublishAsync(p)); break;
            case CheckpointEffect.Commit c: Do(() => CommitAsync(c.Manifest)); break;
            case CheckpointEffect.Drop d: Do(() => DropAsync(d.Parts)); break;
            case CheckpointEffect.Completed c: On(new JobFact.EpochCompleted(c.Epoch, c.Last, c.Final)); break;
            case CheckpointEffect.Keep k: Do(() => KeepAsync(k)); break;
            case CheckpointEffect.StandDown: On(new JobFact.Superseded(int.MaxValue)); break;

            // Whoever waits for a sink or a disk makes progress as far as it can: a new generation would wait for the same.
            case CheckpointEffect.Overdue when cluster.Planted == Planted.OverdueIgnored: break;
            case CheckpointEffect.Overdue o when ShardWait.Excuses(Hosts(o.Missing).Select(h => h.Status()).Select(s => (s.BlockedBy, s.Checkpointing))): break;
            case CheckpointEffect.Overdue o: On(new JobFact.Failed($"epoch {o.Epoch} overdue: {string.Join(' ', o.Missing)}", false, cluster.World.NowMs)); break;
            default: break;
        }
    }

    private async Task BeginAsync(JobEffect.AppendBegin begin)
    {
        bool won = await _journal.BeginAsync(begin.Seen, begin.Entry, _ended.Token);
        if (won)
        {
            cluster.Runs[Generation] = this;
            Tick();
        }

        On(new JobFact.Begun(won));
    }

    private async Task PublishAsync(CheckpointEffect.Publish publish)
    {
        var m = publish.Manifest;
        if (cluster.Planted == Planted.CommitBeforePublish)
        {
            await CommitAllAsync(m);
            cluster.OnEffect(this, publish);
            if (Dead) return;
        }

        if (cluster.Planted == Planted.JournalWithoutFence)
        {
            var head = await silo.Journal.ReadAsync(cluster.Job, default);
            On(new CheckpointFact.Published(m.Epoch, await silo.Journal.TryAppendAsync(cluster.Job, head.Version, new PublishEntry(Generation, m.Epoch, m), default)));
            return;
        }

        On(new CheckpointFact.Published(m.Epoch, await _journal.AppendAsync(new PublishEntry(Generation, m.Epoch, m), h => h.Publish?.Epoch == m.Epoch, null, _ended.Token)));
    }

    private async Task WriteDesiredAsync(DesiredEntry entry)
    {
        bool won = await _journal.AppendAsync(entry, h => h.Desired?.State == entry.State, null, _ended.Token);
        On(new JobFact.DesiredWritten(won, won ? Generation : Generation + 1));
    }

    private async Task SweepAsync(Manifest? from)
    {
        ImmutableArray<string> names = [];
        await RetryAsync(async () => names = await silo.Parts.ListAsync($"{cluster.Job}/", _ended.Token));
        var dead = Leftovers.Parts(cluster.Job, Generation, names, from);
        if (!dead.IsEmpty) await DropAsync(dead);
    }

    private async Task DropAsync(ImmutableArray<string> parts)
    {
        if (!await _journal.AppendAsync(new DropEntry(Generation, parts), _ => false, null, _ended.Token)) return;
        foreach (string part in parts) await RetryAsync(() => silo.Parts.DeleteAsync(part, _ended.Token));
    }

    private async Task PrepareAsync()
    {
        var head = await _journal.ReadAsync(_ended.Token);
        _plan = PlanJson.Read(head.Plan!);
        var manifest = head.Publish?.Manifest;
        var shards = cluster.Rescaled ?? Assign.Shards(_plan);
        _table = Assign.Place(shards, [.. silo.Agent.Live.Select(s => new SiloOffer(s))]);
        var sources = _plan.Stages.SelectMany(s => s.Inputs.OfType<SourceInput>().Select(i => (i, s.Id))).ToArray();
        _checkpoint = CheckpointProtocol.Start(Generation, _table.All, manifest, sources.Select(s => (s.i.Uid, s.Id)), timeoutMs: 10_000);
        foreach (var (source, stage) in sources)
        {
            var e = silo.Services.Connectors(source.Table.Connector).CreateEnumerator(new SourceContext(source.Table, source.Projection, shards[stage], silo.Services.ConnectorServices));
            if (manifest is not null && manifest.Enumerators.TryGetValue(source.Uid, out var image)) e.Restore(image.Bytes);
            _enumerators.Add(source.Uid, e);
            var found = await e.DiscoverAsync(default);
            On(new CheckpointFact.SplitsFound(source.Uid, found, e.Finished, e.Snapshot()));
        }

        foreach (var node in _plan.Stages.SelectMany(s => s.Nodes))
        {
            if (node.Spec is SinkSpec sink)
                _committers.Add(node.Uid, silo.Services.Connectors(sink.Table.Connector).CreateCommitter(new SinkContext(cluster.Job.ToString(), node.Uid, sink.Table, sink.Changelog, Generation, -1, silo.Services.ConnectorServices)));
        }

        On(new JobFact.Prepared([.. _table.All]));
    }

    private Task StartShardsAsync()
    {
        var manifest = _checkpoint!.Published;
        _checkpoint = CheckpointProtocol.StartSplits(_checkpoint, out var splits);
        foreach (var id in _table!.All)
        {
            var images = ShardSpec.ImagesFor(manifest, _plan.Stages[id.Stage], id, _table.Shards(id.Stage));
            var spec = new ShardSpec(cluster.Job, Generation, _plan, id, _table, images, splits.GetValueOrDefault(id, []));
            var on = cluster.Find(spec.Silo);
            cluster.Network.Call(silo, on, () => on!.Start(spec, _plan.Stages.Length), s =>
            {
                if (s.Error is null) On(new JobFact.Started(id, s.Instance));
                else
                {
                    cluster.Failures.Add(s.Error);
                    On(new JobFact.Failed(s.Error.Message, cluster.IsFatal(s.Error), cluster.World.NowMs));
                }
            }, e => On(new JobFact.Failed($"shard {id} on {spec.Silo}: {e.Message}", false, cluster.World.NowMs)), StartMs);
        }

        return Task.CompletedTask;
    }

    private async Task RecommitAsync()
    {
        var manifest = _checkpoint!.Published;
        if (manifest is not null && cluster.Planted != Planted.RecommitForgotten) await CommitAllAsync(manifest);
        foreach (var (uid, committer) in _committers)
            await RetryAsync(() => committer.AbortAsync(Generation, manifest?.Committables.GetValueOrDefault(uid, []) ?? [], _ended.Token));
        On(new JobFact.Recommitted());
        if (Generation > 1) Do(() => SweepAsync(manifest));
    }

    private async Task KeepAsync(CheckpointEffect.Keep keep)
    {
        var head = await _journal.ReadAsync(_ended.Token);
        var savepoint = Savepoint.Of(keep.Manifest, cluster.Job, keep.Savepoint, cluster.World.NowMs, head.Plan!);
        await RetryAsync(() => new SavepointStore(silo.Parts).PublishAsync(savepoint, cluster.Job.Tenant, _ended.Token));
        On(new CheckpointFact.Kept(keep.Manifest.Epoch));
    }

    private async Task CommitAsync(Manifest manifest)
    {
        await CommitAllAsync(manifest);
        On(new CheckpointFact.Committed(manifest.Epoch));
    }

    private async Task CommitAllAsync(Manifest manifest)
    {
        foreach (var (uid, committer) in _committers)
            await RetryAsync(() => committer.CommitAsync(Generation, manifest.Epoch, manifest.Committables.GetValueOrDefault(uid, []), _ended.Token));
    }

    private async Task RetryAsync(Func<ValueTask> work) => await Retry.UntilDoneAsync(async () =>
    {
        await work();
        return true;
    }, e => e is IOException, _ => { }, silo.Time, _ended.Token);

    private IEnumerable<ShardHost> Hosts(IEnumerable<ShardId> ids) => cluster.Silos.Values.SelectMany(s => ids.Where(i => s.Hosts.ContainsKey((Generation, i))).Select(i => s.Hosts[(Generation, i)]));

    // A command may be repeated: one that was not answered is sent again for as long as its silo lives.
    private void Each(Action<Silo> command)
    {
        foreach (string name in Silos.Order(StringComparer.Ordinal)) Command(name, command);
    }

    private void Command(string name, Action<Silo> command)
    {
        var to = cluster.Find(name);
        cluster.Network.Call(silo, to, () =>
        {
            command(to!);
            return 0;
        }, _ => { }, e =>
        {
            if (Dead || Finished) return;
            if (e is LinkBrokenException) On(new JobFact.Failed($"silo {name} is gone", false, cluster.World.NowMs));
            else if (silo.Agent.IsLive(name)) Command(name, command);
        }, CommandMs);
    }

    private void StopShards()
    {
        foreach (var o in _orphans) _ = o.StopAsync();
        string[] silos = [.. Silos.Order(StringComparer.Ordinal)];
        int open = silos.Length;
        void Answered()
        {
            if (--open == 0) On(new JobFact.ShardsStopped());
        }

        if (open == 0) On(new JobFact.ShardsStopped());
        foreach (string name in silos)
        {
            var to = cluster.Find(name);
            cluster.Network.Call(silo, to, () =>
            {
                to!.StopOlder(Generation + 1);
                return 0;
            }, _ => Answered(), _ => Answered(), StopMs);
        }
    }

    private void Tick() => cluster.World.After(cluster.EpochMs > 0 ? cluster.EpochMs : 200, () =>
    {
        if (Finished || Dead) return;
        if (Phase is >= JobPhase.Starting and < JobPhase.Ending && Silos.FirstOrDefault(s => !silo.Agent.IsLive(s)) is { } lost)
            On(new JobFact.Failed($"silo {lost} is gone or does not answer", false, cluster.World.NowMs));
        if (Phase is JobPhase.Running or JobPhase.Stopping) On(new CheckpointFact.Clock(cluster.World.NowMs));
        if (Phase == JobPhase.Running && cluster.EpochMs > 0) On(new CheckpointFact.Wanted(cluster.World.NowMs));
        Tick();
    }, silo);
}
