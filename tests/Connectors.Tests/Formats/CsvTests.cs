using System.Buffers;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Connectors.Formats.Csv;
using OrleansStream.Engine.Connect;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Connectors.Tests.Formats;

public sealed class CsvContractTests : FormatContract
{
    protected override Format Format { get; } = new CsvFormat();

    protected override Schema Schema { get; } = Tables.Schema(
        "a BOOLEAN, b TINYINT, c SMALLINT, d INT, e BIGINT, f FLOAT, g DOUBLE, h DECIMAL(9, 3), i DECIMAL(30, 12), j STRING, k BYTES, l DATE, m TIME(0), "
        + "n TIMESTAMP(3), o TIMESTAMP(9), p TIMESTAMP_LTZ(3), r ROW<x INT, y STRING>, s ARRAY<INT NOT NULL>, t STRING");

    protected override IReadOnlyDictionary<string, string> Options { get; } = new Dictionary<string, string> { ["null-literal"] = "~null~", ["array-element-delimiter"] = "::" };

    protected override byte[] Malformed => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("~null~,", 19)) + "one too many\n");
}

public sealed class CsvEscapeContractTests : FormatContract
{
    protected override Format Format { get; } = new CsvFormat();

    protected override Schema Schema { get; } = Tables.Schema("a STRING NOT NULL, b BIGINT NOT NULL, c STRING NOT NULL");

    protected override IReadOnlyDictionary<string, string> Options { get; } = new Dictionary<string, string> { ["escape-character"] = "\\", ["field-delimiter"] = ";", ["quote-character"] = "'" };

    protected override byte[] Malformed => "'closed' early;1;x\n"u8.ToArray();
}

/// <summary>Single records; the expectations were compared with Flink 2.3's own format.</summary>
public sealed class CsvTests
{
    [Theory]
    [InlineData("a INT, b STRING", "1,x", "1|x")]
    [InlineData("a INT, b STRING", " 1 , x ", "1| x ")]
    [InlineData("a STRING, b STRING", ",", "|")]
    [InlineData("a STRING, b STRING", "\"a\"\"b\",\"c,d\"", "a\"b|c,d")]
    [InlineData("a STRING, b STRING", "a\"b,c", "a\"b|c")]
    [InlineData("a STRING, b STRING", "\"a\" ,c", "a|c")]
    [InlineData("a STRING, b STRING", " \"a\",c", " \"a\"|c")]
    [InlineData("a STRING, b STRING", "\"a\nb\",c", "a\nb|c")]
    [InlineData("a ARRAY<INT>, b ROW<x INT, y STRING>", "1;2;3,4;x", "[1, 2, 3]|+I[4, x]")]
    [InlineData("a ARRAY<STRING>, b STRING", "1; ;3,x", "[1,  , 3]|x")]
    [InlineData("a ARRAY<STRING>, b INT", ";,1", "[, ]|1")]
    [InlineData("a ARRAY<STRING>, b INT", ",1", "[]|1")]
    [InlineData("a DATE, b TIME(0)", "2020-1-3,12:13:14", "2020-01-03|12:13:14")]
    [InlineData("a TIMESTAMP(3), b TIMESTAMP_LTZ(3)", "2020-01-03 12:13:14.5,2020-01-03 12:13:14Z", "2020-01-03T12:13:14.500|2020-01-03T12:13:14Z")]
    [InlineData("a BOOLEAN, b BOOLEAN", "TRUE,t", "true|false")]
    [InlineData("a DECIMAL(5, 2), b DECIMAL(5, 2)", "1.005,1e2", "1.01|100.00")]
    [InlineData("a DECIMAL(5, 2), b INT", "1000.5,+1", "null|1")]
    [InlineData("a BYTES, b STRING", "AQL/,x", "[1, 2, -1]|x")]
    [InlineData("a DOUBLE, b FLOAT", "NaN,1", "NaN|1.0")]
    public void Records(string columns, string csv, string expected)
    {
        foreach (string end in new[] { "", "\n", "\r\n", "\n\r\n\n" }) Assert.Equal([expected], Rows(columns, csv + end));
    }

    [Theory]
    [InlineData("a INT, b INT", "n/a,1", "null|1", "null-literal", "n/a")]
    [InlineData("a STRING, b INT", "\"n/a\",1", "null|1", "null-literal", "n/a")]
    [InlineData("a INT, b STRING", "# c,\"\n1,x", "1|x", "allow-comments", "true")]
    [InlineData("a STRING, b STRING", "a\\,b,c", "a,b|c", "escape-character", "\\")]
    [InlineData("a STRING, b STRING", "\"a\\\"b\",c\\n", "a\"b|c\n", "escape-character", "\\")]
    [InlineData("a STRING, b STRING", "'x','y,z'", "x|y,z", "quote-character", "'")]
    [InlineData("a STRING, b STRING", "\"x\",y", "\"x\"|y", "disable-quote-character", "true")]
    [InlineData("a STRING, b STRING", "x\ty", "x|y", "field-delimiter", "\\t")]
    [InlineData("a INT, b STRING", ",", "null|", "ignore-parse-errors", "true")]
    [InlineData("a INT, b STRING", "1", "1|null", "ignore-parse-errors", "true")]
    [InlineData("a INT, b INT", "x,1.5", "null|null", "ignore-parse-errors", "true")]
    [InlineData("a ARRAY<INT>, b ROW<x INT, y INT>", "1;x;3,7", "[1, null, 3]|+I[7, null]", "ignore-parse-errors", "true")]
    [InlineData("a INT, b STRING", "1,2,3\n\"a\"x,c\n4,y", "4|y", "ignore-parse-errors", "true")]
    public void Options(string columns, string csv, string expected, string option, string value) => Assert.Equal([expected], Rows(columns, csv, (option, value)));

    [Theory]
    [InlineData("a INT, b STRING", "1", 2, "1 fields, 2 expected")]
    [InlineData("a INT, b STRING", "1,2,3", 5, "more than 2 fields")]
    [InlineData("a INT, b STRING", "1.5,x", 1, "field 'a': '1.5' is no INT")]
    [InlineData("a STRING, b STRING", "\"a\"x,c", 4, "after a quote")]
    [InlineData("a STRING, b STRING", "x,\"ab", 3, "not closed")]
    [InlineData("a STRING, b ROW<x INT, y INT>", "x,1", 3, "is no ROW")]
    [InlineData("a STRING, b TINYINT", "x,300", 3, "is no TINYINT")]
    public void Malformed(string columns, string csv, int column, string reason)
    {
        var e = Assert.Throws<MalformedRecordException>(() => Rows(columns, "# one\n\n" + csv, ("allow-comments", "true")));
        Assert.Equal((3L, column), (e.Line, e.Column));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ab", "ab")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("q\"q", "\"q\"\"q\"")]
    [InlineData("abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwx")]
    [InlineData("abcdefghijklmnopqrstuvwxy", "\"abcdefghijklmnopqrstuvwxy\"")]
    [InlineData("éééééééééééééééééééééééé", "éééééééééééééééééééééééé")]
    [InlineData("a-b;c", "a-b;c")]
    [InlineData("a+b", "\"a+b\"")]
    [InlineData("a\\b", "\"a\\b\"")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData("", "")]
    public void Texts_are_quoted_as_Flink_quotes_them(string text, string expected)
    {
        var b = new BatchBuilder(Tables.Schema("a STRING, b INT"));
        b.Text(0).Append(Encoding.UTF8.GetBytes(text));
        b.Fixed<int>(1).Add(1);
        b.Advance(1);
        Assert.Equal(expected + ",1\n", Encode(b.Build()));
    }

    [Theory]
    [InlineData("100.00;0.000000027;0;1.50", "1E+2,2.7E-8,0,1.5\n", "true")]
    [InlineData("100.00;0.000000027;0;1.50", "100.00,0.000000027,0.00,1.50\n", "false")]
    public void Decimals(string values, string expected, string scientific) =>
        Assert.Equal(expected, Encode(Batch("a DECIMAL(10, 2), b DECIMAL(20, 9), c DECIMAL(10, 2), d DECIMAL(10, 2)", values, ("field-delimiter", ";")), ("write-bigdecimal-in-scientific-notation", scientific)));

    [Fact]
    public void Other_values() => Assert.Equal(
        "\"2020-09-13 12:26:40\",\"2020-09-13 12:26:40.12Z\",2019-04-14,1.0E7,true,AQL/,\"p q;;r\",1;z,\n",
        Encode(Batch(
            "a TIMESTAMP(3), b TIMESTAMP_LTZ(3), c DATE, d DOUBLE, e BOOLEAN, f BYTES, g ARRAY<STRING>, h ROW<x INT, y STRING>, i INT",
            "2020-09-13 12:26:40,2020-09-13 12:26:40.12Z,2019-04-14,1e7,true,AQL/,p q;;r,1;z,-", ("ignore-parse-errors", "true"))));

    /// <summary>Quotes are told by parity where that is enough and one by one where not (always, with an escape character): both must read the same.</summary>
    [Fact]
    public void Both_ways_to_read_quotes_agree()
    {
        var random = new Random(31);
        string[] parts = [",", "\"", "\n", "a", " ", "\r\n", "\"\"", "\"b\",", "text that is longer than a chunk of sixty-four bytes, so that it crosses, \"\", one"];
        for (int i = 0; i < 30_000; i++)
        {
            string csv = string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => parts[random.Next(random.Next(2) == 0 ? parts.Length : 5)]));
            byte[] bytes = Encoding.UTF8.GetBytes(csv);
            foreach (string ignore in new[] { "true", "false" })
            {
                string fast = Outcome("a STRING, b STRING", csv, ("ignore-parse-errors", ignore)), slow = Outcome("a STRING, b STRING", csv, ("ignore-parse-errors", ignore), ("escape-character", "~"));
                Assert.True(fast == slow, $"{csv}\n--- by parity:\n{fast}\n--- one by one:\n{slow}");
            }

            var escape = CsvOptions.Of(new Dictionary<string, string> { ["escape-character"] = "~" });
            bytes = [.. bytes, .. "\"~"u8];
            Assert.Equal(CsvDecoder.WholeRecords(bytes, escape), CsvDecoder.WholeRecords(bytes.AsSpan(0, bytes.Length - 1), CsvOptions.Of(new Dictionary<string, string>())));
        }
    }

    /// <summary>Records are read in groups, column by column, unless fields may be escaped: with an escape character that never comes, both must give the same rows and errors.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public void Groups_of_records_give_what_single_ones_give(int oddPerMille)
    {
        const string columns = "a BIGINT, b INT, c STRING, d TIMESTAMP(3), e DECIMAL(12, 2), f STRING, g TIMESTAMP_LTZ(3), h DOUBLE, i BIGINT";
        var random = new Random(47 + oddPerMille);
        string[] odd = ["", "-", "x", "\"\"", "\"1", "1\"", "\"a\"\"b\"", "\"a\nb\"", "99999999999999999999", "3000000000", "-0", "007", "+5", " 6 ", "1,2", "é\u0800", "\r", "2020-02-30 00:00:00.000", "2020-01-01 00:00:00.00x", "2020-01-01 00:00:60.000", "2020-01-01 00:00:00,000"];
        for (int i = 0; i < 60; i++)
        {
            var csv = new StringBuilder();
            for (int r = random.Next(1, 700); r > 0; r--)
            {
                string end = random.Next(9) == 0 ? "\r\n" : "\n";
                csv.AppendJoin(',', Enumerable.Range(0, 9).Select(c => random.Next(1000) < oddPerMille ? odd[random.Next(odd.Length)] : Usual(random, c))).Append(end);
                if (random.Next(1000) < oddPerMille) csv.Append(end);
            }

            if (random.Next(2) == 0) csv.Length--;
            foreach (string ignore in new[] { "true", "false" })
            {
                string fast = Outcome(columns, csv.ToString(), ("ignore-parse-errors", ignore)), slow = Outcome(columns, csv.ToString(), ("ignore-parse-errors", ignore), ("escape-character", "~"));
                Assert.True(fast == slow, $"{csv}\n--- in groups:\n{fast}\n--- one by one:\n{slow}");
            }
        }
    }

    private static string Usual(Random random, int column)
    {
        string value = column switch
        {
            0 or 8 => random.NextInt64(-(long)Math.Pow(10, random.Next(1, 18)), (long)Math.Pow(10, random.Next(1, 18))).ToString(System.Globalization.CultureInfo.InvariantCulture),
            1 => random.Next(int.MinValue, int.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture),
            2 => new string('t', random.Next(1, 20)),
            5 => random.Next(20) == 0 ? "\"é, \"" : "https://example.com/" + new string('u', random.Next(70)),
            4 => $"{random.Next(100000)}.{random.Next(10, 100)}",
            7 => $"{random.Next(100)}.5",
            _ => $"2020-01-0{random.Next(1, 4)} 00:0{random.Next(2)}:{random.Next(10, 60)}.{random.Next(100, 1000)}{(column == 6 ? "Z" : "")}",
        };
        return random.Next(4) == 0 && value[0] != '"' ? $"\"{value}\"" : value;
    }

    private static string Outcome(string columns, string csv, params (string, string)[] options)
    {
        try
        {
            return string.Join('\n', Rows(columns, csv, options));
        }
        catch (MalformedRecordException e)
        {
            return $"{e.Message} at {e.Line}:{e.Column}";
        }
    }

    [Fact]
    public void A_map_cannot_be_written() =>
        Assert.Contains("'m'", Assert.Throws<OptionException>(() => new CsvEncoder(Tables.Schema("m MAP<STRING, INT>"), CsvOptions.Of(new Dictionary<string, string>()))).Message, StringComparison.Ordinal);

    private static Batch Batch(string columns, string csv, params (string, string)[] options)
    {
        var schema = Tables.Schema(columns);
        var b = new BatchBuilder(schema);
        var decoder = new CsvDecoder(schema, [.. Enumerable.Range(0, schema.Count)], CsvOptions.Of(options.ToDictionary(o => o.Item1, o => o.Item2)), () => "f.csv");
        decoder.Decode(Encoding.UTF8.GetBytes(csv), 0, b, 100);
        return b.Build();
    }

    private static List<string> Rows(string columns, string csv, params (string, string)[] options) => Tables.Lines(Batch(columns, csv, options));

    private static string Encode(Batch batch, params (string, string)[] options)
    {
        var to = new ArrayBufferWriter<byte>();
        new CsvEncoder(batch.Schema, CsvOptions.Of(options.ToDictionary(o => o.Item1, o => o.Item2))).Encode(batch, to);
        return Encoding.UTF8.GetString(to.WrittenSpan);
    }
}
