using System.Buffers;
using System.Data.Common;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Storage.AdoNet;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Storage.Tests;

/// <summary>A database that has no room: what does not fit is not there, what was there stays, and later it can be written.</summary>
[Collection(nameof(FullDisk))]
public sealed class FullDatabaseTests(PostgreSqlServer server) : IClassFixture<PostgreSqlServer>
{
    private static readonly JobKey Job = new("t", "j");

    [Fact]
    public async Task Sqlite_on_a_full_disk()
    {
        await using var database = await SqliteDatabase.CreateAsync();
        await CheckAsync(database, () => Task.FromResult<IDisposable>(FullDisk.At(1 << 20)));
    }

    [Fact]
    public async Task PostgreSql_that_says_its_disk_is_full()
    {
        await using var database = await PostgreSqlDatabase.CreateAsync(server.Require());
        await database.ExecuteAsync("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$", "", []);
        foreach (string table in new[] { "ostream_part", "ostream_journal" })
            await database.ExecuteAsync($"CREATE TRIGGER full_disk AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION full_disk()", "", []);
        async Task Enable(string what)
        {
            foreach (string table in new[] { "ostream_part", "ostream_journal" }) await database.ExecuteAsync($"ALTER TABLE {table} {what} TRIGGER full_disk", "", []);
        }

        await Enable("DISABLE");
        await CheckAsync(database, async () =>
        {
            await Enable("ENABLE");
            return new After(() => Enable("DISABLE").GetAwaiter().GetResult());
        });
    }

    private static async Task CheckAsync(ITestDatabase database, Func<Task<IDisposable>> fill)
    {
        var parts = new AdoNetPartStore(database.Database);
        var journal = new AdoNetJournal(database.Database);
        byte[] large = new byte[5 << 20];
        new Random(1).NextBytes(large);
        var entry = new DropEntry(1, [.. Enumerable.Range(0, 200_000).Select(i => $"t/j/1/part-{i}")]);
        await parts.PutAsync("t/j/1/p", new ReadOnlySequence<byte>(new byte[1000]), default);
        Assert.True(await journal.TryAppendAsync(Job, 0, new DesiredEntry(DesiredState.Running, null), default));
        using (await fill())
        {
            await Assert.ThrowsAnyAsync<DbException>(async () => await parts.PutAsync("t/j/1/p", new ReadOnlySequence<byte>(large), default));
            await Assert.ThrowsAnyAsync<DbException>(async () => await journal.TryAppendAsync(Job, 1, entry, default));
        }

        Assert.Equal(1000, (await parts.GetAsync("t/j/1/p", default)).Length);
        Assert.Equal(1, (await new AdoNetJournal(database.Database).ReadAsync(Job, default)).Version);
        await parts.PutAsync("t/j/1/p", new ReadOnlySequence<byte>(large), default);
        Assert.True((await parts.GetAsync("t/j/1/p", default)).Span.SequenceEqual(large));
        Assert.True(await journal.TryAppendAsync(Job, 1, entry, default));
    }

    private sealed class After(Action work) : IDisposable
    {
        public void Dispose() => work();
    }
}
