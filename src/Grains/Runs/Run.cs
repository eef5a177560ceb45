using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;
using OrleansStream.Grains.Jobs;
using OrleansStream.Grains.Shards;
using OrleansStream.Runtime;
using JobState = OrleansStream.Engine.Checkpoints.JobState;
using StopKind = OrleansStream.Engine.Checkpoints.StopKind;

namespace OrleansStream.Grains.Runs;

/// <summary>
/// Carries facts into the two protocols of a generation and their effects out. Used on the turns of its grain only: an effect that waits is started, and what comes of
/// it is told as a fact. The protocols decide, this only does.
/// </summary>
#pragma warning disable CA1001 // Disposed by its own end.
internal sealed class Run(RunServices services, JobKey job, int generation, ILogger log, Action<Run> over)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _leaving = new();
    private readonly JobJournal _journal = new(services.Journal, job, generation, services.Time, (what, e) => Log.JournalFailed(log, job, generation, what, e));
    private readonly Queue<object> _facts = new();
    private bool _taking;
    private bool _draining;
    private string? _moving;
    private readonly HashSet<string> _kept = [];
    private ImmutableArray<string> _wishes = [];
    private bool _looking;
    private JobState _state = JobState.New(true, []);
    private CheckpointState? _epochs;
    private RunSettings _settings = RunSettings.From(ImmutableSortedDictionary<string, string>.Empty);
    private RunSources? _sources;
    private RunSinks? _sinks;
    private ImmutableSortedDictionary<ShardId, ImmutableArray<ShardSplits>> _splits = ImmutableSortedDictionary<ShardId, ImmutableArray<ShardSplits>>.Empty;
    private long _lastEpochMs;

    public JobKey Job => job;

    public int Generation => generation;

    public JobPhase Phase => _state.Phase;

    public DateTimeOffset Now => services.Time.GetUtcNow();

    /// <summary>Last checkpoint; 0 = none.</summary>
    public long PublishedEpoch => _epochs?.Published?.Epoch ?? 0;

    /// <summary>Why this generation was begun.</summary>
    public string Cause { get; private set; } = "";

    public RunShards? Shards { get; private set; }

    public Plan? Plan { get; private set; }

    public RunHistory History { get; } = new();

    /// <summary>Completes when the next generation has been begun, after its back-off; until then this run still answers for the job.</summary>
    public Task Next { get; private set; } = Task.CompletedTask;

    /// <summary>Begins, unless the journal has moved on or the job is not to run.</summary>
    public async Task BeginAsync(RunBegin begin)
    {
        if (_state.Phase != JobPhase.New) return;
        Cause = begin.Cause;
        var head = await _journal.ReadAsync(_ended.Token);
        if (_state.Phase != JobPhase.New) return;
        if (head.Generation != generation - 1 || head.Desired?.State != DesiredState.Running || (begin.Plan ?? head.Plan) is null)
        {
            over(this);
            return;
        }

        bool checkpoints = TakesCheckpoints(PlanJson.Read(begin.Plan ?? head.Plan!));
        if (!checkpoints && generation > 1)
        {
            await GiveUpAsync(head, begin.Cause);
            return;
        }

        _state = JobState.New(checkpoints, begin.RecentMs);
        Tell(new JobFact.Begin(head, begin.Plan, services.Agents.Here, begin.Cause, begin.AskedFor, NowMs()));
    }

    public void Tell(JobFact fact) => Take(fact);

    public void Tell(CheckpointFact fact) => Take(fact);

    /// <summary>Something went wrong: another generation, or the end of the job if the same would happen again.</summary>
    public void Fail(JobFault fault, bool fatal)
    {
        if (_state.Phase >= JobPhase.Ending) return;
        Log.RunFails(log, job, generation, fault.Message, fatal);
        History.Faults.Add(fault);
        Tell(new JobFact.Failed(fault.Message, fatal, NowMs()));
    }

    /// <summary>A savepoint is wanted: of the next checkpoint once all shards run.</summary>
    public void Keep(string savepoint)
    {
        if (_kept.Contains(savepoint)) return;
        if (_state.Phase == JobPhase.Running) Tell(new CheckpointFact.Wanted(NowMs(), Savepoint: savepoint));
        else if (!_wishes.Contains(savepoint)) _wishes = _wishes.Add(savepoint);
    }

    /// <summary>Ends this generation after a checkpoint, and leaves the desired state as it is.</summary>
    public void Drain()
    {
        if (_draining) return;
        _draining = true;
        _leaving.Cancel();
        if (_state is { Phase: JobPhase.Running, Checkpoints: true }) Move("the silo of its run is stopping");
        else if (!_state.Checkpoints) Fail(new JobFault(FaultCodes.Lost, "its silo is stopping", null, services.Time.GetUtcNow()), true);
        else StandDown();
    }

    // The shards stand still after the final epoch, and the next generation goes on from there, elsewhere.
    private void Move(string why)
    {
        if (_moving is not null) return;
        _moving = why;
        Tell(new CheckpointFact.Wanted(NowMs(), Final: true));
    }

    /// <summary>Called about twice a second: intervals, time-outs, new splits.</summary>
    public void Tick()
    {
        if (_state.Phase is < JobPhase.Starting or >= JobPhase.Ending || _epochs is null) return;
        if (Shards!.Lost is { } silo)
        {
            Fail(new JobFault(FaultCodes.Lost, $"silo {silo} is gone or does not answer", null, Now), false);
            return;
        }

        if (_state is { Phase: JobPhase.Running, Checkpoints: true } && Shards.Leaving is { } leaving) Move($"silo {leaving} is stopping");
        if (_state.Phase is not (JobPhase.Running or JobPhase.Stopping)) return;
        long now = NowMs();
        Tell(new CheckpointFact.Clock(now));
        if (_state.Phase != JobPhase.Running) return;
        if (_state.Checkpoints && _settings.Interval > TimeSpan.Zero && _epochs.Open is null && now - _lastEpochMs >= _settings.Interval.TotalMilliseconds)
            Tell(new CheckpointFact.Wanted(now));
        if (!_looking && _sources is { Finished: false }) Do(LookAsync);
    }

    private static bool TakesCheckpoints(Plan plan) => RunSinks.Of(plan).All(s => s.Sink.Table.Connector != CollectConnector.ConnectorName);

    private void Take(object fact)
    {
        _facts.Enqueue(fact);
        if (_taking) return;
        _taking = true;
        try
        {
            while (_facts.TryDequeue(out object? next)) Step(next);
        }
        finally
        {
            _taking = false;
        }
    }

    private void Step(object fact)
    {
        if (fact is JobFact j)
        {
            var effects = new List<JobEffect>();
            var before = _state.Phase;
            _state = JobProtocol.On(_state, j, effects);
            if (_state.Phase != before) Log.RunPhase(log, job, generation, _state.Phase.ToString(), j.GetType().Name);
            foreach (var e in effects) Carry(e);
        }
        else if (_epochs is not null)
        {
            var effects = new List<CheckpointEffect>();
            _epochs = CheckpointProtocol.On(_epochs, (CheckpointFact)fact, effects);
            foreach (var e in effects) Carry(e);
        }
    }

    private void Carry(JobEffect effect)
    {
        switch (effect)
        {
            case JobEffect.AppendBegin b: Do(() => WriteBeginAsync(b)); break;
            case JobEffect.Prepare: Do(PrepareAsync); break;
            case JobEffect.StartShards: foreach (var s in _state.Shards) Do(async () => Tell(new JobFact.Started(s, await Shards!.StartAsync(s, _splits.GetValueOrDefault(s, []))))); break;
            case JobEffect.Recommit: Do(RecommitAsync); break;
            case JobEffect.Go:
                Do(() => Shards!.GoAsync());
                foreach (string savepoint in _wishes) Tell(new CheckpointFact.Wanted(NowMs(), Savepoint: savepoint));
                break;
            case JobEffect.WantEpoch w: Tell(new CheckpointFact.Wanted(NowMs(), w.Final, w.Savepoint)); break;
            case JobEffect.StopShards: Do(StopShardsAsync); break;
            case JobEffect.AppendDesired d: Do(() => WriteDesiredAsync(new DesiredEntry(d.State, d.Reason))); break;
            case JobEffect.BeginNext n: Next = BeginNextAsync(n); break;
            case JobEffect.Over o: End(o.Final); break;
            default: throw new InvalidOperationException($"no rule for {effect}");
        }
    }

    private void Carry(CheckpointEffect effect)
    {
        switch (effect)
        {
            case CheckpointEffect.BeginEpoch b:
                _lastEpochMs = NowMs();
                History.Began(b.Epoch, generation, Now, b.Commands.Values.Any(c => c.Savepoint is not null));
                Do(() => Shards!.BeginEpochAsync(b.Commands));
                break;
            case CheckpointEffect.Publish p:
                History.Reported(_epochs!.Open!.Reports.Values);
                Do(() => PublishAsync(p.Manifest));
                break;
            case CheckpointEffect.Commit c: Do(() => CommitAsync(c.Manifest)); break;
            case CheckpointEffect.Keep k: Do(() => KeepAsync(k)); break;
            case CheckpointEffect.Drop d: Do(() => DropAsync(d.Parts)); break;
            case CheckpointEffect.Completed c:
                History.Completed(_epochs!.Published!, services.Time.GetUtcNow());
                Tell(new JobFact.EpochCompleted(c.Epoch, c.Last, c.Final));
                if (_moving is { } why && c.Final && !c.Last) Tell(new JobFact.HandedOver(why));
                break;
            case CheckpointEffect.Overdue o: Do(() => OverdueAsync(o)); break;
            case CheckpointEffect.StandDown: StandDown(); break;
            default: throw new InvalidOperationException($"no rule for {effect}");
        }
    }

    // Rows of a SELECT have been seen: going on would show some of them twice.
    private async Task GiveUpAsync(JournalHead head, string cause)
    {
        string why = $"the query cannot go on: {cause}";
        if (await services.Journal.TryAppendAsync(job, head.Version, new DesiredEntry(DesiredState.Failed, why), _ended.Token))
        {
            History.Faults.Add(new JobFault(FaultCodes.Lost, why, null, Now));
            History.Final = DesiredState.Failed;
        }

        _state = _state with { Phase = JobPhase.Over };
        over(this);
    }

    private async Task WriteBeginAsync(JobEffect.AppendBegin begin)
    {
        bool won = await _journal.BeginAsync(begin.Seen, begin.Entry, _ended.Token);
        Tell(new JobFact.Begun(won));
        if (won && generation > 1) await NoteRestartAsync(begin.Entry);
    }

    // For people only: the grain that keeps the history may live on the silo whose death is the cause, and then does not answer until membership knows.
    private async Task NoteRestartAsync(BeginEntry entry)
    {
        try
        {
            await services.Grains.GetGrain<IJobRecord>(job.ToString()).RestartedAsync(new RestartStatus(generation, Now, entry.Cause, entry.FromEpoch, entry.AskedFor));
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            Log.Retried(log, job, generation, "note of the restart", e);
        }
    }

    private async Task PrepareAsync()
    {
        var head = await _journal.ReadAsync(_ended.Token);
        Plan = PlanJson.Read(head.Plan!);
        _settings = RunSettings.From(Plan.Settings);
        var from = head.Publish?.Manifest;
        Shards = new RunShards(services, job, generation, Plan, from);
        _sources = new RunSources(Plan, from, Shards.Table.Shards, services.Connectors, services.ConnectorServices);
        _sinks = new RunSinks(Plan, job, generation, services.Connectors, services.ConnectorServices);
        _epochs = CheckpointProtocol.Start(generation, Shards.Table.All, from, RunSources.Of(Plan), (long)_settings.Timeout.TotalMilliseconds);

        // Not told: this may itself run inside the taking of a fact, and the splits are dealt here.
        foreach (var found in await _sources.LookAsync(_ended.Token)) _epochs = CheckpointProtocol.On(_epochs, found, []);
        _epochs = CheckpointProtocol.StartSplits(_epochs, out _splits);
        // After a restore the first epoch is begun at once: what is read again becomes visible without another interval.
        _lastEpochMs = from is null ? NowMs() : 0;
        Tell(new JobFact.Prepared([.. Shards.Table.All]));
    }

    private async Task LookAsync()
    {
        _looking = true;
        try
        {
            foreach (var found in await _sources!.LookAsync(_ended.Token)) Tell(found);
        }
        finally
        {
            _looking = false;
        }
    }

    private async Task RecommitAsync()
    {
        // Null = older generations have published nothing, but they may have staged.
        var from = _epochs!.Published;
        if (from is not null) await CommitSinksAsync(from);
        foreach (string sink in _sinks!.Uids) await RetryAsync(_sinks.NameOf(sink), () => _sinks.AbortAsync(sink, from, _ended.Token));
        Tell(new JobFact.Recommitted());
        if (generation > 1) Do(() => SweepAsync(from));
    }

    private async Task PublishAsync(Manifest manifest)
    {
        bool won = await _journal.AppendAsync(
            new PublishEntry(generation, manifest.Epoch, manifest), h => h.Publish?.Epoch == manifest.Epoch, trouble => History.Trouble = trouble, _ended.Token);
        Tell(new CheckpointFact.Published(manifest.Epoch, won));
    }

    private async Task CommitAsync(Manifest manifest)
    {
        await CommitSinksAsync(manifest);
        Tell(new CheckpointFact.Committed(manifest.Epoch));
    }

    // Sink by sink: those before one that fails are committed already, and committing again changes nothing.
    private async Task CommitSinksAsync(Manifest manifest)
    {
        foreach (string sink in _sinks!.Uids) await RetryAsync(_sinks.NameOf(sink), () => _sinks.CommitAsync(sink, manifest, _ended.Token));
    }

    // The job's front door is told; should it not hear, it finds the savepoint itself.
    private async Task KeepAsync(CheckpointEffect.Keep keep)
    {
        var savepoint = Savepoint.Of(keep.Manifest, job, keep.Savepoint, NowMs(), PlanJson.Write(Plan!));
        await RetryAsync($"savepoint {keep.Savepoint}", () => new SavepointStore(services.Parts).PublishAsync(savepoint, job.Tenant, _ended.Token).AsTask());
        _kept.Add(keep.Savepoint);
        services.Grains.GetGrain<IJobRecord>(job.ToString()).SavepointAsync(JobSavepoints.Completed(savepoint)).Ignore();
        Tell(new CheckpointFact.Kept(keep.Manifest.Epoch));
    }

    // Not the end if a sink or a disk keeps it: the next generation would meet the same, and replay.
    private async Task OverdueAsync(CheckpointEffect.Overdue overdue)
    {
        var missing = overdue.Missing.ToHashSet();
        var rows = await Shards!.StatusAsync();
        if (ShardWait.Excuses(rows.Where(r => missing.Contains(new ShardId(r.Stage, r.Status.Shard))).Select(r => (r.Status.BlockedBy, r.Status.Checkpointing)))) return;
        if (_epochs!.Open is not { Phase: EpochPhase.Reporting } open || open.Epoch != overdue.Epoch || open.Reports.Keys.Any(missing.Contains)) return;
        string late = $"checkpoint {overdue.Epoch} was not reported in time by shards {string.Join(", ", overdue.Missing)}";
        History.Failed(overdue.Epoch, late);
        Fail(new JobFault(FaultCodes.Lost, late, null, Now), false);
    }

    // What older generations have stored for epochs that they never published.
    private async Task SweepAsync(Manifest? from)
    {
        ImmutableArray<string> names = [];
        await RetryAsync("parts", async () => names = await services.Parts.ListAsync($"{job}/", _ended.Token));
        var dead = Leftovers.Parts(job, generation, names, from);
        if (!dead.IsEmpty) await DropAsync(dead);
    }

    private async Task DropAsync(ImmutableArray<string> parts)
    {
        // The entry first: what was deleted without it might still be read by somebody.
        if (!await _journal.AppendAsync(new DropEntry(generation, parts), _ => false, null, _ended.Token)) return;
        foreach (string part in parts) await RetryAsync("drop", () => services.Parts.DeleteAsync(part, _ended.Token).AsTask());
    }

    private async Task StopShardsAsync()
    {
        if (Shards is not null) History.Last = await Shards.StopAsync();
        Tell(new JobFact.ShardsStopped());
    }

    private async Task WriteDesiredAsync(DesiredEntry entry)
    {
        bool won = await _journal.AppendAsync(entry, h => h.Desired?.State == entry.State, null, _ended.Token);
        Tell(new JobFact.DesiredWritten(won, won ? generation : generation + 1));
    }

    // Not cancelled by the end of this run: it is its last act.
    private async Task BeginNextAsync(JobEffect.BeginNext next)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(next.DelayMs), services.Time, _leaving.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        string? on = _draining ? services.Silos.Names.FirstOrDefault(s => s != services.Agents.Here) : services.Agents.Here;

        // The last silo leaves the job as it is: the next start goes on from there.
        if (on is null || (_draining && !next.AskedFor)) return;
        await RunStart.TryBeginAsync(services, on, job.ToString(), generation + 1, new RunBegin(next.Cause, next.AskedFor, null, _state.RecentMs), log);
    }

    private void End(DesiredState? final)
    {
        _ended.Cancel();
        History.Final = final;
        over(this);
        _ = DisposeAsync();
    }

    private async Task DisposeAsync()
    {
        if (_sources is not null) await _sources.DisposeAsync();
        if (_sinks is not null) await _sinks.DisposeAsync();
    }

    private void StandDown() => Tell(new JobFact.Superseded(int.MaxValue));

    private async Task RetryAsync(string what, Func<Task> work) => await Retry.UntilDoneAsync(
        async () =>
        {
            await work();
            return true;
        },
        e => e is not FencedException,
        e =>
        {
            History.Trouble = e is null ? null : $"{what}: {e.Message}";
            if (e is not null) Log.Retried(log, job, generation, what, e);
        },
        services.Time, _ended.Token);

    private void Do(Func<Task> effect) => _ = DoAsync(effect);

    private async Task DoAsync(Func<Task> effect)
    {
        try
        {
            await effect();
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
        catch (FencedException)
        {
            StandDown();
        }
#pragma warning disable CA1031 // Whatever an effect throws is a fact of this generation.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (_state.Phase >= JobPhase.Ending) Log.Retried(log, job, generation, "ending", e);
            else Fail(Faults.Of(e, null, services.Time.GetUtcNow()), Faults.AreFatal(e));
        }
    }

    private long NowMs() => services.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
