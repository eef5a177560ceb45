using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using OrleansStream.TestKit;
using OrleansStream.TestKit.Simulated;
using Xunit;

namespace OrleansStream.Runtime.Tests;

/// <summary>The same hosts on real threads: epochs begun one after the other while rows flow, then the last one.</summary>
public class ThreadsTests
{
    private static readonly Schema Orders = Schema.Of(("id", SqlType.BigInt), ("user", SqlType.String), ("ts", SqlType.Timestamp(3)));

    [Fact]
    public async Task Every_row_is_in_exactly_one_epoch()
    {
        var plan = new PlanBuilder().Set("batch-size", 50);
        int source = plan.Source("orders", Orders, rowtime: 2, parallelism: 2).End();
        int middle = plan.Stage(3, (source, -1, Orders, ExchangeKind.Hash, [1])).Node(new UnionSpec(Orders), out int union, ~0).End();
        plan.Stage(2, (middle, union, Orders, ExchangeKind.Hash, [0])).Sink("out", Orders, ~0).End();
        using var silo = new RealSilo(threads: 3);
        var table = silo.Memory.Tables["orders"] = new MemoryTable([.. Enumerable.Range(0, 2).Select(s => Enumerable.Range(0, 20_000)
            .Select(i => new object?[] { (long)((i * 2) + s), $"user number {i % 97}", 1_700_000_000_000L + (i * 100) }).ToImmutableArray())]);
        long epochs = await silo.RunAsync(plan.Build());
        Assert.True(epochs >= 2, $"{epochs} epochs");
        Assert.Equal(
            table.Splits.SelectMany(s => s).Select(r => $"+I {r[0]},{r[1]},{r[2]}").Order(StringComparer.Ordinal), silo.Memory.Targets["out"].Rows.Order(StringComparer.Ordinal));
    }

    private sealed class RealSilo : IHostEvents, IServices, IDisposable
    {
        private readonly Executor _executor;
        private readonly BlockingCollection<object> _facts = [];
        private readonly HostServices _services;

        public RealSilo(int threads)
        {
            _executor = new Executor(threads, TimeProvider.System);
            var hub = new ExchangeHub(TimeProvider.System);
            _services = new HostServices(
                "s0", TimeProvider.System, ThreadPoolPool.Instance, _executor, hub, (job, generation, id) => new LocalLink(hub, job.ToString(), generation, id), new MemoryParts(),
                _ => Memory, this, _ => new ShardState(), this);
        }

        public MemoryConnector Memory { get; } = new();

        public TimeProvider Time => TimeProvider.System;

        public string BaseDirectory => ".";

        // Epoch after epoch until one in which all had ended; gives their number.
        public async Task<long> RunAsync(Plan plan)
        {
            var job = new JobKey("t", "real");
            var table = Assign.Place(Assign.Shards(plan), [new SiloOffer("s0")]);
            var source = plan.Stages.SelectMany(s => s.Inputs).OfType<SourceInput>().Single();
            var enumerator = Memory.CreateEnumerator(new SourceContext(source.Table, source.Projection, 2, this));
            var effects = new List<CheckpointEffect>();
            var state = CheckpointProtocol.Start(1, table.All, null, [(source.Uid, 0)], 60_000);
            state = CheckpointProtocol.On(state, new CheckpointFact.SplitsFound(source.Uid, await enumerator.DiscoverAsync(default), enumerator.Finished, []), effects);
            state = CheckpointProtocol.StartSplits(state, out var splits);
            var queue = new JobQueue(job, plan.Stages.Length);
            var hosts = new List<ShardHost>();
            foreach (var id in table.All)
                hosts.Add(await ShardStart.OpenAsync(new ShardSpec(job, 1, plan, id, table, [], splits.GetValueOrDefault(id, [])), _services, queue, "0", default));
            foreach (var h in hosts) h.Go();
            var sink = plan.Stages.SelectMany(s => s.Nodes).First(n => n.Spec is SinkSpec);
            var committer = Memory.CreateCommitter(new SinkContext(job.ToString(), sink.Uid, ((SinkSpec)sink.Spec).Table, false, 1, -1, this));
            state = CheckpointProtocol.On(state, new CheckpointFact.Wanted(0), effects);
            while (true)
            {
                foreach (var effect in effects.ToArray())
                {
                    effects.Remove(effect);
                    switch (effect)
                    {
                        case CheckpointEffect.BeginEpoch b: foreach (var h in hosts) h.BeginEpoch(b.Commands[h.Spec.Id]); break;
                        case CheckpointEffect.Publish p: _facts.Add(new CheckpointFact.Published(p.Manifest.Epoch, true)); break;
                        case CheckpointEffect.Commit c:
                            await committer.CommitAsync(1, c.Manifest.Epoch, c.Manifest.Committables.GetValueOrDefault(sink.Uid, []), default);
                            _facts.Add(new CheckpointFact.Committed(c.Manifest.Epoch));
                            break;
                        case CheckpointEffect.Completed { Last: true } last:
                            await Task.WhenAll(hosts.Select(h => h.StopAsync()));
                            return last.Epoch;
                        case CheckpointEffect.Completed: _facts.Add(new CheckpointFact.Wanted(0)); break;
                        default: break;
                    }
                }

                if (!_facts.TryTake(out object? fact, TimeSpan.FromSeconds(60))) throw new TimeoutException(string.Join('\n', hosts.Select(h => h.Status())));
                if (fact is Exception e) throw e;
                state = CheckpointProtocol.On(state, (CheckpointFact)fact, effects);
            }
        }

        public void Ended(ShardSpec shard)
        {
        }

        public void Reported(ShardSpec shard, EpochReport report) => _facts.Add(new CheckpointFact.Reported(report));

        public void Failed(ShardSpec shard, Exception cause) => _facts.Add(cause);

        public void Suspect(ShardSpec shard, string silo, string reason, bool silent) => _facts.Add(new InvalidOperationException(reason));

        public void Superseded(ShardSpec shard, int generation) => _facts.Add(new InvalidOperationException($"superseded by {generation}"));

        public string Resolve(string optionValue) => optionValue;

        public void Print(string line)
        {
        }

        public void Dispose()
        {
            _executor.Dispose();
            _facts.Dispose();
        }
    }
}
