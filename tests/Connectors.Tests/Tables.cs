using System.Collections.Immutable;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Connectors.Formats;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Connectors.Tests;

/// <summary>Short ways to make tables and to show batches.</summary>
public static class Tables
{
    public static TableRef Of(string connector, string columns, params (string Key, string Value)[] options) => new(
        "t", connector, options.ToImmutableSortedDictionary(o => o.Key, o => o.Value), Schema(columns), [], []);

    /// <summary>A schema from the fields of a ROW type's text, e.g. <c>a INT, b STRING</c>.</summary>
    public static Schema Schema(string columns) => new(SqlTypeText.Parse($"ROW<{columns}>").Fields);

    public static SourceContext Source(TableRef table, IServices? services = null, params int[] projection) => new(
        table, projection.Length > 0 ? [.. projection] : [.. Enumerable.Range(0, table.Schema.Count)], 1, services ?? new TestServices());

    /// <summary>The rows that count, as the print connector shows them, without brackets.</summary>
    public static List<string> Lines(Batch batch, string separator = "|")
    {
        var nodes = ValueNode.Of(batch.Schema);
        for (int c = 0; c < nodes.Length; c++) nodes[c].Bind(batch.Columns[c]);
        var lines = new List<string>();
        for (int r = 0; r < batch.Length; r++)
        {
            if (batch.Selection is { } s && !s.Rows.Contains(r)) continue;
            lines.Add(string.Join(separator, nodes.Select(n => Text(n, r))));
        }

        return lines;
    }

    private static string Text(ValueNode node, int row)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        var w = new ByteWriter(bytes);
        RowText.Write(ref w, node, row);
        w.Flush();
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
