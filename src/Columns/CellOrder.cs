namespace OrleansStream.Columns;

/// <summary>The order of two values of one type that has one; neither is NULL. Texts by their bytes, FALSE before TRUE, NaN last.</summary>
public static class CellOrder
{
    /// <summary>Whether values of the type are ordered.</summary>
    public static bool Has(SqlType type) => type.Width > 0 && type.Kind != TypeKind.Null;

    public static int Compare(Column a, int rowA, Column b, int rowB) => a switch
    {
        FixedColumn<long> x => x.Values[rowA].CompareTo(((FixedColumn<long>)b).Values[rowB]),
        FixedColumn<int> x => x.Values[rowA].CompareTo(((FixedColumn<int>)b).Values[rowB]),
        FixedColumn<double> x => Floating(x.Values[rowA], ((FixedColumn<double>)b).Values[rowB]),
        FixedColumn<float> x => Floating(x.Values[rowA], ((FixedColumn<float>)b).Values[rowB]),
        FixedColumn<Int128> x => x.Values[rowA].CompareTo(((FixedColumn<Int128>)b).Values[rowB]),
        FixedColumn<short> x => x.Values[rowA].CompareTo(((FixedColumn<short>)b).Values[rowB]),
        FixedColumn<byte> x => ((sbyte)x.Values[rowA]).CompareTo((sbyte)((FixedColumn<byte>)b).Values[rowB]),
        TextColumn x => x[rowA].SequenceCompareTo(((TextColumn)b)[rowB]),
        _ => throw new NotSupportedException($"order of {a.Type}"),
    };

    private static int Floating(double a, double b) => double.IsNaN(a) || double.IsNaN(b) ? double.IsNaN(a).CompareTo(double.IsNaN(b)) : a.CompareTo(b);
}
