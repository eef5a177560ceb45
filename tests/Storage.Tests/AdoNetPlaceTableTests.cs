using OrleansStream.Engine.Checkpoints;
using OrleansStream.Storage.AdoNet;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Storage.Tests;

public abstract class AdoNetPlaceTableTests : PlaceTableContract, IAsyncLifetime
{
    private ITestDatabase _database = null!;

    protected abstract Task<ITestDatabase> CreateAsync();

    protected override IPlaceTable Open() => new AdoNetPlaceTable(_database.Database);

    public async ValueTask InitializeAsync() => _database = await CreateAsync();

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

public sealed class SqlitePlaceTableTests : AdoNetPlaceTableTests
{
    protected override Task<ITestDatabase> CreateAsync() => SqliteDatabase.CreateAsync();
}

public sealed class PostgreSqlPlaceTableTests(PostgreSqlServer server) : AdoNetPlaceTableTests, IClassFixture<PostgreSqlServer>
{
    protected override Task<ITestDatabase> CreateAsync() => PostgreSqlDatabase.CreateAsync(server.Require());
}
