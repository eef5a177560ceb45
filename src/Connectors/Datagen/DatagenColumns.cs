using System.Globalization;
using System.Text;
using OrleansStream.Columns;

namespace OrleansStream.Connectors.Datagen;

/// <summary>Integers and booleans, uniform in [min, max].</summary>
internal sealed class IntegerColumn(SqlType type, string path, double nullRate, long min, long max) : DatagenColumn(path, nullRate)
{
    protected override void Values(ColumnBuilder to, ulong seed, long first, long step, int count)
    {
        switch (type.Physical)
        {
            case Physical.Int8: Fill(((FixedBuilder<byte>)to).Append(count), seed, first, step, v => (byte)v); break;
            case Physical.Int16: Fill(((FixedBuilder<short>)to).Append(count), seed, first, step, v => (short)v); break;
            case Physical.Int32: Fill(((FixedBuilder<int>)to).Append(count), seed, first, step, v => (int)v); break;
            default: Fill(((FixedBuilder<long>)to).Append(count), seed, first, step, v => v); break;
        }
    }

    private void Fill<T>(Span<T> to, ulong seed, long first, long step, Func<long, T> convert)
    {
        // The width as a number of values − 1 fits into 64 bits even for all of BIGINT; the high word of a product is uniform enough below it.
        ulong width = (ulong)max - (ulong)min;
        for (int i = 0; i < to.Length; i++)
        {
            ulong w = Word(seed, first + (step * i), 0);
            ulong below = width == ulong.MaxValue ? w : Math.BigMul(w, width + 1, out _);
            to[i] = convert((long)((ulong)min + below));
        }
    }
}

/// <summary>FLOAT and DOUBLE, uniform in [min, max).</summary>
internal sealed class FloatingColumn(string path, double nullRate, double min, double max, bool single) : DatagenColumn(path, nullRate)
{
    protected override void Values(ColumnBuilder to, ulong seed, long first, long step, int count)
    {
        if (single)
        {
            var v = ((FixedBuilder<float>)to).Append(count);
            for (int i = 0; i < v.Length; i++) v[i] = (float)Next(seed, first + (step * i));
        }
        else
        {
            var v = ((FixedBuilder<double>)to).Append(count);
            for (int i = 0; i < v.Length; i++) v[i] = Next(seed, first + (step * i));
        }
    }

    // Not min + u·(max − min), whose difference overflows for all of DOUBLE.
    private double Next(ulong seed, long number)
    {
        double u = (Word(seed, number, 0) >> 11) * (1.0 / (1UL << 53));
        return (min * (1 - u)) + (max * u);
    }
}

/// <summary>DECIMAL, uniform in [min, max].</summary>
internal sealed class DecimalColumn(SqlType type, string path, double nullRate, double min, double max) : DatagenColumn(path, nullRate)
{
    protected override void Values(ColumnBuilder to, ulong seed, long first, long step, int count)
    {
        Int128 most = 1;
        for (int i = 0; i < type.Precision; i++) most *= 10;
        double scale = Math.Pow(10, type.Scale);
        Int128 Next(int i)
        {
            double u = (Word(seed, first + (step * i), 0) >> 11) * (1.0 / (1UL << 53));
            return Int128.Clamp((Int128)Math.Round(((min * (1 - u)) + (max * u)) * scale), 1 - most, most - 1);
        }

        if (type.Physical == Physical.Int64)
        {
            var v = ((FixedBuilder<long>)to).Append(count);
            for (int i = 0; i < v.Length; i++) v[i] = (long)Next(i);
        }
        else
        {
            var v = ((FixedBuilder<Int128>)to).Append(count);
            for (int i = 0; i < v.Length; i++) v[i] = Next(i);
        }
    }
}

/// <summary>Texts of hexadecimal digits; bytes of any value.</summary>
internal sealed class TextsColumn(string path, double nullRate, int length, bool varLength, bool binary) : DatagenColumn(path, nullRate)
{
    protected override void Values(ColumnBuilder to, ulong seed, long first, long step, int count)
    {
        var text = (TextBuilder)to;
        for (int i = 0; i < count; i++)
        {
            ulong w = Word(seed, first + (step * i), 0);
            int n = varLength ? (int)(w % (ulong)(length + 1)) : length;
            var room = text.Open(n);
            for (int j = 0, left = 0; j < n; j++, left -= binary ? 8 : 4)
            {
                if (left == 0) (w, left) = (Nexmark.NexmarkGen.Mix(w + Nexmark.NexmarkGen.G), 64);
                room[j] = binary ? (byte)w : (byte)"0123456789abcdef"[(int)(w & 15)];
                w >>= binary ? 8 : 4;
            }

            text.Commit(n);
        }
    }
}

/// <summary>Dates and times: the present, or up to <paramref name="maxPastMs"/> before it.</summary>
internal sealed class PresentColumn(SqlType type, string path, double nullRate, long maxPastMs, TimeProvider time) : DatagenColumn(path, nullRate)
{
    private const long DayMs = 86_400_000;

    protected override void Values(ColumnBuilder to, ulong seed, long first, long step, int count)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        long Next(int i) => maxPastMs == 0 ? now : now - (long)Math.BigMul(Word(seed, first + (step * i), 0), (ulong)maxPastMs, out _);
        if (to is FixedBuilder<int> days)
        {
            var v = days.Append(count);
            for (int i = 0; i < v.Length; i++) v[i] = type.Kind == TypeKind.Date ? (int)(Next(i) / DayMs) : (int)(Next(i) % DayMs);
        }
        else if (to is FixedBuilder<long> ms)
        {
            var v = ms.Append(count);
            for (int i = 0; i < v.Length; i++) v[i] = Next(i);
        }
        else
        {
            var v = ((FixedBuilder<Int128>)to).Append(count);
            for (int i = 0; i < v.Length; i++) v[i] = (Int128)Next(i) * 1_000_000;
        }
    }
}

/// <summary>start, start + 1, … end: row n has start + n.</summary>
internal sealed class SequenceColumn(SqlType type, string path, long start, long end) : DatagenColumn(path, 0)
{
    public override long Rows => end - start + 1;

    protected override void Values(ColumnBuilder to, ulong seed, long first, long step, int count)
    {
        for (int i = 0; i < count; i++)
        {
            long v = start + first + (step * i);
            switch (to)
            {
                case FixedBuilder<byte> b: b.Add((byte)v); break;
                case FixedBuilder<short> b: b.Add((short)v); break;
                case FixedBuilder<int> b: b.Add((int)v); break;
                case FixedBuilder<long> b: b.Add(type.Kind == TypeKind.Decimal ? v * (long)Math.Pow(10, type.Scale) : v); break;
                case FixedBuilder<Int128> b: b.Add(v * (Int128)Math.Pow(10, type.Scale)); break;
                case FixedBuilder<float> b: b.Add(v); break;
                case FixedBuilder<double> b: b.Add(v); break;
                case TextBuilder t: t.Append(Encoding.ASCII.GetBytes(v.ToString(CultureInfo.InvariantCulture))); break;
            }
        }
    }
}

/// <summary>ROW: each field by itself.</summary>
internal sealed class RowsColumn(string path, double nullRate, DatagenColumn[] fields) : DatagenColumn(path, nullRate)
{
    protected override void Values(ColumnBuilder to, ulong seed, long first, long step, int count)
    {
        var row = (RowBuilder)to;
        for (int f = 0; f < fields.Length; f++) fields[f].Fill(row.Children[f], seed, first, step, count);
        row.Advance(count);
    }
}

/// <summary>ARRAY (no items), MAP and MULTISET: <paramref name="length"/> entries each.</summary>
internal sealed class ListsColumn(string path, double nullRate, int length, DatagenColumn keys, DatagenColumn? items) : DatagenColumn(path, nullRate)
{
    protected override void Values(ColumnBuilder to, ulong seed, long first, long step, int count)
    {
        for (int i = 0; i < count; i++)
        {
            long entry = (first + (step * i)) * length;
            if (to is ListBuilder list)
            {
                keys.Fill(list.Elements, seed, entry, 1, length);
                list.EndRow();
            }
            else
            {
                var map = (MapBuilder)to;
                keys.Fill(map.Keys, seed, entry, 1, length);
                items!.Fill(map.Items, seed, entry, 1, length);
                map.EndRow();
            }
        }
    }
}
