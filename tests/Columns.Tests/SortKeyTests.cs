using System.Collections.Immutable;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Columns.Tests;

/// <summary>Encoded keys compare as the rows that they were made of.</summary>
public class SortKeyTests
{
    [Fact]
    public void Encoded_keys_compare_as_rows_do()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var source = new RandomBatches(seed);
            var schema = source.Schema();
            int[] sortable = [.. Enumerable.Range(0, schema.Count).Where(c => SortKey.HasOrder(schema[c].Type))];
            if (sortable.Length == 0) continue;
            random.Shuffle(sortable);
            ImmutableArray<SortColumn> order = [.. sortable.Take(random.Next(1, 4)).Select(c => new SortColumn(c, random.Next(2) == 0, random.Next(2) == 0))];
            var batch = source.Batch(schema, 60);
            int[] rows = [.. Enumerable.Range(0, 60).Where(_ => random.Next(4) > 0)];
            var key = new SortKey(schema, order);
            key.Encode(batch, rows);
            for (int i = 0; i < rows.Length; i++)
            {
                for (int j = 0; j < rows.Length; j++)
                    Assert.True(Math.Sign(Encoded(key, i, j)) == Math.Sign(Compare(batch, order, rows[i], rows[j])), $"seed {seed}: {string.Join(", ", order)} of {schema}, rows {rows[i]} and {rows[j]}");
            }
        }
    }

    [Theory]
    [InlineData("v INT NOT NULL", 1)]
    [InlineData("v BIGINT NOT NULL", 1)]
    [InlineData("v BIGINT", 2)]
    [InlineData("v DECIMAL(30, 2) NOT NULL", 2)]
    [InlineData("v DECIMAL(30, 2)", 3)]
    [InlineData("v STRING", 0)]
    public void Narrow_keys_are_words(string field, int words) =>
        Assert.Equal(words, SortKey.SchemaOf(new Schema(SqlTypeText.Parse($"ROW<{field}>").Fields), [new SortColumn(0, false, true)]).Fields.Count(f => f.Type.Kind == TypeKind.BigInt));

    [Fact]
    public void Special_values_have_their_places()
    {
        var schema = Schema.Of(("d", SqlType.Double), ("t", SqlType.String));
        var b = new BatchBuilder(schema);
        double[] numbers = [double.NegativeInfinity, -1, -0.0, 0.0, 5e-324, 1, double.PositiveInfinity, double.NaN];
        byte[][] texts = ["a"u8.ToArray(), "a\0"u8.ToArray(), "a\0\0"u8.ToArray(), "a\0b"u8.ToArray(), "a\u0001"u8.ToArray(), "aa"u8.ToArray(), "ab"u8.ToArray(), "é"u8.ToArray()];
        foreach (double d in numbers) b.Fixed<double>(0).Add(d);
        foreach (byte[] t in texts) b.Text(1).Append(t);
        b.Advance(8);
        var batch = b.Build();
        int[] all = [0, 1, 2, 3, 4, 5, 6, 7];
        for (int c = 0; c < 2; c++)
        {
            var key = new SortKey(schema, [new SortColumn(c, false, true)]);
            key.Encode(batch, all);
            for (int i = 1; i < 8; i++) Assert.Equal(c == 0 && i == 3 ? 0 : -1, Math.Sign(Encoded(key, i - 1, i)));
        }
    }

    private static int Encoded(SortKey key, int a, int b)
    {
        foreach (var column in key.Columns)
        {
            int c = column is FixedColumn<long> w ? w.Values[a].CompareTo(w.Values[b]) : ((TextColumn)column)[a].SequenceCompareTo(((TextColumn)column)[b]);
            if (c != 0) return c;
        }

        return 0;
    }

    private static int Compare(Batch batch, ImmutableArray<SortColumn> order, int a, int b)
    {
        foreach (var o in order)
        {
            var column = batch.Columns[o.Column];
            bool nullA = column.IsNull(a), nullB = column.IsNull(b);
            if (nullA && nullB) continue;
            if (nullA || nullB) return nullA == o.NullsFirst ? -1 : 1;
            int c = column switch
            {
                FixedColumn<byte> x => ((sbyte)x.Values[a]).CompareTo((sbyte)x.Values[b]),
                FixedColumn<short> x => x.Values[a].CompareTo(x.Values[b]),
                FixedColumn<int> x => x.Values[a].CompareTo(x.Values[b]),
                FixedColumn<long> x => x.Values[a].CompareTo(x.Values[b]),
                FixedColumn<float> x => Number(x.Values[a], x.Values[b]),
                FixedColumn<double> x => Number(x.Values[a], x.Values[b]),
                FixedColumn<Int128> x => x.Values[a].CompareTo(x.Values[b]),
                TextColumn x => x[a].SequenceCompareTo(x[b]),
                _ => throw new NotSupportedException(column.Type.ToString()),
            };
            if (c != 0) return o.Descending ? -c : c;
        }

        return 0;
    }

    // NaN is the greatest; zeros are equal.
    private static int Number(double a, double b) => double.IsNaN(a) || double.IsNaN(b) ? double.IsNaN(a).CompareTo(double.IsNaN(b)) : a < b ? -1 : a > b ? 1 : 0;
}
