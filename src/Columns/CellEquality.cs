namespace OrleansStream.Columns;

/// <summary>Whether two values of one type are the same: NULL like NULL, floating-point numbers by <c>Equals</c> (NaN like NaN), maps whatever the order of their entries.</summary>
public static class CellEquality
{
    public static bool Same(Column a, int rowA, Column b, int rowB)
    {
        bool isNull = a.IsNull(rowA);
        return isNull == b.IsNull(rowB) && (isNull || SamePresent(a, rowA, b, rowB));
    }

    private static bool SamePresent(Column a, int rowA, Column b, int rowB) => a switch
    {
        FixedColumn<long> x => x.Values[rowA] == ((FixedColumn<long>)b).Values[rowB],
        FixedColumn<int> x => x.Values[rowA] == ((FixedColumn<int>)b).Values[rowB],
        FixedColumn<double> x => x.Values[rowA].Equals(((FixedColumn<double>)b).Values[rowB]),
        FixedColumn<float> x => x.Values[rowA].Equals(((FixedColumn<float>)b).Values[rowB]),
        FixedColumn<Int128> x => x.Values[rowA] == ((FixedColumn<Int128>)b).Values[rowB],
        FixedColumn<short> x => x.Values[rowA] == ((FixedColumn<short>)b).Values[rowB],
        FixedColumn<byte> x => x.Values[rowA] == ((FixedColumn<byte>)b).Values[rowB],
        TextColumn x => x[rowA].SequenceEqual(((TextColumn)b)[rowB]),
        RowColumn x => Rows(x, rowA, (RowColumn)b, rowB),
        ListColumn x => Lists(x, rowA, (ListColumn)b, rowB),
        MapColumn x => Maps(x, rowA, (MapColumn)b, rowB),
        _ => throw new NotSupportedException($"equality of {a.Type}"),
    };

    private static bool Rows(RowColumn a, int rowA, RowColumn b, int rowB)
    {
        for (int f = 0; f < a.Children.Length; f++) if (!Same(a.Children[f], rowA, b.Children[f], rowB)) return false;
        return true;
    }

    private static bool Lists(ListColumn a, int rowA, ListColumn b, int rowB)
    {
        int startA = a.Offsets[rowA], startB = b.Offsets[rowB], count = a.Offsets[rowA + 1] - startA;
        if (b.Offsets[rowB + 1] - startB != count) return false;
        for (int i = 0; i < count; i++) if (!Same(a.Elements, startA + i, b.Elements, startB + i)) return false;
        return true;
    }

    private static bool Maps(MapColumn a, int rowA, MapColumn b, int rowB)
    {
        int startA = a.Offsets[rowA], startB = b.Offsets[rowB], count = a.Offsets[rowA + 1] - startA;
        if (b.Offsets[rowB + 1] - startB != count) return false;
        for (int i = 0; i < count; i++)
        {
            int j = 0;
            while (j < count && !Same(a.Keys, startA + i, b.Keys, startB + j)) j++;
            if (j == count || !Same(a.Items, startA + i, b.Items, startB + j)) return false;
        }

        return true;
    }
}
