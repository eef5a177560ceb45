using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Connectors.Formats.Json;
using OrleansStream.Engine.Connect;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Connectors.Tests.Formats;

public sealed class JsonContractTests : FormatContract
{
    protected override Format Format { get; } = new JsonFormat();

    protected override Schema Schema { get; } = Tables.Schema(
        "a BOOLEAN, b TINYINT, c SMALLINT, d INT, e BIGINT, f FLOAT, g DOUBLE, h DECIMAL(9, 3), i DECIMAL(30, 12), j STRING, k BYTES, l DATE, m TIME(0), "
        + "n TIMESTAMP(3), o TIMESTAMP(9), p TIMESTAMP_LTZ(3), q TIMESTAMP_LTZ(6), r ROW<x INT, y ROW<z STRING>>, s ARRAY<ARRAY<STRING>>, t MAP<STRING, ROW<u DOUBLE>>");

    protected override byte[] Malformed => "{\"a\":true,\"j\":\"lost\n"u8.ToArray();
}

/// <summary>Random JSON against System.Text.Json as the reference: what is JSON, and what its numbers, texts and nested values are.</summary>
public sealed class JsonReferenceTests
{
    private static readonly string[] Names = ["id", "name", "value", "time", "flag", "list", "x", "a longer name than thirty-two bytes, to be sure", "ü", "q\\\"q"];

    [Fact]
    public void Random_objects_are_read_as_System_Text_Json_reads_them()
    {
        var random = new Random(20);
        var schema = Tables.Schema("value DOUBLE, name STRING, id BIGINT, list ARRAY<STRING>, `ü` STRING");
        var decoder = new JsonDecoder(schema, JsonOptions.Of(new Dictionary<string, string>()), () => "f");
        for (int i = 0; i < 3000; i++)
        {
            string json = Object(random, 0);
            var b = new BatchBuilder(schema);
            decoder.Decode(Encoding.UTF8.GetBytes(json + "\n"), 0, b, 10);
            Assert.Equal(Expected(json), RowText.Print(b.Build(), 0, false));
        }
    }

    [Fact]
    public void Damaged_texts_are_refused_exactly_when_System_Text_Json_refuses_them()
    {
        var random = new Random(21);
        var decoder = new JsonDecoder(Schema.Empty, JsonOptions.Of(new Dictionary<string, string>()), () => "f");
        int refused = 0;
        for (int i = 0; i < 20000; i++)
        {
            var text = new StringBuilder(Object(random, 0));
            for (int n = random.Next(3); n > 0; n--) text[random.Next(text.Length)] = "{}[]\",:\\0-e 1.truenx"[random.Next(20)];
            string json = text.ToString();
            bool valid = Valid(json);
            if (!valid) refused++;
            var e = Record.Exception(() => decoder.Decode(Encoding.UTF8.GetBytes(json + "\n"), 0, new BatchBuilder(Schema.Empty), 10));
            Assert.True(valid == e is null, $"{(valid ? "refused" : "read")}: {json}");
        }

        Assert.InRange(refused, 1000, 19000);
    }

    private static bool Valid(string json)
    {
        if (string.IsNullOrWhiteSpace(json)) return true;
        try
        {
            using var d = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 900 });
            return d.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Expected(string json)
    {
        using var d = JsonDocument.Parse(json);
        string Get(string name, Func<JsonElement, string> text) =>
            d.RootElement.EnumerateObject().FirstOrDefault(m => m.Name == name).Value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } v ? text(v) : "NULL";
        return string.Join(
            ' ',
            Get("value", v => v.GetDouble().ToString("R", CultureInfo.InvariantCulture)), Get("name", v => Text(v.GetString()!)),
            Get("id", v => v.GetInt64().ToString(CultureInfo.InvariantCulture)),
            Get("list", v => $"[{string.Join(", ", v.EnumerateArray().Select(e => Text(e.GetString()!)))}]"), Get("ü", v => Text(v.GetString()!)));
    }

    private static string Text(string value)
    {
        var b = new BatchBuilder(Schema.Of(("t", SqlType.String)));
        b.Text(0).Append(Encoding.UTF8.GetBytes(value));
        b.Advance(1);
        return RowText.Print(b.Build(), 0, false);
    }

    private static string Object(Random random, int depth)
    {
        var to = new StringBuilder("{");
        for (int n = random.Next(7), i = 0; i < n; i++)
        {
            string name = depth > 0 ? $"k{i}" : Names[random.Next(Names.Length)];
            if (i > 0) to.Append(Space(random)).Append(',');
            to.Append(Space(random)).Append('"').Append(name).Append('"').Append(Space(random)).Append(':').Append(Space(random)).Append(depth > 0 ? Any(random, depth) : Of(name, random));
        }

        return to.Append(Space(random)).Append('}').ToString();
    }

    private static string Of(string name, Random random) => random.Next(8) == 0 ? "null" : name switch
    {
        "value" => Number(random),
        "name" or "ü" => String(random),
        "id" => random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture)[..random.Next(2, 12)].Replace("-0", "-1", StringComparison.Ordinal),
        "list" => $"[{string.Join(Space(random) + "," + Space(random), Enumerable.Range(0, random.Next(4)).Select(_ => String(random)))}]",
        _ => Any(random, 1),
    };

    private static string Any(Random random, int depth) => random.Next(depth > 4 ? 5 : 7) switch
    {
        0 => "true",
        1 => "false",
        2 => "null",
        3 => Number(random),
        4 => String(random),
        5 => Object(random, depth + 1),
        _ => $"[{Space(random)}{string.Join(",", Enumerable.Range(0, random.Next(4)).Select(_ => Any(random, depth + 1)))}]",
    };

    private static string Number(Random random) => random.Next(5) switch
    {
        0 => "0",
        1 => random.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture),
        2 => ((random.NextDouble() - 0.5) * 1e6).ToString("R", CultureInfo.InvariantCulture),
        3 => $"{random.Next(1, 100)}e{random.Next(-30, 30)}",
        _ => $"-0.{random.Next(100000)}E+{random.Next(9)}",
    };

    private static string String(Random random)
    {
        var to = new StringBuilder("\"");
        for (int n = random.Next(3) == 0 ? random.Next(90) : random.Next(14); n > 0; n--)
            to.Append(random.Next(12) switch { 0 => "\\n", 1 => "\\u00e9", 2 => "\\ud83d\\ude00", 3 => "é", 4 => "日", 5 => "\\\\", 6 => "\\\"", _ => ((char)random.Next('a', 'z')).ToString() });
        return to.Append('"').ToString();
    }

    private static string Space(Random random) => random.Next(6) switch { 0 => " ", 1 => "\t ", _ => "" };
}
