using System.Text;
using OrleansStream.Columns;

namespace OrleansStream.TestKit;

/// <summary>Batches of random schemas and values, every column kind among them; the same seed gives the same.</summary>
public sealed class RandomBatches(int seed)
{
    private readonly Random _random = new(seed);

    public Schema Schema()
    {
        var fields = Enumerable.Range(0, _random.Next(1, 6)).Select(i => new Field($"c{i}", Type(2)));
        return new Schema([.. fields]);
    }

    /// <param name="kinds">rows carry kinds.</param>
    /// <param name="hashes">rows carry hashes.</param>
    public Batch Batch(Schema schema, int rows, bool kinds = false, bool hashes = false)
    {
        var b = new BatchBuilder(schema, kinds, hashes);
        for (int i = 0; i < rows; i++) foreach (var c in b.Columns) Put(c);
        if (kinds) foreach (ref byte k in b.AppendKinds(rows)) k = (byte)_random.Next(4);
        if (hashes) foreach (ref long h in b.AppendHashes(rows)) h = _random.NextInt64();
        b.Advance(rows);
        return b.Build();
    }

    private SqlType Type(int depth)
    {
        var t = _random.Next(depth > 0 ? 15 : 12) switch
        {
            0 => SqlType.Boolean,
            1 => SqlType.TinyInt,
            2 => SqlType.SmallInt,
            3 => SqlType.Int,
            4 => SqlType.BigInt,
            5 => SqlType.Float,
            6 => SqlType.Double,
            7 => SqlType.Decimal(30, 2),
            8 => SqlType.Timestamp(6),
            9 => SqlType.Bytes,
            10 or 11 => SqlType.String,
            12 => SqlType.Array(Type(depth - 1)),
            13 => SqlType.Map(SqlType.String.NotNull, Type(depth - 1)),
            _ => SqlType.Row([.. Enumerable.Range(0, _random.Next(1, 4)).Select(i => new Field($"f{i}", Type(depth - 1)))]),
        };
        return t.WithNullable(_random.Next(3) > 0);
    }

    private void Put(ColumnBuilder to)
    {
        if (to.Type.Nullable && _random.Next(4) == 0)
        {
            to.AppendNulls(1);
            return;
        }

        switch (to)
        {
            case FixedBuilder<byte> b: b.Add((byte)(to.Type.Kind == TypeKind.Boolean ? _random.Next(2) : _random.Next(256))); break;
            case FixedBuilder<short> b: b.Add((short)_random.Next()); break;
            case FixedBuilder<int> b: b.Add(_random.Next()); break;
            case FixedBuilder<long> b: b.Add(_random.NextInt64()); break;
            case FixedBuilder<Int128> b: b.Add(((Int128)_random.NextInt64() << 64) + _random.NextInt64()); break;
            case FixedBuilder<float> b: b.Add((float)_random.NextDouble()); break;
            case FixedBuilder<double> b: b.Add(_random.NextDouble()); break;
            case TextBuilder b: b.Append(Text()); break;
            case ListBuilder b:
                for (int n = _random.Next(4); n > 0; n--) Put(b.Elements);
                b.EndRow();
                break;
            case MapBuilder b:
                for (int n = _random.Next(4); n > 0; n--)
                {
                    Put(b.Keys);
                    Put(b.Items);
                }

                b.EndRow();
                break;
            case RowBuilder b:
                foreach (var c in b.Children) Put(c);
                b.Advance(1);
                break;
            default: throw new NotSupportedException(to.GetType().Name);
        }
    }

    // Mostly short or inline; some longer than a buffer.
    private byte[] Text()
    {
        int length = _random.Next(200) == 0 ? _random.Next(70_000) : _random.Next(3) == 0 ? _random.Next(40) : _random.Next(13);
        return Encoding.ASCII.GetBytes(string.Create(length, _random, static (s, r) => { for (int i = 0; i < s.Length; i++) s[i] = (char)('a' + r.Next(26)); }));
    }
}
