using System.Text;
using OrleansStream.Columns;

namespace OrleansStream.TestKit;

/// <summary>Random values of a schema from a seed, edges and NULLs among them.</summary>
public sealed class RandomRows(int seed)
{
    private static readonly string[] Texts = ["", "a", "twelve bytes", "thirteen byte", "quote\" back\\slash / , ; | '", "line\nfeed\ttab\r", "ünï😀 日本語", "null", "NULL", " spaces ", "\u0001\u001f"];
    private readonly Random _random = new(seed);

    public Batch Batch(Schema schema, int rows, bool withKinds = false)
    {
        var b = new BatchBuilder(schema, withKinds);
        for (int r = 0; r < rows; r++)
        {
            if (withKinds) b.AppendKinds(1)[0] = (byte)_random.Next(4);
            foreach (var c in b.Columns) Append(c);
            b.Advance(1);
        }

        return b.Build();
    }

    private void Append(ColumnBuilder to)
    {
        var type = to.Type;
        if (type.Nullable && _random.Next(6) == 0)
        {
            to.AppendNulls(1);
            return;
        }

        switch (to)
        {
            case FixedBuilder<byte> b: b.Add(type.Kind == TypeKind.Boolean ? (byte)_random.Next(2) : (byte)_random.Next(256)); break;
            case FixedBuilder<short> s: s.Add((short)_random.Next()); break;
            case FixedBuilder<int> i: i.Add(Int(type)); break;
            case FixedBuilder<long> l: l.Add(Long(type)); break;
            case FixedBuilder<Int128> w: w.Add(Wide(type)); break;
            case FixedBuilder<float> f: f.Add(_random.Next(4) switch { 0 => 0, 1 => float.MaxValue, _ => (float)Floating() }); break;
            case FixedBuilder<double> d: d.Add(_random.Next(4) switch { 0 => -0.5, 1 => double.MaxValue, _ => Floating() }); break;
            case TextBuilder t: t.Append(type.IsBinary ? Binary() : Text()); break;
            case RowBuilder r:
                foreach (var c in r.Children) Append(c);
                r.Advance(1);
                break;
            case ListBuilder l:
                for (int n = _random.Next(4); n > 0; n--) Append(l.Elements);
                l.EndRow();
                break;
            case MapBuilder m:
                for (int n = _random.Next(4), k = 0; k < n; k++)
                {
                    ((TextBuilder)m.Keys).Append(Encoding.UTF8.GetBytes($"k{k}"));
                    Append(m.Items);
                }

                m.EndRow();
                break;
        }
    }

    private int Int(SqlType type) => type.Kind switch
    {
        TypeKind.Date => _random.Next(-700_000, 2_900_000), // years 53 to 9909
        TypeKind.Time => _random.Next(86_400) * 1000,
        _ => _random.Next(3) switch { 0 => int.MinValue, 1 => _random.Next(100), _ => (int)_random.NextInt64() },
    };

    private long Long(SqlType type) => type.Kind switch
    {
        TypeKind.Timestamp or TypeKind.TimestampLtz => _random.NextInt64(-60_000_000_000_000, 250_000_000_000_000),
        TypeKind.Decimal => _random.NextInt64((long)Math.Pow(10, type.Precision)) * (_random.Next(2) == 0 ? 1 : -1),
        _ => _random.Next(3) switch { 0 => long.MinValue, 1 => _random.Next(100), _ => _random.NextInt64(long.MinValue, long.MaxValue) },
    };

    private Int128 Wide(SqlType type) => type.Kind == TypeKind.Decimal
        ? ((Int128)_random.NextInt64(long.MaxValue) * 1_000_000_000) + _random.Next(1_000_000_000)
        : (Int128)Long(SqlType.Timestamp(3)) * 1_000_000 + (type.Precision == 9 ? _random.Next(1_000_000) : _random.Next(1000) * 1000);

    private double Floating() => (_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(-20, 20));

    private byte[] Binary()
    {
        byte[] bytes = new byte[_random.Next(20)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Text() => Encoding.UTF8.GetBytes(_random.Next(3) == 0 ? new string((char)('a' + _random.Next(26)), _random.Next(100)) : Texts[_random.Next(Texts.Length)]);
}
