using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.GrainDirectory;
using Orleans.Placement;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Flow;
using OrleansStream.Grains.Jobs;
using OrleansStream.Grains.Silos;
using StopKind = OrleansStream.Contracts.StopKind;

namespace OrleansStream.Grains.Runs;

/// <summary>Name, place and life of one generation of a job; <see cref="Run"/> does the work on this grain's turns.</summary>
[GrainType("run")]
[GrainDirectory(RunDirectory.Name)]
[KeepAlive]
[Immovable]
[Reentrant]
public sealed class RunGrain(RunServices services, SiloRuns runs, ILogger<RunGrain> log) : Grain, IRunGrain
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(200);

    private Run? _run;
    private DateTimeOffset _since;
    private bool _over;

    public static string KeyOf(string job, int generation) => string.Create(CultureInfo.InvariantCulture, $"{job}/{generation}");

    public async Task BeginAsync(RunBegin begin)
    {
        if (_run is null)
        {
            var (job, generation) = Key();
            _since = services.Time.GetUtcNow();
            _run = new Run(services, job, generation, log, Over);
            runs.Add(job.ToString(), generation, this.AsReference<IRunGrain>());
            this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(Often, Often) { Interleave = true });
        }

        await _run.BeginAsync(begin);
    }

    public Task StopAsync(StopKind kind, string? savepoint)
    {
        _run?.Tell(new JobFact.StopAsked(kind == StopKind.Cancel ? Engine.Checkpoints.StopKind.Cancel : Engine.Checkpoints.StopKind.Stop, null, savepoint));
        return Task.CompletedTask;
    }

    public Task SavepointAsync(string id)
    {
        _run?.Keep(id);
        return Task.CompletedTask;
    }

    public Task DrainAsync()
    {
        _run?.Drain();
        return Task.CompletedTask;
    }

    public Task TellAsync(ImmutableArray<ShardEvent> events)
    {
        if (_run is null)
        {
            // Nothing runs here: the hosts that say so belong to a generation that is over.
            DeactivateOnIdle();
            return Task.CompletedTask;
        }

        foreach (var e in events) Tell(_run, e);
        return Task.CompletedTask;
    }

    public async Task<JobStatus?> StatusAsync()
    {
        if (_run is null)
        {
            DeactivateOnIdle();
            return null;
        }

        var rows = await RowsAsync(_run);
        return RunStatus.Describe(_run, rows, _since);
    }

    private void Tell(Run run, ShardEvent e)
    {
        switch (e.Kind)
        {
            case ShardEventKind.Ended: run.Tell(new JobFact.ShardEnded(e.Id)); break;
            case ShardEventKind.Reported: run.Tell(new CheckpointFact.Reported(e.Report!.Value)); break;
            case ShardEventKind.Failed: run.Fail(e.Fault!, e.Fatal); break;
            case ShardEventKind.Suspect:
                if (e.Silo is { } silo) services.Silos.Refused(silo);
                run.Fail(new JobFault(FaultCodes.Lost, e.Text!, $"shard {e.Id}", run.Now), false);
                break;
            case ShardEventKind.Superseded: run.Tell(new JobFact.Superseded(e.Generation)); break;
            default: throw new InvalidOperationException($"no rule for {e.Kind}");
        }
    }

    /// <summary>Without its grain nobody ticks a run: whoever listens for its beats begins the next one.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_run is { Phase: < JobPhase.Over } run)
        {
            run.Tell(new JobFact.Superseded(int.MaxValue));
            runs.Remove(run.Job.ToString(), run.Generation);
        }

        return base.OnDeactivateAsync(reason, cancellationToken);
    }

    private static async Task<ImmutableArray<ShardRow>> RowsAsync(Run run)
    {
        var rows = run.History.Last.IsDefault && run.Shards is not null ? await run.Shards.StatusAsync() : [];
        // Shards that were stopped while they were asked are gone from the answer: what they said last counts.
        return run.History.Last.IsDefault ? rows : run.History.Last;
    }

    private Task Tick(CancellationToken cancel)
    {
        _run!.Tick();
        if (_run.Shards is { } shards) runs.Spread(_run.Job.ToString(), _run.Generation, shards.Silos);
        return Task.CompletedTask;
    }

    private void Over(Run run)
    {
        if (_over) return;
        _over = true;
        _ = LeaveAsync(run);
    }

    // The last word goes to the job's front door, where it outlives this grain.
    private async Task LeaveAsync(Run run)
    {
        try
        {
            await run.Next;
            runs.Remove(run.Job.ToString(), run.Generation);
            if (run.History.Final is not null) await services.Grains.GetGrain<IJobRecord>(run.Job.ToString()).RecordAsync(RunStatus.Describe(run, await RowsAsync(run), services.Time.GetUtcNow()));
        }
        finally
        {
            DeactivateOnIdle();
        }
    }

    private (JobKey Job, int Generation) Key()
    {
        string key = this.GetPrimaryKeyString();
        int at = key.LastIndexOf('/');
        return (JobKey.Parse(key[..at]), int.Parse(key[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
