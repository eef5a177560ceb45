using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Connectors.Tests.Files;

/// <summary>Tables of files that are PARTITIONED BY columns, and metadata of files.</summary>
public sealed class PartitionTests : IDisposable
{
    private static readonly string[] Rows = ["1|2024-01-01|a b/c", "2|2024-01-02|NULL", "3|2024-01-01|a b/c", "4|NULL|x"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Connector Connector => ConnectorRegistry.Scan().Connector("filesystem");

    private static TableRef Table(string format) =>
        Tables.Of("filesystem", "n BIGINT, dt DATE, s STRING", ("path", "t"), ("format", format)) with { PartitionKeys = [1, 2] };

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    [InlineData("changelog-json")]
    public async Task What_was_written_is_read_again(string format)
    {
        await Write(format, 1, 7);
        Assert.Equal(
            ["dt=2024-01-01/s=a b%2Fc/epoch-7", "dt=2024-01-02/s=__DEFAULT_PARTITION__/epoch-7", "dt=__DEFAULT_PARTITION__/s=x/epoch-7"],
            Directory.GetDirectories(_folder["t"], "epoch-*", SearchOption.AllDirectories).Select(d => Path.GetRelativePath(_folder["t"], d)).Order(StringComparer.Ordinal));
        Assert.Equal(Rows, await Read(Table(format), format));
        Assert.Equal(Rows.Select(r => string.Join('|', r.Split('|').Reverse().Take(2))).Order(StringComparer.Ordinal), await Read(Table(format), format, 2, 1));
    }

    [Fact]
    public async Task A_commit_that_died_half_way_is_ended_by_the_next()
    {
        var (context, committables) = await Write("json", 1, 7, commit: false);

        // One partition was renamed before the process died.
        string staged = Directory.GetDirectories(_folder["t"], "dt=2024-01-01", SearchOption.AllDirectories).Single();
        await using var committer = Connector.CreateCommitter(context);
        string hidden = _folder["elsewhere"];
        Directory.Move(staged, hidden);
        await committer.CommitAsync(1, 7, committables, default);
        Assert.Equal(2, (await Read(Table("json"), "json")).Count);

        // What a commit has done is not done again.
        await committer.CommitAsync(2, 7, committables, default);
        await committer.AbortAsync(2, [], default);
        Assert.Equal(2, (await Read(Table("json"), "json")).Count);
    }

    [Fact]
    public async Task Metadata_of_a_file()
    {
        await File.WriteAllTextAsync(_folder["f.json"], "{\"n\":1}\n{\"n\":2}\n");
        File.SetLastWriteTimeUtc(_folder["f.json"], new DateTime(2024, 2, 3, 4, 5, 6, 789, DateTimeKind.Utc));
        var table = Tables.Of("filesystem", "size BIGINT, n BIGINT, name STRING, at TIMESTAMP_LTZ(3)", ("path", "f.json"), ("format", "json")) with
        {
            Metadata = ImmutableSortedDictionary<int, string>.Empty.Add(0, "file.size").Add(2, "file.name").Add(3, "file.modification-time"),
        };
        var rows = await Read(table, "json");
        Assert.Equal(2, rows.Count);
        Assert.StartsWith("16|1|f.json|2024-02-03", rows[0], StringComparison.Ordinal);
        Assert.Contains("04:05:06.789", rows[1], StringComparison.Ordinal);
    }

    private async Task<(SinkContext, ImmutableArray<byte[]>)> Write(string format, int generation, long epoch, bool commit = true)
    {
        var table = Table(format);
        var context = new SinkContext("job", "sink", table, format == "changelog-json", generation, 0, new TestServices(_folder.Path));
        await using var writer = Connector.CreateWriter(context);
        var b = new BatchBuilder(table.Schema);
        foreach (string[] row in Rows.Select(r => r.Split('|')))
        {
            b.Fixed<long>(0).Add(long.Parse(row[0], null));
            if (row[1] == "NULL") b.Columns[1].AppendNulls(1);
            else b.Fixed<int>(1).Add(DateOnly.Parse(row[1], null).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
            if (row[2] == "NULL") b.Columns[2].AppendNulls(1);
            else b.Text(2).Append(System.Text.Encoding.UTF8.GetBytes(row[2]));
            b.Advance(1);
        }

        var buffer = new ArrayBufferWriter<byte>();
        writer.Encode(b.Build(), buffer);
        await writer.WriteAsync(buffer.WrittenMemory, default);
        var committables = await writer.PrepareAsync(epoch, default);
        if (!commit) return (context, committables);
        await using var committer = Connector.CreateCommitter(context);
        await committer.CommitAsync(generation, epoch, committables, default);
        await committer.CommitAsync(generation, epoch, committables, default);
        return (context, committables);
    }

    private async Task<List<string>> Read(TableRef table, string format, params int[] projection)
    {
        var context = Tables.Source(table, new TestServices(_folder.Path), projection);
        await using var splits = Connector.CreateEnumerator(context);
        var rows = new List<string>();
        await using var reader = (IBlockReader)Connector.CreateReader(context);
        foreach (var split in await splits.DiscoverAsync(default))
        {
            await reader.OpenAsync(split, SplitPosition.Start, default);
            for (bool last = false; !last;)
            {
                var block = (await reader.ReadAsync(default))!;
                last = block.Last;
                var b = new BatchBuilder(context.ReadSchema, withKinds: format == "changelog-json");
                for (int at = 0; at < block.Bytes.Length; b.Reset())
                {
                    at += reader.Decoder.Decode(block.Bytes.Span[at..], block.Before.Offset + at, b, 100).Bytes;
                    rows.AddRange(Tables.Lines(b.Borrow()).Select(l => l.Replace("null", "NULL", StringComparison.Ordinal)));
                }
            }
        }

        return [.. rows.Order(StringComparer.Ordinal)];
    }
}
