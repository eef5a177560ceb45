using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.State;

namespace OrleansStream.Runtime;

/// <summary>Makes a host: loads its image, opens its operators, enters its links into the hub. It runs nothing before <see cref="ShardHost.Go"/>.</summary>
public static class ShardStart
{
    /// <param name="queue">the job's run queue on this silo, shared by its shards.</param>
    /// <param name="instance">name of this activation.</param>
    /// <exception cref="InvalidDataException">a part of the image is missing, torn, truncated or of another format; the message names it.</exception>
    public static async ValueTask<ShardHost> OpenAsync(ShardSpec spec, HostServices services, JobQueue queue, string instance, CancellationToken cancel)
    {
        var settings = HostSettings.From(spec.Plan.Settings);
        var range = KeyGroups.RangeOf(spec.Id.Shard, spec.Shards);
        var state = services.State(range);
        try
        {
            foreach (var image in spec.Images)
                foreach (string part in image.Parts) await ReadAsync(state, part, range, services, cancel);
            return new ShardHost(spec, services, settings, queue, instance, state);
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    private static async ValueTask ReadAsync(IShardState state, string part, KeyGroupRange range, HostServices services, CancellationToken cancel)
    {
        try
        {
            state.Read(await services.Parts.GetAsync(part, cancel), range);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            throw new InvalidDataException($"{Manifest.DamagedCode}: the checkpoint cannot be read: {(e.Message.Contains(part, StringComparison.Ordinal) ? "" : $"part '{part}': ")}{e.Message}", e);
        }
    }
}
