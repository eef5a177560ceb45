using System.Buffers;
using OrleansStream.Columns;
using OrleansStream.Connectors.Print;
using OrleansStream.Engine.Connect;
using Xunit;

namespace OrleansStream.Connectors.Tests;

public sealed class PrintTests
{
    [Fact]
    public async Task Rows_with_kinds_and_prefix()
    {
        var services = new TestServices();
        var table = Tables.Of("print", "a INT, b STRING, c TIMESTAMP(3), d DOUBLE, e DECIMAL(6, 2)", ("print-identifier", "out"));
        await using var writer = new PrintConnector().CreateWriter(new SinkContext("j", "s", table, true, 1, 0, services));
        var b = new BatchBuilder(table.Schema, withKinds: true);
        b.Fixed<int>(0).Append(1)[0] = 7;
        b.Text(1).Append("x"u8);
        b.Fixed<long>(2).Append(1)[0] = 1_600_000_000_120;
        b.Fixed<double>(3).Append(1)[0] = 1e10;
        b.Fixed<long>(4).Append(1)[0] = -5;
        b.AppendKinds(1)[0] = (byte)RowKind.UpdateAfter;
        b.Advance(1);
        foreach (var c in b.Columns) c.AppendNulls(1);
        b.Advance(1);
        var bytes = new ArrayBufferWriter<byte>();
        writer.Encode(b.Build(), bytes);
        await writer.WriteAsync(bytes.WrittenMemory, default);
        Assert.Equal(["out> +U[7, x, 2020-09-13T12:26:40.120, 1.0E10, -0.05]", "out> +I[null, null, null, null, null]"], services.Printed);
    }

    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(1.0, "1.0")]
    [InlineData(123.456, "123.456")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.0001, "1.0E-4")]
    [InlineData(9999999.5, "9999999.5")]
    [InlineData(1e7, "1.0E7")]
    [InlineData(1.25e-300, "1.25E-300")]
    [InlineData(double.MaxValue, "1.7976931348623157E308")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Doubles_as_Java_writes_them(double value, string expected)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var w = new Connectors.Formats.ByteWriter(bytes);
        Connectors.Formats.ValueText.Double(ref w, value);
        w.Flush();
        Assert.Equal(expected, System.Text.Encoding.UTF8.GetString(bytes.WrittenSpan));
    }
}
