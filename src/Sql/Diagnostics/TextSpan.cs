namespace OrleansStream.Sql.Diagnostics;

/// <summary>A range of UTF-16 code units in a source text.</summary>
public readonly record struct TextSpan(int Start, int Length)
{
    public int End => Start + Length;

    /// <summary>The smallest range that holds both.</summary>
    public TextSpan To(TextSpan other)
    {
        int start = Math.Min(Start, other.Start);
        return new TextSpan(start, Math.Max(End, other.End) - start);
    }
}
