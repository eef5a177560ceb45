using Microsoft.Data.Sqlite;
using Npgsql;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Storage.AdoNet;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Storage.Tests;

/// <summary>A database of one test.</summary>
public interface ITestDatabase : IAsyncDisposable
{
    AdoNetDatabase Database { get; }

    /// <summary>One statement outside the store, with parameters @name and @bytes.</summary>
    Task ExecuteAsync(string sql, string name, byte[] bytes);

    Task<byte[]> ReadAsync(string sql, string name);
}

public sealed class SqliteDatabase : ITestDatabase
{
    private readonly TempFolder _folder = new();

    private SqliteDatabase() => Database = AdoNetDatabase.Sqlite(_folder["state.db"]);

    public AdoNetDatabase Database { get; }

    public static async Task<ITestDatabase> CreateAsync()
    {
        var database = new SqliteDatabase();
        await database.Database.PrepareAsync(default);
        return database;
    }

    public async Task ExecuteAsync(string sql, string name, byte[] bytes)
    {
        await using var connection = new SqliteConnection($"Data Source={_folder["state.db"]}");
        await connection.OpenAsync();
        var command = new SqliteCommand(sql, connection);
        command.Parameters.AddWithValue("@name", name);
        command.Parameters.AddWithValue("@bytes", bytes);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<byte[]> ReadAsync(string sql, string name)
    {
        await using var connection = new SqliteConnection($"Data Source={_folder["state.db"]}");
        await connection.OpenAsync();
        var command = new SqliteCommand(sql, connection);
        command.Parameters.AddWithValue("@name", name);
        return (byte[])(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}

public sealed class PostgreSqlDatabase : ITestDatabase
{
    private static int _number;
    private readonly string _admin, _name;

    private PostgreSqlDatabase(string admin)
    {
        _admin = admin;
        _name = $"ostream_test_{Environment.ProcessId}_{Interlocked.Increment(ref _number)}";
        Database = AdoNetDatabase.PostgreSql(Text);
    }

    public AdoNetDatabase Database { get; }

    private string Text => new NpgsqlConnectionStringBuilder(_admin) { Database = _name, Pooling = true, MaxPoolSize = 10 }.ToString();

    public static async Task<ITestDatabase> CreateAsync(string admin)
    {
        var database = new PostgreSqlDatabase(admin);
        await AdminAsync(admin, $"CREATE DATABASE {database._name}");
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => database.Database.PrepareAsync(default).AsTask()));
        return database;
    }

    public async Task ExecuteAsync(string sql, string name, byte[] bytes)
    {
        await using var connection = new NpgsqlConnection(Text);
        await connection.OpenAsync();
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("@name", name);
        command.Parameters.AddWithValue("@bytes", bytes);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<byte[]> ReadAsync(string sql, string name)
    {
        await using var connection = new NpgsqlConnection(Text);
        await connection.OpenAsync();
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("@name", name);
        return (byte[])(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await AdminAsync(_admin, $"DROP DATABASE {_name} WITH (FORCE)");
    }

    private static async Task AdminAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await new NpgsqlCommand(sql, connection).ExecuteNonQueryAsync();
    }
}

public abstract class AdoNetJournalTests : JournalContract, IAsyncLifetime
{
    private ITestDatabase _database = null!;

    protected abstract Task<ITestDatabase> CreateAsync();

    protected override IJournal Open() => new AdoNetJournal(_database.Database);

    public async ValueTask InitializeAsync() => _database = await CreateAsync();

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_damaged_or_missing_entry_is_refused_by_name()
    {
        await Append(Open(), new DesiredEntry(DesiredState.Running, null), Begin(1, "plan"), Publish(1, 1));
        await _database.ExecuteAsync("UPDATE ostream_journal SET entry = substr(entry, 1, 30) WHERE number = 3 AND job = @name AND @bytes IS NOT NULL", "job", [0]);
        Assert.Contains("tenant/job/3", (await Assert.ThrowsAsync<InvalidDataException>(async () => await Open().ReadAsync(Job, default))).Message, StringComparison.Ordinal);
        await _database.ExecuteAsync("DELETE FROM ostream_journal WHERE number = 2 AND job = @name AND @bytes IS NOT NULL", "job", [0]);
        Assert.Contains("tenant/job/2", (await Assert.ThrowsAsync<InvalidDataException>(async () => await Open().ReadAsync(Job, default))).Message, StringComparison.Ordinal);
    }
}

public abstract class AdoNetPartStoreTests : PartStoreContract, IAsyncLifetime
{
    private ITestDatabase _database = null!;

    protected abstract Task<ITestDatabase> CreateAsync();

    protected override IPartStore Open() => new AdoNetPartStore(_database.Database);

    protected override async Task Damage(string name, Func<byte[], byte[]> change)
    {
        byte[] stored = await _database.ReadAsync("SELECT bytes FROM ostream_part WHERE name = @name AND chunk = 0", name);
        await _database.ExecuteAsync("UPDATE ostream_part SET bytes = @bytes WHERE name = @name AND chunk = 0", name, change(stored));
    }

    public async ValueTask InitializeAsync() => _database = await CreateAsync();

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_lost_chunk_is_noticed()
    {
        await Put("t/j/1/large", Bytes(9_000_000, 1));
        await _database.ExecuteAsync("DELETE FROM ostream_part WHERE name = @name AND chunk = 1 AND @bytes IS NOT NULL", "t/j/1/large", [0]);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Open().GetAsync("t/j/1/large", default));
    }
}

public sealed class SqliteJournalTests : AdoNetJournalTests
{
    protected override Task<ITestDatabase> CreateAsync() => SqliteDatabase.CreateAsync();
}

public sealed class SqlitePartStoreTests : AdoNetPartStoreTests
{
    protected override Task<ITestDatabase> CreateAsync() => SqliteDatabase.CreateAsync();
}

public sealed class PostgreSqlJournalTests(PostgreSqlServer server) : AdoNetJournalTests, IClassFixture<PostgreSqlServer>
{
    protected override Task<ITestDatabase> CreateAsync() => PostgreSqlDatabase.CreateAsync(server.Require());
}

public sealed class PostgreSqlPartStoreTests(PostgreSqlServer server) : AdoNetPartStoreTests, IClassFixture<PostgreSqlServer>
{
    protected override Task<ITestDatabase> CreateAsync() => PostgreSqlDatabase.CreateAsync(server.Require());
}
