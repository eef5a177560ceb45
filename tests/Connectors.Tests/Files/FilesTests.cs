using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Connectors.Tests.Files;

public sealed class FilesSourceTests : SourceContract, IDisposable
{
    private const int Rows = 900;
    private readonly TempFolder _folder = new();

    public FilesSourceTests()
    {
        Directory.CreateDirectory(_folder["in/sub"]);
        for (int f = 0; f < 3; f++)
        {
            // The last file has no line feed at its end; some lines are longer than a block.
            var lines = Enumerable.Range(0, Rows / 3).Select(i => $"{{\"n\":{(f * 1000) + i},\"pad\":\"{new string('x', i % 50 == 0 ? 9000 : i)}\",\"s\":\"r{i}\"}}");
            File.WriteAllText(_folder[f == 1 ? "in/sub/b.json" : $"in/{(char)('a' + f)}.json"], string.Join('\n', lines) + (f == 2 ? "" : "\n"));
        }

        File.WriteAllText(_folder["in/.hidden"], "no json");
        File.WriteAllText(_folder["in/_hidden"], "no json");
    }

    protected override Connector Connector => ConnectorRegistry.Scan().Connector("filesystem");

    protected override SourceContext Context => Tables.Source(
        Tables.Of("filesystem", "s STRING, n BIGINT", ("path", "in"), ("format", "json"), ("source.block-size", "4 kb")), new TestServices(_folder.Path));

    protected override IReadOnlyList<string> Expected => [.. Enumerable.Range(0, Rows).Select(i => $"r{i % 300} {(i / 300 * 1000) + (i % 300)}")];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("in/a.json", "a.json")]
    [InlineData("in", "a.json|c.json|sub/b.json")]
    [InlineData("in/*.json", "a.json|c.json")]
    [InlineData("in/?.json", "a.json|c.json")]
    [InlineData("./x/../in/*/b.json", "sub/b.json")]
    public async Task Paths_and_patterns(string path, string files)
    {
        await using var splits = Connector.CreateEnumerator(With(path));
        Assert.Equal(files.Split('|'), (await splits.DiscoverAsync(default)).Select(s => s.Id));
        await using var absolute = Connector.CreateEnumerator(With("file://" + _folder[path]));
        Assert.Equal(files.Split('|'), (await absolute.DiscoverAsync(default)).Select(s => s.Id));
    }

    [Fact]
    public async Task A_path_that_is_not_there_is_named()
    {
        await using var splits = Connector.CreateEnumerator(With("nowhere"));
        var e = await Assert.ThrowsAsync<FileNotFoundException>(async () => await splits.DiscoverAsync(default));
        Assert.Contains(_folder["nowhere"], e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malformed_line_is_named_by_file_line_and_column()
    {
        var lines = Enumerable.Range(0, 2000).Select(i => i == 1233 ? "{\"n\":1,\"s\":x}" : "{\"n\":1,\"s\":\"abc\"}");
        await File.WriteAllLinesAsync(_folder["bad.json"], lines);
        await using var reader = (IBlockReader)Connector.CreateReader(With("bad.json"));
        await reader.OpenAsync(new Split("bad.json", "bad.json"), SplitPosition.Start, default);
        var b = new BatchBuilder(Context.ReadSchema);
        var e = await Assert.ThrowsAsync<MalformedRecordException>(async () =>
        {
            while (true)
            {
                var block = (await reader.ReadAsync(default))!;
                for (int at = 0; at < block.Bytes.Length; b.Reset()) at += reader.Decoder.Decode(block.Bytes.Span[at..], block.Before.Offset + at, b, 100).Bytes;
            }
        });
        Assert.Equal((_folder["bad.json"], 1234L, 12), (e.Origin, e.Line, e.Column));
    }

    private SourceContext With(string path) => Tables.Source(
        Tables.Of("filesystem", "s STRING, n BIGINT", ("path", path), ("format", "json"), ("source.block-size", "4 kb")), new TestServices(_folder.Path));
}

public sealed class FilesSinkTests : SinkContract, IDisposable
{
    private readonly TempFolder _folder = new();

    protected override Connector Connector => ConnectorRegistry.Scan().Connector("filesystem");

    protected override SinkContext Context(int generation, int shard) => Context("t/job", generation, shard);

    private SinkContext Context(string job, int generation, int shard) => new(
        job, "sink-1", Tables.Of("filesystem", "n BIGINT", ("path", "out"), ("format", "json")), false, generation, shard, new TestServices(_folder.Path));

    protected override Task<IReadOnlyList<long>> Visible()
    {
        var numbers = new List<long>();
        foreach (string file in Epochs().SelectMany(Directory.GetFiles).Where(f => Path.GetFileName(f)[0] != '.'))
            foreach (string line in File.ReadLines(file)) numbers.Add(JsonDocument.Parse(line).RootElement.GetProperty("n").GetInt64());
        return Task.FromResult<IReadOnlyList<long>>(numbers);
    }

    private string[] Epochs() => Directory.Exists(_folder["out"]) ? Directory.GetDirectories(_folder["out"], "epoch-*") : [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_epoch_is_one_folder_and_an_empty_one_is_none()
    {
        await Commit(1, 1, await Stage(1, 1, [1], [2]));
        await Commit(1, 2, await Stage(1, 2, [], []));
        await Commit(1, 3, await Stage(1, 3, [], [3]));
        Assert.Equal(["epoch-1", "epoch-3"], Epochs().Select(Path.GetFileName).Order());
        Assert.Equal(["part-0000.json", "part-0001.json"], Directory.GetFiles(_folder["out/epoch-1"], "part*").Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Another_jobs_epoch_of_that_number_is_left_alone()
    {
        await Commit(1, 1, await Stage(1, 1, [1], []));
        await using var writer = Connector.CreateWriter(Context("t/other", 1, 0));
        var b = new BatchBuilder(Schema);
        b.Fixed<long>(0).Add(7);
        b.Advance(1);
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        writer.Encode(b.Build(), bytes);
        await writer.WriteAsync(bytes.WrittenMemory, default);
        var staged = await writer.PrepareAsync(1, default);
        await using var committer = Connector.CreateCommitter(Context("t/other", 1, 0));
        await committer.CommitAsync(1, 1, staged, default);
        await committer.CommitAsync(1, 1, staged, default);
        Assert.Equal([1L, 7], (await Visible()).Order());
        Assert.Equal(2, Epochs().Length);
    }

    [Fact]
    public async Task A_source_reads_what_was_committed_and_nothing_staged()
    {
        await Commit(1, 1, await Stage(1, 1, [1, 2], [3]));
        await Stage(1, 2, [4], []);
        var source = Tables.Source(Tables.Of("filesystem", "n BIGINT", ("path", "out"), ("format", "json")), new TestServices(_folder.Path));
        await using var splits = Connector.CreateEnumerator(source);
        var found = await splits.DiscoverAsync(default);
        Assert.Equal(["epoch-1/part-0000.json", "epoch-1/part-0001.json"], found.Select(s => s.Id));
    }

    [Fact]
    public async Task A_lost_staging_folder_is_an_error_not_silence()
    {
        var staged = await Stage(1, 1, [1], []);
        Directory.Delete(_folder["out/.staging"], recursive: true);
        var e = await Assert.ThrowsAsync<IOException>(() => Commit(1, 1, staged));
        Assert.Contains("epoch 1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_jobs_cannot_leave_the_staging_folder()
    {
        await using var writer = Connector.CreateWriter(Context("../../evil", 1, 0));
        await writer.WriteAsync("x"u8.ToArray(), default);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path).Where(f => Path.GetFileName(f) != "out"));
        Assert.Single(Directory.GetDirectories(_folder["out/.staging"]));
    }
}
