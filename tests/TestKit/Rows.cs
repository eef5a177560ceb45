using System.Globalization;
using System.Text;
using OrleansStream.Columns;

namespace OrleansStream.TestKit;

/// <summary>Rows as objects and as text, for tests.</summary>
public static class Rows
{
    /// <summary>Appends a value (long for every integer, decimal unscaled, date and timestamp type; double; bool; string; null).</summary>
    public static void Put(ColumnBuilder to, object? value)
    {
        if (value is null)
        {
            to.AppendNulls(1);
            return;
        }

        switch (to)
        {
            case FixedBuilder<byte> b: b.Add(value is bool t ? (byte)(t ? 1 : 0) : (byte)Convert.ToSByte(value, CultureInfo.InvariantCulture)); break;
            case FixedBuilder<short> b: b.Add(Convert.ToInt16(value, CultureInfo.InvariantCulture)); break;
            case FixedBuilder<int> b: b.Add(Convert.ToInt32(value, CultureInfo.InvariantCulture)); break;
            case FixedBuilder<long> b: b.Add(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case FixedBuilder<Int128> b: b.Add(value is Int128 v ? v : Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case FixedBuilder<float> b: b.Add(Convert.ToSingle(value, CultureInfo.InvariantCulture)); break;
            case FixedBuilder<double> b: b.Add(Convert.ToDouble(value, CultureInfo.InvariantCulture)); break;
            case TextBuilder b: b.Append(value is byte[] bytes ? bytes : Encoding.UTF8.GetBytes((string)value)); break;
            default: throw new NotSupportedException($"no value for a column of type {to.Type}");
        }
    }

    public static Batch Batch(Schema schema, params object?[][] rows)
    {
        var b = new BatchBuilder(schema);
        foreach (object?[] row in rows) for (int c = 0; c < row.Length; c++) Put(b.Columns[c], row[c]);
        b.Advance(rows.Length);
        return b.Build();
    }

    /// <summary>The rows that count, one text each: <c>+I 1,abc</c>; NULL is <c>∅</c>.</summary>
    public static IEnumerable<string> Text(Batch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection is { } s ? s.Rows[i] : i;
            yield return batch.KindAt(row).Code() + " " + string.Join(",", batch.Columns.Select(c => Value(c, row)));
        }
    }

    private static string Value(Column column, int row)
    {
        if (column.IsNull(row)) return "∅";
        return column switch
        {
            FixedColumn<byte> c when c.Type.Kind == TypeKind.Boolean => c.Values[row] != 0 ? "true" : "false",
            FixedColumn<byte> c => ((sbyte)c.Values[row]).ToString(CultureInfo.InvariantCulture),
            FixedColumn<short> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
            FixedColumn<int> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
            FixedColumn<long> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
            FixedColumn<Int128> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
            FixedColumn<float> c => c.Values[row].ToString("R", CultureInfo.InvariantCulture),
            FixedColumn<double> c => c.Values[row].ToString("R", CultureInfo.InvariantCulture),
            TextColumn c => Encoding.UTF8.GetString(c[row]),
            ListColumn c => "[" + string.Join(";", Enumerable.Range(c.Offsets[row], c.Offsets[row + 1] - c.Offsets[row]).Select(i => Value(c.Elements, i))) + "]",
            MapColumn c => "{" + string.Join(";", Enumerable.Range(c.Offsets[row], c.Offsets[row + 1] - c.Offsets[row]).Select(i => Value(c.Keys, i) + "=" + Value(c.Items, i))) + "}",
            RowColumn c => "(" + string.Join(";", c.Children.Select(f => Value(f, row))) + ")",
            _ => throw new NotSupportedException(column.GetType().Name),
        };
    }
}
