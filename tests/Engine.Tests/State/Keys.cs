using System.Text;
using OrleansStream.Columns;
using OrleansStream.TestKit;

namespace OrleansStream.Engine.Tests.State;

/// <summary>Random keys of a schema, out of a fixed set.</summary>
internal sealed class Keys(Schema schema, Random random, int distinct)
{
    public static Schema SchemaOf(string types) =>
        new([.. types.Length == 0 ? [] : SqlTypeText.Parse($"ROW<{string.Join(", ", Split(types).Select((t, i) => $"k{i} {t}"))}>").Fields]);

    public static int[] All(int n) => [.. Enumerable.Range(0, n)];

    public static ulong[] Hashes(Batch batch)
    {
        var hashes = new ulong[batch.Length];
        RowHash.Hash(batch, All(batch.Columns.Length), hashes);
        return hashes;
    }

    public static string Text(Batch batch, int row) => RowText.Print(batch, row, withKind: false);

    public static Batch Int64Batch(IEnumerable<long> values)
    {
        var b = new BatchBuilder(SchemaOf("BIGINT"));
        foreach (long v in values) b.Fixed<long>(0).Add(v);
        b.Advance(b.Columns[0].Count);
        return b.Build();
    }

    public Batch Batch(int rows)
    {
        var b = new BatchBuilder(schema);
        for (int i = 0; i < rows; i++)
        {
            // One number decides all columns, so that keys repeat.
            int key = random.Next(distinct);
            for (int c = 0; c < schema.Count; c++) Append(b.Columns[c], schema[c].Type, unchecked((key * 31) + c));
            b.Advance(1);
        }

        return b.Build();
    }

    private static void Append(ColumnBuilder to, SqlType type, int n)
    {
        if (type.Nullable && n % 7 == 0) to.AppendNulls(1);
        else
        {
            switch (to)
            {
                // Instants lie close together (a dense table), those with time zone but for a few; other integers are scattered.
                case FixedBuilder<long> b when type.IsTimestamp: b.Add((n / 31) + (type.Kind == TypeKind.TimestampLtz && n % 500 == 499 ? 1L << (n % 63) : 0)); break;
                case FixedBuilder<long> b: b.Add(n * 1_000_003L); break;
                case FixedBuilder<int> b: b.Add(n); break;
                case FixedBuilder<byte> b: b.Add((byte)(n & 1)); break;
                case FixedBuilder<double> b: b.Add(n / 3.0); break;
                case FixedBuilder<Int128> b: b.Add((Int128)n * 100_000_000_000_000_007); break;
                case TextBuilder t when type.Kind == TypeKind.Char: t.Append(Encoding.UTF8.GetBytes(n.ToString("D6", null)[..6])); break;
                case TextBuilder t: t.Append(Encoding.UTF8.GetBytes(new string((char)('a' + (n % 26)), n % 33) + n)); break;
                default: throw new NotSupportedException(type.ToString());
            }
        }
    }

    private static string[] Split(string types) => types.Replace("(30, 2)", "(30;2)", StringComparison.Ordinal).Split(", ").Select(t => t.Replace(";", ", ", StringComparison.Ordinal)).ToArray();
}
