using OrleansStream.Columns;

namespace OrleansStream.Engine.Functions;

/// <summary>Looking for elements of arrays; NULL is equal to NULL.</summary>
internal static class ArrayElements
{
    /// <summary>The place of a value among the elements of a row, from 0; −1 = it is not there.</summary>
    public static int Find(ListColumn list, int row, Column value, int valueRow)
    {
        int start = list.Offsets[row], end = list.Offsets[row + 1];
        for (int i = start; i < end; i++) if (CellEquality.Same(list.Elements, i, value, valueRow)) return i - start;
        return -1;
    }

    /// <summary>Whether no element before <paramref name="at"/> is equal to the one there.</summary>
    public static bool IsFirst(ListColumn list, int row, int at)
    {
        for (int i = list.Offsets[row]; i < at; i++) if (CellEquality.Same(list.Elements, i, list.Elements, at)) return false;
        return true;
    }

    /// <summary>Whether an element behind <paramref name="at"/> is equal to the one there.</summary>
    public static bool IsLater(ListColumn list, int row, int at)
    {
        for (int i = at + 1; i < list.Offsets[row + 1]; i++) if (CellEquality.Same(list.Elements, i, list.Elements, at)) return true;
        return false;
    }

    /// <summary>Appends the distinct elements of a row: all, or those that are (or are not) in <paramref name="other"/>.</summary>
    public static void Distinct(ListColumn list, int row, ListBuilder to, ListColumn? other, bool inOther = true)
    {
        for (int i = list.Offsets[row]; i < list.Offsets[row + 1]; i++)
            if (IsFirst(list, row, i) && (other is null || Find(other, row, list.Elements, i) >= 0 == inOther)) to.Elements.AppendRange(list.Elements, i, 1);
    }
}
