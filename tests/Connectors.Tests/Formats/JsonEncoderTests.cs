using System.Buffers;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Connectors.Formats.Json;
using Xunit;

namespace OrleansStream.Connectors.Tests.Formats;

public sealed class JsonEncoderTests
{
    [Theory]
    [InlineData("a BIGINT, b STRING, c BOOLEAN", """{"a":-1,"b":"q\"\\/\u0001\n\té😀","c":true}""", """{"a":-1,"b":"q\"\\/\u0001\n\té😀","c":true}""")]
    [InlineData("a TIMESTAMP(3), b TIMESTAMP_LTZ(3), c DATE, d TIME(0)", """{"a":"2020-12-30 12:13:14.120","b":"2020-12-30 12:13:14Z","c":"1969-01-01","d":"01:02:03"}""", """{"a":"2020-12-30 12:13:14.12","b":"2020-12-30 12:13:14Z","c":"1969-01-01","d":"01:02:03"}""")]
    [InlineData("a DOUBLE, b FLOAT, c DOUBLE", """{"a":1e7,"b":0.1,"c":100}""", """{"a":1.0E7,"b":0.1,"c":100.0}""")]
    [InlineData("a DECIMAL(10, 2), b DECIMAL(20, 9)", """{"a":100,"b":0.000000027}""", """{"a":1E+2,"b":2.7E-8}""")]
    [InlineData("a DECIMAL(10, 2), b DECIMAL(10, 2), c DECIMAL(10, 2)", """{"a":0,"b":-1.50,"c":100.25}""", """{"a":0,"b":-1.5,"c":100.25}""")]
    [InlineData("a ROW<x INT, y ARRAY<STRING>>, m MAP<STRING, INT>", """{"a":{"x":null,"y":["p",null]},"m":{"k":1}}""", """{"a":{"x":null,"y":["p",null]},"m":{"k":1}}""")]
    [InlineData("a BYTES, b INT", """{"a":"AQL/"}""", """{"a":"AQL/","b":null}""")]
    [InlineData("a TIMESTAMP(9)", """{"a":"2020-12-30 12:13:14.000000100"}""", """{"a":"2020-12-30 12:13:14.0000001"}""")]
    public void Lines(string columns, string json, string expected) => Assert.Equal(expected + "\n", RoundTrip(columns, json, []));

    [Fact]
    public void Null_fields_can_be_left_out() =>
        Assert.Equal("{\"b\":{\"y\":1}}\n", RoundTrip("a INT, b ROW<x INT, y INT>", """{"b":{"y":1}}""", new() { ["encode.ignore-null-fields"] = "true" }));

    [Fact]
    public void Plain_decimals() =>
        Assert.Equal("{\"a\":100.00,\"b\":0.000000027}\n", RoundTrip("a DECIMAL(10, 2), b DECIMAL(20, 9)", """{"a":100,"b":0.000000027}""", new() { ["encode.decimal-as-plain-number"] = "true" }));

    [Fact]
    public void Iso_timestamps_and_unselected_rows()
    {
        var batch = Decode("a TIMESTAMP(3)", "{\"a\":\"2020-12-30 00:00:00\"}\n{\"a\":\"2020-12-30 00:00:00.5\"}\n{\"a\":null}");
        batch.Selection = new Selection();
        batch.Selection.Writable(2)[0] = 1;
        batch.Selection.Writable(2)[1] = 2;
        batch.Selection.SetCount(2);
        Assert.Equal("{\"a\":\"2020-12-30T00:00:00.5\"}\n{\"a\":null}\n", Encode(batch, new() { ["timestamp-format.standard"] = "ISO-8601" }));
    }

    private static string RoundTrip(string columns, string json, Dictionary<string, string> options) => Encode(Decode(columns, json), options);

    private static Batch Decode(string columns, string json)
    {
        var schema = Tables.Schema(columns);
        var b = new BatchBuilder(schema);
        new JsonDecoder(schema, JsonOptions.Of(new Dictionary<string, string>()), () => "f").Decode(Encoding.UTF8.GetBytes(json), 0, b, 100);
        return b.Build();
    }

    private static string Encode(Batch batch, Dictionary<string, string> options)
    {
        var to = new ArrayBufferWriter<byte>();
        new JsonEncoder(batch.Schema, JsonOptions.Of(options)).Encode(batch, to);
        return Encoding.UTF8.GetString(to.WrittenSpan);
    }
}
