using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using OrleansStream.Runtime;

namespace OrleansStream.Bench;

/// <summary>
/// Runs plans over bounded sources to their end through the hosts, links and hub of one silo, on one executor thread: what a job does between its Go and its last epoch,
/// without grains.
/// </summary>
internal sealed class OneSilo : IHostEvents, IDisposable
{
    private const string Name = "bench";

    private readonly Executor _executor = new(1, TimeProvider.System);
    private readonly ExchangeHub _hub = new(TimeProvider.System);
    private readonly HostServices _services;
    private readonly CountdownEvent _ended = new(1);
    private Exception? _failure;
    private int _generation;

    public OneSilo(Func<string, Connector> connectors) => _services = new HostServices(
        Name, TimeProvider.System, ThreadPoolPool.Instance, _executor, _hub, (job, generation, link) => new LocalLink(_hub, job.ToString(), generation, link),
        new NoParts(), connectors, new NoServices(), _ => new ShardState(), this);

    /// <param name="splits">what each shard of a stage reads; nothing for stages without sources.</param>
    /// <returns>status of every shard at the end.</returns>
    public IReadOnlyList<ShardStatus> Run(Plan plan, Func<ShardId, ImmutableArray<ShardSplits>> splits)
    {
        var table = new ShardTable([.. plan.Stages.Select(s => Enumerable.Repeat(Name, s.Parallelism).ToImmutableArray())]);
        var job = new JobKey("bench", "job");
        var queue = new JobQueue(job, plan.Stages.Length);
        var shards = table.All.ToArray();
        int generation = ++_generation;
        _ended.Reset(shards.Length);
        var hosts = shards.Select(id => ShardStart.OpenAsync(new ShardSpec(job, generation, plan, id, table, [], splits(id)), _services, queue, "0", default).AsTask().Result).ToArray();
        foreach (var host in hosts) host.Go();
        _ended.Wait();
        if (_failure is not null) throw new InvalidOperationException("a shard failed", _failure);
        var status = hosts.Select(h => h.Status()).ToArray();
        Task.WaitAll([.. hosts.Select(h => h.StopAsync())]);
        return status;
    }

    public void Ended(ShardSpec shard) => _ended.Signal();

    public void Failed(ShardSpec shard, Exception cause)
    {
        _failure = cause;
        while (!_ended.IsSet) _ended.Signal();
    }

    public void Reported(ShardSpec shard, EpochReport report) => throw new InvalidOperationException("no epoch was begun");

    public void Suspect(ShardSpec shard, string silo, string reason, bool silent) => Failed(shard, new InvalidOperationException(reason));

    public void Superseded(ShardSpec shard, int generation) => throw new InvalidOperationException("there is one generation at a time");

    public void Dispose()
    {
        _executor.Dispose();
        _ended.Dispose();
    }

    private sealed class NoParts : IPartStore
    {
        public ValueTask PutAsync(string name, System.Buffers.ReadOnlySequence<byte> part, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask<ReadOnlyMemory<byte>> GetAsync(string name, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask DeleteAsync(string name, CancellationToken cancel) => throw new NotSupportedException();
    }

    private sealed class NoServices : IServices
    {
        public TimeProvider Time => TimeProvider.System;

        public string BaseDirectory => ".";

        public string Resolve(string optionValue) => optionValue;

        public void Print(string line) => throw new NotSupportedException();
    }
}
