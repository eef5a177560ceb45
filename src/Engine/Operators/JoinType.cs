using System.Collections.Immutable;

namespace OrleansStream.Engine.Operators;

/// <summary>Which rows a join gives.</summary>
public enum JoinType : byte
{
    /// <summary>Pairs.</summary>
    Inner,

    /// <summary>Pairs, and left rows without a partner, NULL in the right columns.</summary>
    Left,

    /// <summary>Pairs, and right rows without a partner, NULL in the left columns.</summary>
    Right,

    /// <summary>Both of these.</summary>
    Full,

    /// <summary>Left rows that have a partner, once; left columns only.</summary>
    Semi,

    /// <summary>Left rows that have none; left columns only.</summary>
    Anti,
}

public static class JoinTypes
{
    /// <summary>Whether rows of a side (0 left, 1 right) matter without a partner.</summary>
    public static bool Keeps(this JoinType type, int port) => type switch
    {
        JoinType.Full => true,
        JoinType.Left or JoinType.Anti => port == 0,
        JoinType.Right => port == 1,
        _ => false,
    };

    /// <summary>Whether the output has the right side's columns.</summary>
    public static bool Pairs(this JoinType type) => type is not (JoinType.Semi or JoinType.Anti);

    /// <summary>For people: by which columns rows of a side are found; nothing if by all.</summary>
    public static string Unique(ImmutableArray<int> left, ImmutableArray<int> right)
    {
        static string One(string side, ImmutableArray<int> key) => key.IsEmpty ? "" : $", {side}Unique=[{string.Join(", ", key.Select(k => $"${k}"))}]";
        return One("left", left) + One("right", right);
    }

    /// <summary>For people: how long sides are kept; nothing if for ever.</summary>
    public static string Ttls(long leftMs, long rightMs) =>
        (leftMs > 0 ? $", leftTtl=[{leftMs} ms]" : "") + (rightMs > 0 ? $", rightTtl=[{rightMs} ms]" : "");

    /// <summary>For people: <c>left.$1 = right.$0</c>.</summary>
    public static string On(ImmutableArray<int> left, ImmutableArray<int> right) => string.Join(", ", left.Zip(right, (l, r) => $"left.${l} = right.${r}"));
}
