using System.Collections.Immutable;
using Orleans.Runtime.Placement;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Plan;
using OrleansStream.Grains.Shards;
using OrleansStream.Grains.Silos;
using OrleansStream.Runtime;

namespace OrleansStream.Grains.Runs;

/// <summary>The shards of one generation as its run reaches them: started one by one through their grains, then one call a silo through the agents.</summary>
internal sealed class RunShards(RunServices services, JobKey job, int generation, Plan plan, Manifest? from)
{
    private readonly string _job = job.ToString();

    /// <summary>Where every shard lives.</summary>
    public ShardTable Table { get; } = Assign.Place(Assign.Shards(plan), services.Silos.Offers, pool: plan.Settings.GetValueOrDefault("job.pool", ""));

    /// <summary>The silos that have any of them.</summary>
    public ImmutableArray<string> Silos => [.. Table.Silos.SelectMany(s => s).Distinct(StringComparer.Ordinal)];

    /// <summary>A silo of the table that is not live any more; null = all are.</summary>
    public string? Lost => Silos.FirstOrDefault(s => s != services.Agents.Here && !services.Silos.Answers(s));

    /// <summary>A silo of the table that is about to stop, and waits until its shards have gone; null = none is.</summary>
    public string? Leaving => Silos.FirstOrDefault(s => s != services.Agents.Here && services.Silos.IsLeaving(s));

    /// <summary>Starts a shard on its silo; gives its host's instance.</summary>
    public Task<string> StartAsync(ShardId id, ImmutableArray<ShardSplits> splits)
    {
        var spec = new ShardSpec(job, generation, plan, id, Table, ShardSpec.ImagesFor(from, plan.Stages[id.Stage], id, Table.Shards(id.Stage)), splits);
        // A placement hint goes with the call that activates the grain.
        RequestContext.Set(IPlacementDirector.PlacementHintKey, Agents.AddressOf(spec.Silo));
        try
        {
            return services.Grains.GetGrain<IShardGrain>($"{_job}/{generation}/{id}").StartAsync(JsonDocuments.Of(spec));
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    public Task GoAsync() => Task.WhenAll(Silos.Select(s => CommandAsync(s, agent => agent.GoAsync(_job, generation))));

    public Task BeginEpochAsync(ImmutableSortedDictionary<ShardId, EpochCommand> commands) => Task.WhenAll(
        commands.GroupBy(c => Table.SiloOf(c.Key)).Select(silo =>
        {
            ImmutableArray<ShardCommand> mine = [.. silo.Select(c => new ShardCommand(c.Key.Stage, c.Key.Shard, JsonDocuments.Of(c.Value)))];
            return CommandAsync(silo.Key, agent => agent.BeginEpochAsync(_job, generation, mine));
        }));

    /// <summary>Asks every silo; one that does not answer, or is doubted, has no rows.</summary>
    public Task<ImmutableArray<ShardRow>> StatusAsync() => AskAsync(agent => agent.StatusAsync(_job, generation));

    /// <summary>Ends every host that can be reached; the others end when they hear of the next generation, which does not wait for them.</summary>
    public Task<ImmutableArray<ShardRow>> StopAsync() => AskAsync(agent => agent.StopAsync(_job, generation));

    // Commands may be repeated, so one that was not answered is sent again for as long as its silo lives.
    private async Task CommandAsync(string silo, Func<ISiloAgent, Task> command)
    {
        while (true)
        {
            try
            {
                await command(services.Agents.On(silo));
                return;
            }
            catch (TimeoutException) when (silo == services.Agents.Here || services.Silos.Answers(silo))
            {
            }
        }
    }

    private async Task<ImmutableArray<ShardRow>> AskAsync(Func<ISiloAgent, Task<ImmutableArray<ShardRow>>> ask)
    {
        var asked = Silos.Select(s => (Silo: s, Answer: TryAsync(ask(services.Agents.On(s))))).ToArray();
        var answers = await Task.WhenAll(asked.Where(a => services.Silos.Answers(a.Silo)).Select(a => a.Answer));
        return [.. answers.SelectMany(a => a).OrderBy(r => (r.Stage, r.Status.Shard))];
    }

    private static async Task<ImmutableArray<ShardRow>> TryAsync(Task<ImmutableArray<ShardRow>> answer)
    {
        try
        {
            return await answer;
        }
#pragma warning disable CA1031 // A silo that is gone has nothing to say; who needs it there is told by the links and heartbeats.
        catch (Exception)
#pragma warning restore CA1031
        {
            return [];
        }
    }
}
