using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>
/// Byte offsets in a record. Null bits come first (one a nullable field: key, sub-key, then value fields), then the fields, wider ones first, each aligned to its width (at most 8).
/// Texts are 16-byte <see cref="TextView"/>s whose long bytes lie in the page's heap. Nested types do not fit a record.
/// </summary>
public sealed record RecordLayout(int Size, ImmutableArray<int> KeyOffsets, ImmutableArray<int> SubKeyOffsets, ImmutableArray<int> ValueOffsets, int NullBytes)
{
    /// <summary>The layout of a spec's records, without the table's own header.</summary>
    public static RecordLayout Of(StateSpec spec)
    {
        var key = spec.Key.Fields;
        var sub = spec.SubKey?.Fields ?? [];
        var all = key.AddRange(sub).AddRange(spec.Value.Fields);
        int nullBytes = (all.Count(f => f.Type.Nullable) + 7) / 8;
        var offsets = new int[all.Length];
        int at = nullBytes;
        foreach (int i in Enumerable.Range(0, all.Length).OrderByDescending(i => all[i].Type.Width))
        {
            int width = all[i].Type.Width;
            if (width == 0) throw new NotSupportedException($"state field {all[i]} has no fixed width");
            int align = Math.Min(width, 8);
            at = (at + align - 1) / align * align;
            offsets[i] = at;
            at += width;
        }

        return new RecordLayout((at + 7) / 8 * 8, [.. offsets[..key.Length]], [.. offsets[key.Length..(key.Length + sub.Length)]], [.. offsets[(key.Length + sub.Length)..]], nullBytes);
    }
}
