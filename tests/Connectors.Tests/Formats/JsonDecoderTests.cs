using System.Text;
using OrleansStream.Columns;
using OrleansStream.Connectors.Formats.Json;
using OrleansStream.Engine.Connect;
using Xunit;

namespace OrleansStream.Connectors.Tests.Formats;

public sealed class JsonDecoderTests
{
    private static readonly Dictionary<string, string> NoOptions = [];
    private static readonly Dictionary<string, string> Ignore = new() { ["ignore-parse-errors"] = "true" };

    [Theory]
    // numbers
    [InlineData("a BIGINT", """{"a":9223372036854775807}""", "9223372036854775807")]
    [InlineData("a BIGINT", """{"a":-9223372036854775808}""", "-9223372036854775808")]
    [InlineData("a BIGINT", """{"a":12.9}""", "12")]
    [InlineData("a BIGINT", """{"a":-1.5e3}""", "-1500")]
    [InlineData("a BIGINT", """{"a":" 42 "}""", "42")]
    [InlineData("a BIGINT", """{"a":0}""", "0")]
    [InlineData("a INT", """{"a":-7}""", "-7")]
    [InlineData("a SMALLINT, b TINYINT", """{"a":-300,"b":"-128"}""", "-300|-128")]
    [InlineData("a DOUBLE", """{"a":0.1}""", "0.1")]
    [InlineData("a DOUBLE", """{"a":1e400}""", "Infinity")]
    [InlineData("a DOUBLE", """{"a":"NaN"}""", "NaN")]
    [InlineData("a DOUBLE", """{"a":123456789012345678}""", "1.2345678901234568E17")]
    [InlineData("a FLOAT", """{"a":16777217}""", "1.6777216E7")]
    [InlineData("a DECIMAL(5, 2)", """{"a":1.005}""", "1.01")]
    [InlineData("a DECIMAL(5, 2)", """{"a":-1.005}""", "-1.01")]
    [InlineData("a DECIMAL(5, 2)", """{"a":"12.3"}""", "12.30")]
    [InlineData("a DECIMAL(5, 2)", """{"a":1e2}""", "100.00")]
    [InlineData("a DECIMAL(5, 2)", """{"a":1000}""", "null")]
    [InlineData("a DECIMAL(38, 10)", """{"a":1234567890123456789012345678.0123456789}""", "1234567890123456789012345678.0123456789")]
    // texts
    [InlineData("a STRING", """{"a":"x\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud83d!"}""", "x\"\\/\b\f\n\r\té😀?!")]
    [InlineData("a STRING", """{"a":"déjà vu, a longer text than twelve bytes"}""", "déjà vu, a longer text than twelve bytes")]
    [InlineData("a STRING", "{\"a\":\"x\ty\"}", "x\ty")]
    [InlineData("a STRING", """{"a":[ "\u00e9\n" ]}""", """["é\n"]""")]
    [InlineData("a TIMESTAMP(3)", """{"a":"2020-12-30 12:13:14."}""", "2020-12-30T12:13:14")]
    [InlineData("a STRING", """{"a":12.50}""", "12.50")]
    [InlineData("a STRING", """{"a":true}""", "true")]
    [InlineData("a STRING", """{"a":{ "b" : [ 1, "x y" ] }}""", """{"b":[1,"x y"]}""")]
    [InlineData("a STRING", """{"a":""}""", "")]
    [InlineData("a BYTES", """{"a":"AQL/"}""", "[1, 2, -1]")]
    // booleans
    [InlineData("a BOOLEAN, b BOOLEAN, c BOOLEAN, d BOOLEAN", """{"a":true,"b":false,"c":"TRUE","d":"yes"}""", "true|false|true|false")]
    // time
    [InlineData("a TIMESTAMP(3)", """{"a":"2020-12-30 12:13:14.123"}""", "2020-12-30T12:13:14.123")]
    [InlineData("a TIMESTAMP(3)", """{"a":"1969-12-31 23:59:59.9"}""", "1969-12-31T23:59:59.900")]
    [InlineData("a TIMESTAMP(9)", """{"a":"2020-02-29 00:00:00.000000001"}""", "2020-02-29T00:00:00.000000001")]
    [InlineData("a TIMESTAMP_LTZ(3)", """{"a":"2020-12-30 12:13:14Z"}""", "2020-12-30T12:13:14Z")]
    [InlineData("a DATE, b TIME(0)", """{"a":"2000-02-29","b":"23:59:59"}""", "2000-02-29|23:59:59")]
    // nested
    [InlineData("a ROW<x INT, y STRING>", """{"a":{"y":"q","z":[{}],"x":1}}""", "+I[1, q]")]
    [InlineData("a ROW<x INT>, b INT", """{"a":null,"b":2}""", "null|2")]
    [InlineData("a ARRAY<INT>", """{"a":[1,null,3]}""", "[1, null, 3]")]
    [InlineData("a ARRAY<ROW<x INT>>", """{"a":[{"x":1},{},null]}""", "[+I[1], +I[null], null]")]
    [InlineData("a MAP<STRING, BIGINT>", """{"a":{"k":1,"l":null}}""", "{k=1, l=null}")]
    [InlineData("a MAP<INT, ARRAY<STRING>>", """{"a":{"7":["x"]}}""", "{7=[x]}")]
    // shape of the object
    [InlineData("a INT, b INT", """{"b":2}""", "null|2")]
    [InlineData("a INT", """{}""", "null")]
    [InlineData("a INT", """  { "x" : { "a" : 5 } , "a" : 1 }  """, "1")]
    [InlineData("a INT", """{"a":1,"a":2}""", "1")]
    [InlineData("a ARRAY<INT>", """{"a":[1,2],"a":[3]}""", "[1, 2]")]
    [InlineData("a INT", """{"\u0061":1}""", "1")]
    public void Values(string columns, string json, string expected) => Assert.Equal([expected], Rows(columns, json + "\n", NoOptions));

    [Theory]
    [InlineData("a INT", """{"a":1""", 7, "ends too early")]
    [InlineData("a INT", """{"a":1}}""", 8, "unexpected '}'")]
    [InlineData("a INT", """[1]""", 1, "unexpected '['")]
    [InlineData("a INT", """{"a":01}""", 7, "unexpected '1'")]
    [InlineData("a INT", """{"a":1,}""", 8, "unexpected '}'")]
    [InlineData("a INT", """{'a':1}""", 2, "unexpected '''")]
    [InlineData("a INT", """{"b":tru,"a":1}""", 6, "unexpected 't'")]
    [InlineData("a INT", """{"b":"x\q","a":1}""", 9, "unexpected 'q'")]
    [InlineData("a INT", """{"b":{"c":[1,2}},"a":1}""", 15, "unexpected '}'")]
    [InlineData("a SMALLINT", """{"a":1.5}""", 6, "is no SMALLINT")]
    [InlineData("a INT", """{"a":"x"}""", 6, "field 'a': \"x\" is no INT")]
    [InlineData("a INT", """{"a":2147483648}""", 6, "is no INT")]
    [InlineData("a INT", """{"a":{}}""", 6, "is no INT")]
    [InlineData("a ROW<b DATE>", """{"a":{"b":"2021-02-29"}}""", 11, "field 'b': \"2021-02-29\" is no DATE")]
    [InlineData("a TIMESTAMP(3)", """{"a":"2020-12-30T12:13:14"}""", 6, "is no TIMESTAMP(3)")]
    public void Malformed_records_are_shown_by_place(string columns, string json, int column, string reason)
    {
        var e = Assert.Throws<MalformedRecordException>(() => Rows(columns, "{}\n" + json + "\n", NoOptions));
        Assert.Equal(("file.json", 2L, column), (e.Origin, e.Line, e.Column));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ignoring_errors_nulls_fields_and_skips_records()
    {
        const string json = "{\"a\":1,\"b\":\"x\"}\n\n{\"a\":\"?\",\"b\":\"y\"}\n{\"a\":3,\"b\":\n   \n{\"a\":[2],\"b\":\"z\"}\nnot json\n{\"a\":4}";
        var schema = Tables.Schema("a INT, b STRING");
        var b = new BatchBuilder(schema);
        var decoded = new JsonDecoder(schema, JsonOptions.Of(Ignore), () => "f").Decode(Encoding.UTF8.GetBytes(json), 0, b, 100);
        Assert.Equal(new Decoded(json.Length, 6, 2), decoded);
        Assert.Equal(["1|x", "null|y", "null|z", "4|null"], Tables.Lines(b.Build()));
    }

    [Fact]
    public void A_malformed_record_leaves_nothing_behind()
    {
        const string json = """
            {"l":[1,2],"r":{"x":1,"y":["a"]},"m":{"k":1}}
            {"l":[7,8],"r":{"x":9,"y":["b","c"]},"m":{"q":1},"t":"lost"
            {"l":[3],"r":{"y":["d"]},"m":{}}

            """;
        Assert.Equal(
            ["[1, 2]|+I[1, [a]]|{k=1}|null", "[3]|+I[null, [d]]|{}|null"],
            Rows("l ARRAY<INT>, r ROW<x INT, y ARRAY<STRING>>, m MAP<STRING, INT>, t STRING", json, Ignore));
    }

    [Fact]
    public void Missing_fields_fail_if_asked()
    {
        var e = Assert.Throws<MalformedRecordException>(() => Rows("a INT, b INT", "{\"a\":1}\n", new() { ["fail-on-missing-field"] = "true" }));
        Assert.Contains("field 'b' is missing", e.Message, StringComparison.Ordinal);
        Assert.Throws<OptionException>(() => JsonOptions.Of(new Dictionary<string, string> { ["fail-on-missing-field"] = "true", ["ignore-parse-errors"] = "true" }));
    }

    [Fact]
    public void Iso_timestamps() =>
        Assert.Equal(
            ["2020-12-30T12:13:14.123|2020-12-30T12:13:14.100Z"],
            Rows("a TIMESTAMP(3), b TIMESTAMP_LTZ(3)", "{\"a\":\"2020-12-30T12:13:14.123\",\"b\":\"2020-12-30T12:13:14.1Z\"}\n", new() { ["timestamp-format.standard"] = "ISO-8601" }));

    [Fact]
    public void Rows_stop_at_the_limit_and_go_on_there()
    {
        var schema = Tables.Schema("a INT");
        byte[] json = Encoding.UTF8.GetBytes("{\"a\":1}\n{\"a\":2}\r\n{\"a\":3}");
        var decoder = new JsonDecoder(schema, JsonOptions.Of(NoOptions), () => "f");
        var b = new BatchBuilder(schema);
        var rows = new List<string>();
        int at = 0;
        while (at < json.Length)
        {
            var d = decoder.Decode(json.AsSpan(at), at, b, 1);
            Assert.Equal(1, d.Records);
            at += d.Bytes;
            rows.AddRange(Tables.Lines(b.Borrow()));
            b.Reset();
        }

        Assert.Equal(["1", "2", "3"], rows);
    }

    [Fact]
    public void Changing_field_order_is_followed()
    {
        string json = string.Concat(Enumerable.Range(0, 100).Select(i => i % 3 == 0 ? $"{{\"a\":{i},\"u\":[\"]\"],\"b\":\"x{i}\"}}\n" : i % 3 == 1 ? $"{{\"b\":\"x{i}\",\"a\":{i}}}\n" : $"{{\"v\":1,\"w\":2,\"a\":{i},\"b\":\"x{i}\"}}\n"));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}|x{i}"), Rows("a INT, b STRING", json, NoOptions));
    }

    private static List<string> Rows(string columns, string json, Dictionary<string, string> options)
    {
        var schema = Tables.Schema(columns);
        var b = new BatchBuilder(schema);
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        new JsonDecoder(schema, JsonOptions.Of(options), () => "file.json").Decode(bytes, 0, b, 1000);
        return Tables.Lines(b.Build());
    }
}
