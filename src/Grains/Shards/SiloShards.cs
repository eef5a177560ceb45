using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Runtime;
using ShardRow = OrleansStream.Grains.Silos.ShardRow;

namespace OrleansStream.Grains.Shards;

/// <summary>The hosts of this silo, by job and generation. Shard grains put them in; the agent commands them.</summary>
public sealed class SiloShards(HostServices services)
{
    private readonly ConcurrentDictionary<(string Job, int Generation), Generation> _generations = new();
    private readonly ConcurrentDictionary<string, int> _over = new();
    private volatile TaskCompletionSource? _empty;

    /// <summary>Opens a host; once per shard and activation.</summary>
    /// <param name="instance">name of the grain's activation.</param>
    /// <param name="left">called once the host has been stopped by <see cref="StopAsync"/>.</param>
    /// <exception cref="ShardRefusedException">wrong silo, or the generation is over here.</exception>
    public async Task<ShardHost> OpenAsync(ShardSpec spec, string instance, Action left)
    {
        if (spec.Silo != services.Silo) throw new ShardRefusedException($"shard {spec.Id} of {spec.Job} belongs on {spec.Silo}, but woke on {services.Silo}");
        string job = spec.Job.ToString();
        Refuse(job, spec.Generation);
        services.Hub.Heard(job, spec.Generation);
        var generation = _generations.GetOrAdd((job, spec.Generation), _ => new Generation(new JobQueue(spec.Job, spec.Plan.Stages.Length)));
        var host = await ShardStart.OpenAsync(spec, services, generation.Queue, instance, CancellationToken.None);
        generation.Hosts[spec.Id] = (host, left);

        // A stop that came while the image was loading has not seen this host.
        if (IsOver(job, spec.Generation))
        {
            await StopAsync(job, spec.Generation);
            Refuse(job, spec.Generation);
        }

        return host;
    }

    /// <summary>Lets the hosts of a generation run.</summary>
    public void Go(string job, int generation)
    {
        foreach (var host in Hosts(job, generation)) host.Go();
    }

    public void BeginEpoch(string job, int generation, ShardId shard, EpochCommand command)
    {
        if (_generations.TryGetValue((job, generation), out var g) && g.Hosts.TryGetValue(shard, out var held)) held.Host.BeginEpoch(command);
    }

    /// <summary>Ends this and older generations of a job here: from now on their shards are refused, and offers to them answered Stale.</summary>
    public void Supersede(string job, int generation)
    {
        services.Hub.Heard(job, generation);
        foreach (var (key, _) in _generations.Where(g => g.Key.Job == job && g.Key.Generation < generation)) _ = StopAsync(key.Job, key.Generation);
    }

    /// <summary>Stops the hosts of a generation; gives what they were at the end.</summary>
    public async Task<ImmutableArray<ShardRow>> StopAsync(string job, int generation)
    {
        _over.AddOrUpdate(job, generation, (_, held) => Math.Max(held, generation));
        if (!_generations.TryRemove((job, generation), out var g)) return [];
        var rows = g.Hosts.Values.Select(h => Row(h.Host)).ToImmutableArray();
        await Task.WhenAll(g.Hosts.Values.Select(h => h.Host.StopAsync()));
        foreach (var (_, left) in g.Hosts.Values) left();
        if (_generations.IsEmpty) _empty?.TrySetResult();
        return rows;
    }

    /// <summary>Completes when no host is left.</summary>
    public Task WhenEmpty()
    {
        var empty = _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_generations.IsEmpty) empty.TrySetResult();
        return empty.Task;
    }

    public ImmutableArray<ShardRow> Status(string job, int generation) => [.. Hosts(job, generation).Select(Row)];

    /// <summary>A host's status in the words of the contracts.</summary>
    public Contracts.ShardStatus Describe(ShardHost host)
    {
        var s = host.Status();
        long watermark = s.Watermarks.IsEmpty ? long.MinValue : s.Watermarks.Min();
        double cpu = (double)host.Queue.TicksOf(host.Stage) / services.Time.TimestampFrequency / HostsOf(host);
        return new Contracts.ShardStatus(
            s.Id.Shard, s.Silo, s.RowsIn, s.RowsOut, s.RowsCrossed, watermark is long.MinValue or long.MaxValue ? null : watermark, s.BlockedBy, s.Mood == ShardMood.Ended, s.StateBytes, cpu,
            s.Counters.SetItem("late", s.Late).SetItem("malformed", s.Malformed), s.Checkpointing, s.QuietMs / 1000.0);
    }

    /// <summary>Jobs and generations with hosts here.</summary>
    public ImmutableArray<(string Job, int Generation)> Generations => [.. _generations.Keys];

    private ShardRow Row(ShardHost host) => new(host.Spec.Id.Stage, Describe(host));

    // Time is charged per stage and silo; its shards here share it.
    private int HostsOf(ShardHost host) => Math.Max(1, Hosts(host.Spec.Job.ToString(), host.Spec.Generation).Count(h => h.Stage == host.Stage));

    private IEnumerable<ShardHost> Hosts(string job, int generation) =>
        _generations.TryGetValue((job, generation), out var g) ? g.Hosts.OrderBy(h => h.Key).Select(h => h.Value.Host) : [];

    private bool IsOver(string job, int generation) => _over.TryGetValue(job, out int over) && over >= generation;

    private void Refuse(string job, int generation)
    {
        if (IsOver(job, generation)) throw new ShardRefusedException($"generation {generation} of {job} is over on {services.Silo}");
    }

    private sealed class Generation(JobQueue queue)
    {
        public JobQueue Queue { get; } = queue;

        public ConcurrentDictionary<ShardId, (ShardHost Host, Action Left)> Hosts { get; } = new();
    }
}
