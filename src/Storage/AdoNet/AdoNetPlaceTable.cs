using System.Collections.Immutable;
using System.Data.Common;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Storage.AdoNet;

/// <summary>Places in a database: every statement is atomic by itself.</summary>
public sealed class AdoNetPlaceTable(AdoNetDatabase database) : IPlaceTable
{
    public async ValueTask<Place> EnterAsync(Place place, Place? instead, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        if (instead is not null)
        {
            await AdoNetDatabase.ExecuteAsync(
                connection, null, "UPDATE ostream_place SET silo = @silo, instance = @instance WHERE name = @name AND silo = @oldSilo AND instance = @oldInstance",
                [.. Values(place), ("@oldSilo", instead.Silo), ("@oldInstance", instead.Instance)], cancel);
        }

        while (true)
        {
            await AdoNetDatabase.ExecuteAsync(
                connection, null, "INSERT INTO ostream_place (name, silo, instance) VALUES (@name, @silo, @instance) ON CONFLICT DO NOTHING", Values(place), cancel);

            // Absent = taken away in between: enter again.
            if (await FindAsync(connection, place.Name, cancel) is { } standing) return standing;
        }
    }

    public async ValueTask<Place?> FindAsync(string name, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await FindAsync(connection, name, cancel);
    }

    public async ValueTask LeaveAsync(Place place, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await AdoNetDatabase.ExecuteAsync(connection, null, "DELETE FROM ostream_place WHERE name = @name AND silo = @silo AND instance = @instance", Values(place), cancel);
    }

    public async ValueTask LeaveAllAsync(ImmutableArray<string> silos, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        foreach (string silo in silos) await AdoNetDatabase.ExecuteAsync(connection, null, "DELETE FROM ostream_place WHERE silo = @silo", [("@silo", silo)], cancel);
    }

    private static async ValueTask<Place?> FindAsync(DbConnection connection, string name, CancellationToken cancel)
    {
        await using var command = AdoNetDatabase.Command(connection, null, "SELECT silo, instance FROM ostream_place WHERE name = @name", [("@name", name)]);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? new Place(name, reader.GetString(0), reader.GetString(1)) : null;
    }

    private static (string Name, object Value)[] Values(Place place) => [("@name", place.Name), ("@silo", place.Silo), ("@instance", place.Instance)];
}
