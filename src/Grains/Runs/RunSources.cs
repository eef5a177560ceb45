using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Grains.Runs;

/// <summary>The enumerators of a run: one a source. Their I/O is awaited, one look at a time.</summary>
internal sealed class RunSources : IAsyncDisposable
{
    private readonly Dictionary<string, ISplitEnumerator> _enumerators = [];

    /// <param name="shards">of a stage.</param>
    public RunSources(Plan plan, Manifest? from, Func<int, int> shards, Func<string, Connector> connectors, IServices services)
    {
        foreach (var stage in plan.Stages)
        {
            foreach (var source in stage.Inputs.OfType<SourceInput>())
            {
                var enumerator = connectors(source.Table.Connector).CreateEnumerator(new SourceContext(source.Table, source.Projection, shards(stage.Id), services));
                if (from is not null && from.Enumerators.TryGetValue(source.Uid, out var image)) enumerator.Restore(image.Bytes);
                _enumerators.Add(source.Uid, enumerator);
            }
        }
    }

    /// <summary>Uid of each source and the stage that reads it.</summary>
    public static IEnumerable<(string Uid, int Stage)> Of(Plan plan) =>
        plan.Stages.SelectMany(stage => stage.Inputs.OfType<SourceInput>().Select(source => (source.Uid, stage.Id)));

    /// <summary>No source will find another split.</summary>
    public bool Finished => _enumerators.Values.All(e => e.Finished);

    /// <summary>Lets every enumerator that has not finished look once; gives what is new.</summary>
    public async Task<ImmutableArray<CheckpointFact.SplitsFound>> LookAsync(CancellationToken cancel)
    {
        var found = ImmutableArray.CreateBuilder<CheckpointFact.SplitsFound>();
        foreach (var (uid, enumerator) in _enumerators)
        {
            bool before = enumerator.Finished;
            var splits = before ? [] : await enumerator.DiscoverAsync(cancel);
            if (splits.Length > 0 || enumerator.Finished != before) found.Add(new(uid, splits, enumerator.Finished, enumerator.Snapshot()));
        }

        return found.ToImmutable();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var enumerator in _enumerators.Values) await enumerator.DisposeAsync();
    }
}
