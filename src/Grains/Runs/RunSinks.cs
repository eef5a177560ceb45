using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Grains.Runs;

/// <summary>The committers of a run: one a sink.</summary>
internal sealed class RunSinks : IAsyncDisposable
{
    private readonly SortedDictionary<string, (string Table, ICommitter Committer)> _committers = new(StringComparer.Ordinal);
    private readonly int _generation;

    public RunSinks(Plan plan, JobKey job, int generation, Func<string, Connector> connectors, IServices services)
    {
        _generation = generation;
        foreach (var (uid, sink) in Of(plan))
            _committers.Add(uid, (sink.Table.Name, connectors(sink.Table.Connector).CreateCommitter(new SinkContext(job.ToString(), uid, sink.Table, sink.Changelog, generation, -1, services))));
    }

    public static IEnumerable<(string Uid, SinkSpec Sink)> Of(Plan plan) =>
        plan.Stages.SelectMany(s => s.Nodes).Where(n => n.Spec is SinkSpec).Select(n => (n.Uid, (SinkSpec)n.Spec));

    /// <summary>Uids of all sinks, in the order in which they are committed.</summary>
    public IEnumerable<string> Uids => _committers.Keys;

    /// <summary>The sink for people: <c>sink orders</c>.</summary>
    public string NameOf(string uid) => $"sink {_committers[uid].Table}";

    /// <summary>Makes an epoch of one sink visible. Repeating it changes nothing.</summary>
    /// <exception cref="FencedException">the target has seen a newer generation.</exception>
    public Task CommitAsync(string uid, Manifest manifest, CancellationToken cancel) =>
        _committers[uid].Committer.CommitAsync(_generation, manifest.Epoch, manifest.Committables.GetValueOrDefault(uid, []), cancel).AsTask();

    /// <summary>Removes what older generations staged for a sink, but for what <paramref name="keep"/> names.</summary>
    public Task AbortAsync(string uid, Manifest? keep, CancellationToken cancel) =>
        _committers[uid].Committer.AbortAsync(_generation, keep?.Committables.GetValueOrDefault(uid, []) ?? [], cancel).AsTask();

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, committer) in _committers.Values) await committer.DisposeAsync();
    }
}
