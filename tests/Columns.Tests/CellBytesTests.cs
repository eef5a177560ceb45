using System.Buffers;
using CsCheck;
using OrleansStream.Columns;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Columns.Tests;

/// <summary>Values of any type as bytes and back; equal values have equal bytes.</summary>
public class CellBytesTests
{
    private static readonly SqlType Type = SqlType.Row(
        new Field("n", SqlType.BigInt), new Field("t", SqlType.String.NotNull), new Field("d", SqlType.Decimal(30, 2)),
        new Field("a", SqlType.Array(SqlType.Row(new Field("b", SqlType.Boolean), new Field("f", SqlType.Double)))),
        new Field("m", SqlType.Map(SqlType.Int.NotNull, SqlType.Array(SqlType.String))), new Field("s", SqlType.Multiset(SqlType.SmallInt)));

    [Fact]
    public void Bytes_give_the_value_back() => Gen.Int.Sample(seed =>
    {
        var batch = new RandomBatches(seed).Batch(new Schema([new Field("v", Type)]), 20);
        var bytes = new ArrayBufferWriter<byte>();
        for (int i = 0; i < batch.Length; i++) CellBytes.Write(batch.Columns[0], i, bytes);
        var builder = ColumnBuilder.Create(Type);
        var rest = bytes.WrittenSpan;
        while (rest.Length > 0) rest = CellBytes.Read(rest, builder);
        var back = builder.Build();
        Assert.Equal(batch.Length, back.Length);
        var again = new ArrayBufferWriter<byte>();
        for (int i = 0; i < batch.Length; i++) CellBytes.Write(back, i, again);
        Assert.Equal(bytes.WrittenSpan.ToArray(), again.WrittenSpan.ToArray());
    }, iter: 50);

    [Fact]
    public void Maps_in_another_order_have_the_same_bytes()
    {
        var builder = new MapBuilder(SqlType.Map(SqlType.Int, SqlType.Int));
        foreach (int[] order in new int[][] { [1, 2, 3], [3, 1, 2] })
        {
            foreach (int k in order)
            {
                ((FixedBuilder<int>)builder.Keys).Add(k);
                ((FixedBuilder<int>)builder.Items).Add(10 * k);
            }

            builder.EndRow();
        }

        var column = builder.Build();
        ArrayBufferWriter<byte> a = new(), b = new();
        CellBytes.Write(column, 0, a);
        CellBytes.Write(column, 1, b);
        Assert.Equal(a.WrittenSpan.ToArray(), b.WrittenSpan.ToArray());
        Assert.True(CellEquality.Same(column, 0, column, 1));
    }
}
