using System.Text;
using OrleansStream.Cli.Output;
using OrleansStream.Columns;
using Xunit;

namespace OrleansStream.EndToEnd.Tests.Output;

/// <summary>Values as text for people and as JSON for programs.</summary>
public class ValueTests
{
    [Fact]
    public void Fixed_values()
    {
        Check(SqlType.Boolean, (byte)1, "TRUE", "true");
        Check(SqlType.TinyInt, unchecked((byte)-3), "-3", "-3");
        Check(SqlType.SmallInt, (short)-300, "-300", "-300");
        Check(SqlType.BigInt, long.MinValue, "-9223372036854775808", "-9223372036854775808");
        Check(SqlType.Double, 1e10, "1.0E10", "10000000000");
        Check(SqlType.Double, double.NaN, "NaN", "\"NaN\"");
        Check(SqlType.Float, 0.1f, "0.1", "0.1");
        Check(SqlType.Decimal(10, 2), 123450L, "1234.50", "1234.50");
        Check(SqlType.Decimal(10, 2), -5L, "-0.05", "-0.05");
        Check(SqlType.Decimal(38, 3), Int128.Parse("-99999999999999999999999000", null), "-99999999999999999999999.000", "-99999999999999999999999.000");
        Check(SqlType.Date, -1, "1969-12-31", "\"1969-12-31\"");
    }

    [Fact]
    public void Moments()
    {
        Check(SqlType.Timestamp(3), 978_307_200_000L, "2001-01-01 00:00:00.000", "\"2001-01-01 00:00:00\"");
        Check(SqlType.Timestamp(3), -1L, "1969-12-31 23:59:59.999", "\"1969-12-31 23:59:59.999\"");
        Check(SqlType.Timestamp(0), 978_307_200_000L, "2001-01-01 00:00:00", "\"2001-01-01 00:00:00\"");
        Check(SqlType.Timestamp(9), (Int128)1_500_000_001, "1970-01-01 00:00:01.500000001", "\"1970-01-01 00:00:01.500000001\"");
        Check(SqlType.Timestamp(6), (Int128)1_500_000_000, "1970-01-01 00:00:01.500000", "\"1970-01-01 00:00:01.5\"");
    }

    [Fact]
    public void Text_and_null()
    {
        var builder = new BatchBuilder(Schema.Of(("a\"b", SqlType.String), ("n", SqlType.Int)));
        builder.Text(0).Append("tab\t\"é\""u8);
        builder.Fixed<int>(1).Append(1)[0] = 0;
        builder.Columns[1].SetNull(0);
        builder.Advance(1);
        var batch = builder.Build();
        Assert.Equal("tab\t\"é\"", ValueText.Of(batch.Columns[0], 0));
        Assert.Equal(ValueText.Null, ValueText.Of(batch.Columns[1], 0));

        var to = new MemoryStream();
        new JsonLinesOutput(to).Rows(batch);
        Assert.Equal("{\"op\":\"+I\",\"row\":{\"a\\\"b\":\"tab\\t\\\"é\\\"\",\"n\":null}}\n", Encoding.UTF8.GetString(to.ToArray()));
    }

    private static void Check<T>(SqlType type, T value, string text, string json) where T : unmanaged
    {
        var builder = new BatchBuilder(Schema.Of(("v", type)), withKinds: true);
        builder.Fixed<T>(0).Append(2)[..2].Fill(value);
        builder.AppendKinds(2)[1] = (byte)RowKind.Delete;
        builder.Advance(2);
        var batch = builder.Build();
        batch.Selection = new Selection();
        batch.Selection.Writable(1)[0] = 1;
        batch.Selection.SetCount(1);
        Assert.Equal(text, ValueText.Of(batch.Columns[0], 1));
        var to = new MemoryStream();
        new JsonLinesOutput(to).Rows(batch);
        Assert.Equal($"{{\"op\":\"-D\",\"row\":{{\"v\":{json}}}}}\n", Encoding.UTF8.GetString(to.ToArray()));
    }
}
