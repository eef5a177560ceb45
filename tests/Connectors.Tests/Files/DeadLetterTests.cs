using OrleansStream.Columns;
using OrleansStream.Connectors.Files;
using OrleansStream.Engine.Connect;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Connectors.Tests.Files;

/// <summary>Malformed records go to the dead-letter file, each once, whatever is read again.</summary>
public sealed class DeadLetterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("json", "{\"n\":1}|{\"n\":x}|{\"n\":2}|nothing|{\"n\":3}|{\"n\":", "{\"n\":x}|nothing|{\"n\":")]
    [InlineData("csv", "1|x|2|3,4|3", "x|3,4")]
    [InlineData("changelog-json", "{\"data\":{\"n\":1},\"op\":\"+I\"}|{\"data\":{\"n\":2}}|{\"data\":{\"n\":2},\"op\":\"+U\"}", "{\"data\":{\"n\":2}}")]
    public async Task Each_has_one_letter(string format, string lines, string letters)
    {
        await File.WriteAllTextAsync(_folder["in"], lines.Replace('|', '\n'));
        var all = await Read(format, SplitPosition.Start, 1000);
        int good = lines.Split('|').Length - letters.Split('|').Length;
        Assert.Equal((good, letters.Split('|').Length), (all.Rows, all.Malformed));
        Assert.Equal(letters.Split('|'), Letters());

        // Read one row at a time, and again from each position in between: a process that died there and was restored.
        for (int rows = 1; rows <= good; rows++)
        {
            File.Delete(Path.Combine(_folder["dead"], "in.0.jsonl"));
            var some = await Read(format, SplitPosition.Start, rows);
            await Read(format, SplitPosition.Start, 1000);
            await Read(format, some.Position, 1000);
            Assert.Equal(letters.Split('|'), Letters());
        }
    }

    private string[] Letters() => [.. File.ReadLines(Path.Combine(_folder["dead"], "in.0.jsonl")).Select(l =>
    {
        using var json = System.Text.Json.JsonDocument.Parse(l);
        Assert.Equal(_folder["in"], json.RootElement.GetProperty("file").GetString());
        string record = json.RootElement.GetProperty("record").GetString()!;
        int offset = json.RootElement.GetProperty("offset").GetInt32();
        Assert.Equal(record, File.ReadAllText(_folder["in"]).Substring(offset, record.Length));
        Assert.StartsWith("malformed", json.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
        return record;
    })];

    private async Task<(int Rows, int Malformed, SplitPosition Position)> Read(string format, SplitPosition from, int most)
    {
        var context = Tables.Source(Tables.Of("filesystem", "n BIGINT", ("path", "in"), ("format", format), ("dead-letter.path", "dead")), new TestServices(_folder.Path));
        await using var reader = (IBlockReader)ConnectorRegistry.Scan().Connector("filesystem").CreateReader(context);
        await reader.OpenAsync(new Split("in", "in"), from, default);
        var b = new BatchBuilder(context.ReadSchema, withKinds: format == "changelog-json");
        (int rows, int malformed) = (0, 0);
        var position = from;
        for (bool last = false; !last && rows < most;)
        {
            var block = (await reader.ReadAsync(default))!;
            last = block.Last;
            int records = 0;
            for (int at = 0; at < block.Bytes.Length && rows < most; b.Reset())
            {
                var done = reader.Decoder.Decode(block.Bytes.Span[at..], block.Before.Offset + at, b, 1);
                rows += b.Count;
                malformed += done.Malformed;
                (at, records) = (at + done.Bytes, records + done.Records);
                position = reader.After(block, at, records);
            }
        }

        return (rows, malformed, position);
    }
}
