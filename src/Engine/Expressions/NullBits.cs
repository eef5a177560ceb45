using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions;

/// <summary>Null bits of results out of those of operands.</summary>
internal static class NullBits
{
    /// <summary>Result rows are NULL where one of the operands is. Gives the result's own words, to add to; empty when no row is NULL.</summary>
    public static Span<ulong> Union(Column result, int length, Column a, Column? b = null, Column? c = null, Column? d = null)
    {
        // A result may show an operand's values: its own words are written only after all operands' were taken.
        var (na, nb, nc, nd) = (a.Nulls, b?.Nulls ?? default, c?.Nulls ?? default, d?.Nulls ?? default);
        result.ClearNulls();
        if (!na.Any && !nb.Any && !nc.Any && !nd.Any) return default;
        var to = result.WritableNulls(length);
        Or(to, na.Words(length));
        Or(to, nb.Words(length));
        Or(to, nc.Words(length));
        Or(to, nd.Words(length));
        return to;
    }

    /// <summary>Makes a row NULL; takes words for the column when it had none.</summary>
    public static void Set(ref Span<ulong> words, Column result, int length, int row)
    {
        if (words.IsEmpty) words = result.WritableNulls(length);
        Bitmap.Set(words, row);
    }

    private static void Or(Span<ulong> to, ReadOnlySpan<ulong> from)
    {
        for (int i = 0; i < from.Length; i++) to[i] |= from[i];
    }
}
