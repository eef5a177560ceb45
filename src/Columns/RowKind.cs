namespace OrleansStream.Columns;

/// <summary>What a row does to the result: the changelog's four kinds. A batch without a kind column holds inserts only.</summary>
public enum RowKind : byte
{
    /// <summary>+I</summary>
    Insert = 0,

    /// <summary>-U: the row as it was before an update.</summary>
    UpdateBefore = 1,

    /// <summary>+U: the row as it is after an update.</summary>
    UpdateAfter = 2,

    /// <summary>-D</summary>
    Delete = 3,
}

public static class RowKindText
{
    private static readonly string[] Codes = ["+I", "-U", "+U", "-D"];

    /// <summary>"+I", "-U", "+U" or "-D".</summary>
    public static string Code(this RowKind kind) => Codes[(int)kind];

    /// <summary>+I and +U add a row; -U and -D take one away.</summary>
    public static bool IsAdd(this RowKind kind) => ((int)kind & 1) == 0;
}
