using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Grains.Runs;

/// <summary>The committers of a run: one a sink.</summary>
internal sealed class RunSinks : IAsyncDisposable
{
    private readonly SortedDictionary<string, ICommitter> _committers = new(StringComparer.Ordinal);
    private readonly int _generation;

    public RunSinks(Plan plan, JobKey job, int generation, Func<string, Connector> connectors, IServices services)
    {
        _generation = generation;
        foreach (var (uid, sink) in Of(plan))
            _committers.Add(uid, connectors(sink.Table.Connector).CreateCommitter(new SinkContext(job.ToString(), uid, sink.Table, sink.Changelog, generation, -1, services)));
    }

    public static IEnumerable<(string Uid, SinkSpec Sink)> Of(Plan plan) =>
        plan.Stages.SelectMany(s => s.Nodes).Where(n => n.Spec is SinkSpec).Select(n => (n.Uid, (SinkSpec)n.Spec));

    /// <summary>Makes an epoch visible, sink by sink. Repeating it changes nothing.</summary>
    /// <exception cref="FencedException">a target has seen a newer generation.</exception>
    public async Task CommitAsync(Manifest manifest, CancellationToken cancel)
    {
        foreach (var (uid, committer) in _committers)
            await committer.CommitAsync(_generation, manifest.Epoch, manifest.Committables.GetValueOrDefault(uid, []), cancel);
    }

    /// <summary>Removes what older generations staged, but for what <paramref name="keep"/> names.</summary>
    public async Task AbortAsync(Manifest? keep, CancellationToken cancel)
    {
        foreach (var (uid, committer) in _committers)
            await committer.AbortAsync(_generation, keep?.Committables.GetValueOrDefault(uid, []) ?? [], cancel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var committer in _committers.Values) await committer.DisposeAsync();
    }
}
