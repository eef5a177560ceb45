using System.Buffers;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Storage.Files;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Storage.Tests;

public sealed class FileJournalTests : JournalContract, IDisposable
{
    private readonly TempFolder _state = new();

    private string Entry(int number) => _state[$"jobs/tenant/job/journal/{number:D10}.json"];

    protected override IJournal Open() => new FileJournal(_state.Path);

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Entries_are_numbered_files_and_nothing_else_stays()
    {
        await Append(Open(), new DesiredEntry(DesiredState.Running, null), Begin(1, "plan"));
        Assert.Equal([Entry(1), Entry(2)], Directory.GetFiles(_state.Path, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public async Task The_disk_format_is_kept()
    {
        await Append(Open(), new DesiredEntry(DesiredState.Running, null), Begin(1, "{\"plan\": \"text\"}"), Publish(1, 3), new DropEntry(1, ["tenant/job/1/2-0-1"]));
        Golden.Match("checkpoints/journal-v1.txt", string.Concat(Enumerable.Range(1, 4).Select(i => $"== {i:D10}.json\n{File.ReadAllText(Entry(i))}")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(-1)]
    public async Task A_damaged_entry_is_refused_by_name(int length)
    {
        await Append(Open(), new DesiredEntry(DesiredState.Running, null), Begin(1, "plan"), Publish(1, 1));
        byte[] bytes = await File.ReadAllBytesAsync(Entry(3));
        await File.WriteAllBytesAsync(Entry(3), length < 0 ? [.. bytes[..^20], .. new byte[20]] : bytes[..length]);
        var e = await Assert.ThrowsAsync<InvalidDataException>(async () => await Open().ReadAsync(Job, default));
        Assert.Contains(Entry(3), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_that_this_version_does_not_know_is_refused()
    {
        await Append(Open(), new DesiredEntry(DesiredState.Running, null));
        await File.WriteAllTextAsync(Entry(2), """{"desired": {"state": "running", "since": 7}}""");
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Open().ReadAsync(Job, default));
    }
}

public sealed class FilePartStoreTests : PartStoreContract, IDisposable
{
    private readonly TempFolder _state = new();

    protected override IPartStore Open() => new FilePartStore(_state.Path);

    protected override async Task Damage(string name, Func<byte[], byte[]> change) =>
        await File.WriteAllBytesAsync(_state["parts/" + name], change(await File.ReadAllBytesAsync(_state["parts/" + name])));

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task A_file_that_was_not_finished_is_no_part()
    {
        await Put("t/j/1/a", Bytes(10, 1));
        await File.WriteAllBytesAsync(_state["parts/t/j/1/.tmp-1-x-1"], Bytes(5, 1));
        Assert.Equal(["t/j/1/a"], await Open().ListAsync("", default));
    }
}

/// <summary>Limits the size of files of this process, as a full disk would: alone, since it concerns every writer.</summary>
[CollectionDefinition(nameof(FullDisk), DisableParallelization = true)]
public sealed class FullDiskCollection;

[Collection(nameof(FullDisk))]
public sealed class FullDiskTests : IDisposable
{
    private static readonly JobKey Job = new("t", "j");
    private readonly TempFolder _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task A_part_that_does_not_fit_fails_whole_and_leaves_the_old_one()
    {
        var store = new FilePartStore(_state.Path);
        await store.PutAsync("t/j/1/p", new ReadOnlySequence<byte>(new byte[1000]), default);
        using (FullDisk.At(1 << 20))
            await Assert.ThrowsAnyAsync<IOException>(async () => await store.PutAsync("t/j/1/p", new ReadOnlySequence<byte>(new byte[3 << 20]), default));
        Assert.Equal(1000, (await store.GetAsync("t/j/1/p", default)).Length);
        Assert.Single(Directory.GetFiles(_state.Path, "*", SearchOption.AllDirectories));
        await store.PutAsync("t/j/1/p", new ReadOnlySequence<byte>(new byte[3 << 20]), default);
        Assert.Equal(3 << 20, (await store.GetAsync("t/j/1/p", default)).Length);
    }

    [Fact]
    public async Task An_entry_that_does_not_fit_is_not_there_and_can_be_written_later()
    {
        var journal = new FileJournal(_state.Path);
        Assert.True(await journal.TryAppendAsync(Job, 0, new DesiredEntry(DesiredState.Running, null), default));
        var large = new DropEntry(1, [.. Enumerable.Range(0, 100_000).Select(i => $"t/j/1/part-{i}")]);
        using (FullDisk.At(1 << 20)) await Assert.ThrowsAnyAsync<IOException>(async () => await journal.TryAppendAsync(Job, 1, large, default));
        Assert.Equal(1, (await new FileJournal(_state.Path).ReadAsync(Job, default)).Version);
        Assert.Single(Directory.GetFiles(_state.Path, "*", SearchOption.AllDirectories));
        Assert.True(await journal.TryAppendAsync(Job, 1, large, default));
    }
}
