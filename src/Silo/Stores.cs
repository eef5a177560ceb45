using Microsoft.Extensions.Hosting;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Grains.Runs;
using OrleansStream.Storage.AdoNet;
using OrleansStream.Storage.Files;

namespace OrleansStream.Silo;

/// <summary>Journal and parts: in files of the state folder, or, for silos in several processes, in their database. Ready before Orleans starts.</summary>
internal sealed class Stores : IHostedService, IAsyncDisposable
{
    private readonly AdoNetDatabase? _database;
    private readonly StateFolder? _folder;

    /// <param name="folder">this process' own; null when <see cref="SiloOptions.Database"/> is set.</param>
    public Stores(SiloOptions options, StateFolder? folder)
    {
        _folder = folder;
        if (options.Database is { } text)
        {
            _database = AdoNetDatabase.PostgreSql(text);
            (Journal, Parts, Places) = (new AdoNetJournal(_database), PartsOf(options, _database), new AdoNetPlaceTable(_database));
        }
        else
        {
            (Journal, Parts, Places) = (new FileJournal(folder!.Path), new FilePartStore(folder.Path), new MemoryPlaceTable());
        }
    }

    private static IPartStore PartsOf(SiloOptions options, AdoNetDatabase database) =>
        options.PartsFolder is { } folder ? new FilePartStore(Path.GetFullPath(folder)) : new AdoNetPartStore(database);

    public IJournal Journal { get; }

    public IPartStore Parts { get; }

    public IPlaceTable Places { get; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_database is not null) await _database.PrepareAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
        _folder?.Dispose();
    }
}
