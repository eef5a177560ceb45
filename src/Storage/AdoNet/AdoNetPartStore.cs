using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Storage.AdoNet;

/// <summary>Parts in a database, in chunks of at most 4 MiB; all chunks of a part are written in one transaction.</summary>
public sealed class AdoNetPartStore(AdoNetDatabase database) : IPartStore
{
    private const int ChunkBytes = 4 << 20;

    public async ValueTask PutAsync(string name, ReadOnlySequence<byte> part, CancellationToken cancel)
    {
        byte[] footer = PartBytes.Footer(part);
        await using var connection = await database.OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (database.LockPart is { } turns) await AdoNetDatabase.ExecuteAsync(connection, transaction, turns, [("@name", name)], cancel);
        await AdoNetDatabase.ExecuteAsync(connection, transaction, "DELETE FROM ostream_part WHERE name = @name", [("@name", name)], cancel);
        for (int chunk = 0; ; chunk++)
        {
            var taken = part.Slice(0, Math.Min(part.Length, ChunkBytes));
            part = part.Slice(taken.End);
            bool last = part.IsEmpty;
            byte[] bytes = last ? [.. taken.ToArray(), .. footer] : taken.ToArray();
            await AdoNetDatabase.ExecuteAsync(
                connection, transaction, "INSERT INTO ostream_part (name, chunk, bytes) VALUES (@name, @chunk, @bytes)",
                [("@name", name), ("@chunk", chunk), ("@bytes", bytes)], cancel);
            if (last) break;
        }

        await transaction.CommitAsync(cancel);
    }

    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(string name, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var command = AdoNetDatabase.Command(connection, null, "SELECT bytes FROM ostream_part WHERE name = @name ORDER BY chunk", [("@name", name)]);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        byte[]? first = null;
        ArrayBufferWriter<byte>? all = null;
        while (await reader.ReadAsync(cancel))
        {
            byte[] chunk = reader.GetFieldValue<byte[]>(0);
            if (first is null) first = chunk;
            else
            {
                if (all is null)
                {
                    all = new ArrayBufferWriter<byte>(first.Length + chunk.Length);
                    all.Write(first);
                }

                all.Write(chunk);
            }
        }

        if (first is null) throw new FileNotFoundException($"checkpoint part '{name}' is missing", name);
        return PartBytes.Check(all?.WrittenMemory ?? first, name);
    }

    public async ValueTask<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);

        // Names compare by bytes in both databases, so those with a prefix are one range.
        await using var command = AdoNetDatabase.Command(
            connection, null, "SELECT name FROM ostream_part WHERE chunk = 0 AND name >= @prefix AND name < @end ORDER BY name",
            [("@prefix", prefix), ("@end", prefix + "\U0010FFFF")]);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var names = ImmutableArray.CreateBuilder<string>();
        while (await reader.ReadAsync(cancel)) names.Add(reader.GetString(0));
        return names.ToImmutable();
    }

    public async ValueTask DeleteAsync(string name, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await AdoNetDatabase.ExecuteAsync(connection, null, "DELETE FROM ostream_part WHERE name = @name", [("@name", name)], cancel);
    }
}
