using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Dashboard;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Flow;
using OrleansStream.Grains.Exchange;
using OrleansStream.Grains.Jobs;
using OrleansStream.Grains.Runs;
using OrleansStream.Grains.Shards;
using OrleansStream.Runtime;

namespace OrleansStream.Grains.Silos;

/// <summary>Speaks for this silo: carries commands to its hosts, offers to its hub, heartbeats to its peers; and once a second begins what nobody runs.</summary>
[NoProfiling]
public sealed class SiloAgent(
    GrainId id, Orleans.Runtime.Silo silo, ILoggerFactory loggers, ExchangeHub hub, SiloShards shards, ShardEvents events, SiloRuns runs, RunServices services)
    : GrainService(id, silo, loggers), ISiloAgent
{
    private static readonly TimeSpan BeatEvery = TimeSpan.FromMilliseconds(Suspicion.BeatMs);
    private static readonly TimeSpan Away = TimeSpan.FromMilliseconds(Suspicion.BeatMs + Suspicion.AwayMs);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly ILogger _log = loggers.CreateLogger<SiloAgent>();
    private readonly Heard _heard = new();
    private readonly HashSet<string> _beginning = [];
    private long _lastTurn;

    public override async Task Start()
    {
        await base.Start();
        _lastTurn = services.Time.GetTimestamp();
        _ = EveryAsync(BeatEvery, BeatAsync);
        _ = EveryAsync(LookEvery, ReconcileAsync);
    }

    public Task<Answer> OfferAsync(FramePacket frame) => Task.FromResult(hub.Offer(frame.ToFrame()));

    public Task<bool> ReadyAsync(string job, int generation, int exchange, int sender) =>
        hub.ReadyAsync(job, generation, new LinkId(exchange, sender, services.Agents.Here)).AsTask();

    public Task GoAsync(string job, int generation)
    {
        shards.Supersede(job, generation);
        shards.Go(job, generation);
        return Task.CompletedTask;
    }

    public Task BeginEpochAsync(string job, int generation, ImmutableArray<ShardCommand> commands)
    {
        // The last stages first: whoever cuts at barriers knows by then what kind of epoch it is.
        foreach (var c in commands.OrderByDescending(c => c.Stage)) shards.BeginEpoch(job, generation, new ShardId(c.Stage, c.Shard), c.Command.Value);
        return Task.CompletedTask;
    }

    public async Task<ImmutableArray<ShardRow>> StopAsync(string job, int generation)
    {
        events.Forget(job, generation);
        return await shards.StopAsync(job, generation);
    }

    public Task<ImmutableArray<ShardRow>> StatusAsync(string job, int generation) => Task.FromResult(shards.Status(job, generation));

    public Task BeatAsync(string silo, ImmutableArray<RunBeat> beats, bool leaving)
    {
        if (leaving) services.Silos.Leave(silo);
        services.Silos.Heard(silo);
        _heard.Beat(beats.Select(b => (b.Job, b.Generation)), NowMs());
        foreach (var run in beats)
        {
            shards.Supersede(run.Job, run.Generation);
            runs.Supersede(run);
        }

        return Task.CompletedTask;
    }

    private Task BeatAsync()
    {
        var beats = HearOwn();

        // Not waited for: a peer that hangs must not delay the turns by which it is found.
        foreach (string peer in services.Silos.Turn(runs.Shared)) _ = SendAsync(peer, beats);
        return Task.CompletedTask;
    }

    // A turn that came late means that this silo was away: what it did not hear proves nothing. Its own runs are heard by being here.
    private ImmutableArray<RunBeat> HearOwn()
    {
        if (services.Time.GetElapsedTime(_lastTurn) > Away) _heard.StartAnew(NowMs());
        _lastTurn = services.Time.GetTimestamp();
        var beats = runs.Beats;
        _heard.Beat(beats.Select(b => (b.Job, b.Generation)), NowMs());
        return beats;
    }

    private async Task SendAsync(string peer, ImmutableArray<RunBeat> beats)
    {
        try
        {
            await services.Agents.On(peer).BeatAsync(services.Agents.Here, beats, services.Silos.IsLeaving(services.Agents.Here));
            services.Silos.Heard(peer);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            // A port that refuses is told at once; that nothing comes back shows by missed beats.
            if (e is OrleansMessageRejectionException or SiloUnavailableException) services.Silos.Refused(peer);
            Log.PeerSilent(_log, peer, e.Message);
        }
    }

    /// <summary>Desired state is reconciled, not remembered: restart of a process, loss of a run's silo and a lost start are this one rule.</summary>
    private async Task ReconcileAsync()
    {
        if (services.Silos.IsLeaving(services.Agents.Here)) return;
        HearOwn();
        var here = shards.Generations;

        // How long somebody has been silent ends here: while the journal is read, beats may be late for the same reason as the answer.
        long now = NowMs();
        var heads = await services.Journal.ReadRunningAsync(StoppedCancellationTokenSource.Token);

        // Hosts that were not reached when their generation was ended, as on a silo that was stopped then.
        foreach (var (job, generation) in Leftovers.Hosts(here, heads, (job, generation) => _heard.IsSilent(job, generation, now))) _ = shards.StopAsync(job, generation);
        foreach (var (head, cause) in _heard.Silent(heads, services.Silos.Answers, services.Silos.Listens, now))
            if (_beginning.Add(head.Job.ToString())) _ = BeginAsync(head, cause);
    }

    private async Task BeginAsync(JournalHead head, string cause)
    {
        string job = head.Job.ToString();
        try
        {
            if (head.Begin is null) await services.Grains.GetGrain<IJobRecord>(job).BeginAsync();
            else await RunStart.BeginAsync(services.Grains, services.Agents.Here, job, head.Generation + 1, new RunBegin(cause, false, null, []));
        }
#pragma warning disable CA1031 // Tried again in a second.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.BeginFailed(_log, job, head.Generation + 1, e.Message);
        }
        finally
        {
            _beginning.Remove(job);
        }
    }

    private async Task EveryAsync(TimeSpan period, Func<Task> work)
    {
        using var timer = new PeriodicTimer(period, services.Time);
        var stopped = StoppedCancellationTokenSource.Token;
        try
        {
            while (await timer.WaitForNextTickAsync(stopped))
            {
                try
                {
                    await work();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Log.ReconcileFailed(_log, e.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private long NowMs() => services.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
