using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Expressions;
using OrleansStream.Grains.Runs;
using OrleansStream.Runtime;

namespace OrleansStream.Grains.Shards;

/// <summary>
/// Carries what hosts say to their runs: in order, one call at a time per generation, with everything that has gathered meanwhile. A run that does not answer is told
/// again; one that is over makes the rest pointless.
/// </summary>
public sealed class ShardEvents(IGrainFactory grains, TimeProvider time, ILogger<ShardEvents> log) : IHostEvents
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Channel<ShardEvent>> _runs = [];

    public void Ended(ShardSpec shard) => Tell(shard, new ShardEvent(ShardEventKind.Ended, shard.Id.Stage, shard.Id.Shard));

    public void Reported(ShardSpec shard, EpochReport report) =>
        Tell(shard, new ShardEvent(ShardEventKind.Reported, shard.Id.Stage, shard.Id.Shard, Report: JsonDocuments.Of(report)));

    public void Failed(ShardSpec shard, Exception cause)
    {
        Log.ShardFailed(log, shard.Job, shard.Generation, shard.Id, cause);
        var fault = Faults.Of(cause, $"stage {shard.Id.Stage} ({shard.Stage.Name}), shard {shard.Id.Shard}", time.GetUtcNow());
        Tell(shard, new ShardEvent(ShardEventKind.Failed, shard.Id.Stage, shard.Id.Shard, fault.Message, Faults.AreFatal(cause), fault));
    }

    public void Suspect(ShardSpec shard, string silo, string reason, bool silent)
    {
        Log.Suspected(log, shard.Job, shard.Generation, shard.Id, silo, reason);
        Tell(shard, new ShardEvent(ShardEventKind.Suspect, shard.Id.Stage, shard.Id.Shard, $"silo {silo}: {reason}", Silo: silent ? silo : null));
    }

    public void Superseded(ShardSpec shard, int generation) =>
        Tell(shard, new ShardEvent(ShardEventKind.Superseded, shard.Id.Stage, shard.Id.Shard, Generation: generation));

    /// <summary>The generation is over here: nothing more is told.</summary>
    public void Forget(string job, int generation)
    {
        lock (_lock)
        {
            if (_runs.Remove(RunGrain.KeyOf(job, generation), out var channel)) channel.Writer.TryComplete();
        }
    }

    private void Tell(ShardSpec shard, ShardEvent happened)
    {
        string run = RunGrain.KeyOf(shard.Job.ToString(), shard.Generation);
        Channel<ShardEvent>? channel;
        lock (_lock)
        {
            if (!_runs.TryGetValue(run, out channel))
            {
                _runs.Add(run, channel = Channel.CreateUnbounded<ShardEvent>(new UnboundedChannelOptions { SingleReader = true }));
                _ = CarryAsync(run, channel.Reader);
            }
        }

        channel.Writer.TryWrite(happened);
    }

    private async Task CarryAsync(string run, ChannelReader<ShardEvent> events)
    {
        // Callers are threads of the executor: the calls belong to the pool.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (await events.WaitToReadAsync())
        {
            var gathered = ImmutableArray.CreateBuilder<ShardEvent>();
            while (events.TryRead(out var e)) gathered.Add(e);
            var batch = gathered.ToImmutable();
            while (!await TryTellAsync(run, batch) && !events.Completion.IsCompleted) await Task.Delay(Again, time);
        }
    }

    private async Task<bool> TryTellAsync(string run, ImmutableArray<ShardEvent> batch)
    {
        try
        {
            await grains.GetGrain<IRunGrain>(run).TellAsync(batch);
            return true;
        }
#pragma warning disable CA1031 // The run or its silo is away: the next one of the job ends these hosts, until then it is told again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.RunSilent(log, run, e.Message);
            return false;
        }
    }
}
