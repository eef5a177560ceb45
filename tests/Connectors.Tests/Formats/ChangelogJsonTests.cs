using System.Text;
using OrleansStream.Columns;
using OrleansStream.Connectors.Formats.Json;
using OrleansStream.Engine.Connect;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Connectors.Tests.Formats;

public sealed class ChangelogJsonTests : FormatContract
{
    protected override Format Format { get; } = new ChangelogJsonFormat();

    protected override Schema Schema { get; } = Tables.Schema("a BIGINT, b STRING, c ROW<x INT, y ARRAY<STRING>>, d DECIMAL(9, 3)");

    protected override byte[] Malformed => "{\"data\":{\"a\":1,\"b\":\"lost\"},\"op\":\"+X\"}\n"u8.ToArray();

    [Fact]
    public void Lines()
    {
        const string text = """
            {"data":{"a":1,"b":"x"},"op":"+I"}
            {"op":"-U","data":{"b":"x","a":1}}
            {"data":{"a":2,"b":null},"op":"+U","ts":5}
            {"data":{},"op":"-D"}

            """;
        var schema = Tables.Schema("a BIGINT, b STRING");
        var b = new BatchBuilder(schema, withKinds: true);
        Format.CreateDecoder(schema, Options, () => "f").Decode(Encoding.UTF8.GetBytes(text), 0, b, 100);
        var batch = b.Build();
        Assert.Equal(["+I 1 x", "-U 1 x", "+U 2 NULL", "-D NULL NULL"], Enumerable.Range(0, 4).Select(r => RowText.Print(batch, r, true)));
        var to = new System.Buffers.ArrayBufferWriter<byte>();
        Format.CreateEncoder(schema, Options).Encode(batch, to);
        Assert.StartsWith("{\"data\":{\"a\":1,\"b\":\"x\"},\"op\":\"+I\"}\n{\"data\":{\"a\":1,\"b\":\"x\"},\"op\":\"-U\"}\n", Encoding.UTF8.GetString(to.WrittenSpan), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"data":{"a":1}}""", "field 'op' is missing")]
    [InlineData("""{"data":{"a":1},"op":null}""", "field 'op' is null")]
    [InlineData("""{"op":"+I"}""", "field 'data' is missing")]
    [InlineData("""{"data":null,"op":"+I"}""", "field 'data' is null")]
    [InlineData("""{"data":[1],"op":"+I"}""", "field 'data'")]
    [InlineData("""{"data":{"a":1},"op":"+"}""", "field 'op'")]
    [InlineData("""{"data":{"a":1},"op":"I-"}""", "field 'op'")]
    public void Half_records_are_malformed_and_never_half_read(string line, string reason)
    {
        var schema = Tables.Schema("a BIGINT");
        byte[] bytes = Encoding.UTF8.GetBytes($"{{\"data\":{{\"a\":7}},\"op\":\"-D\"}}\n{line}\n{{\"data\":{{\"a\":8}},\"op\":\"+U\"}}\n");
        var e = Assert.Throws<MalformedRecordException>(() => Format.CreateDecoder(schema, Options, () => "f").Decode(bytes, 0, new BatchBuilder(schema, true), 100));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        var b = new BatchBuilder(schema, withKinds: true);
        var ignoring = Format.CreateDecoder(schema, new Dictionary<string, string> { ["ignore-parse-errors"] = "true" }, () => "f");
        Assert.Equal(new Decoded(bytes.Length, 3, 1), ignoring.Decode(bytes, 0, b, 100));
        var batch = b.Build();
        Assert.Equal(["-D 7", "+U 8"], Enumerable.Range(0, 2).Select(r => RowText.Print(batch, r, true)));
    }
}
