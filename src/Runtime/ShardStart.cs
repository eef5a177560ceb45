using OrleansStream.Columns;

namespace OrleansStream.Runtime;

/// <summary>Makes a host: loads its image, opens its operators, enters its links into the hub. It runs nothing before <see cref="ShardHost.Go"/>.</summary>
public static class ShardStart
{
    /// <param name="queue">the job's run queue on this silo, shared by its shards.</param>
    /// <param name="instance">name of this activation.</param>
    /// <exception cref="FileNotFoundException">a part of the image is missing; the message names it.</exception>
    /// <exception cref="InvalidDataException">a part is torn, truncated or of another format.</exception>
    public static async ValueTask<ShardHost> OpenAsync(ShardSpec spec, HostServices services, JobQueue queue, string instance, CancellationToken cancel)
    {
        var settings = HostSettings.From(spec.Plan.Settings);
        var range = KeyGroups.RangeOf(spec.Id.Shard, spec.Shards);
        var state = services.State(range);
        try
        {
            foreach (var image in spec.Images)
                foreach (string part in image.Parts) state.Read(await services.Parts.GetAsync(part, cancel), range);
            return new ShardHost(spec, services, settings, queue, instance, state);
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }
}
