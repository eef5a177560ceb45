using System.Buffers;
using System.Collections.Immutable;

namespace OrleansStream.Engine.Checkpoints;

/// <summary>Savepoints in a store of parts. What was begun and has no document is no savepoint; taking it again writes the same names.</summary>
public sealed class SavepointStore(IPartStore parts)
{
    /// <summary>Copies what a shard's image names. Repeating it changes nothing.</summary>
    public async ValueTask CopyAsync(ShardImage image, string tenant, string id, int generation, long epoch, CancellationToken cancel)
    {
        var names = Savepoint.Renamed(image, tenant, id, generation, epoch).Parts;
        for (int i = 0; i < names.Length; i++)
            await parts.PutAsync(names[i], new ReadOnlySequence<byte>(await parts.GetAsync(image.Parts[i], cancel)), cancel);
    }

    /// <summary>Once all shards' parts are copied: from now on it exists.</summary>
    public ValueTask PublishAsync(Savepoint savepoint, string tenant, CancellationToken cancel) =>
        parts.PutAsync(Savepoint.DocumentOf(tenant, savepoint.Id), new ReadOnlySequence<byte>(Savepoint.Write(savepoint)), cancel);

    /// <summary>Null = there is none.</summary>
    /// <exception cref="InvalidDataException">its document is damaged or of another version.</exception>
    public async ValueTask<Savepoint?> FindAsync(string tenant, string id, CancellationToken cancel)
    {
        try
        {
            return Savepoint.Read((await parts.GetAsync(Savepoint.DocumentOf(tenant, id), cancel)).Span, id);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Ids of a tenant's savepoints.</summary>
    public async ValueTask<ImmutableArray<string>> ListAsync(string tenant, CancellationToken cancel) =>
    [
        .. (await parts.ListAsync(Savepoint.Folder(tenant), cancel)).Where(Savepoint.IsDocument).Select(n => n.Split('/')[^2]),
    ];

    /// <summary>Deletes a savepoint, its document first. False = there was none.</summary>
    public async ValueTask<bool> DeleteAsync(string tenant, string id, CancellationToken cancel)
    {
        var names = await parts.ListAsync(Savepoint.Folder(tenant, id), cancel);
        foreach (string name in names.Where(Savepoint.IsDocument)) await parts.DeleteAsync(name, cancel);
        foreach (string name in names.Where(n => !Savepoint.IsDocument(n))) await parts.DeleteAsync(name, cancel);
        return !names.IsEmpty;
    }
}
