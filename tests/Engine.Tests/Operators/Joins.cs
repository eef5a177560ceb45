using OrleansStream.Columns;
using OrleansStream.Engine.Operators;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>A row of either side of a join.</summary>
internal interface IJoinRow
{
    /// <summary>The row as an input of that port, or as its part of the output.</summary>
    string Text(int port);
}

/// <summary>What a join gives, the slow way.</summary>
internal static class Joins
{
    /// <summary>The output columns of a join of these inputs.</summary>
    public static Schema OutputOf(this JoinType type, Schema left, Schema right)
    {
        static Schema Padded(Schema s) => new([.. s.Fields.Select(f => f with { Type = f.Type.WithNullable(true) })]);
        if (type is JoinType.Semi or JoinType.Anti) return left;
        return (type is JoinType.Right or JoinType.Full ? Padded(left) : left).Concat(type is JoinType.Left or JoinType.Full ? Padded(right) : right);
    }

    /// <param name="nulls">the text of a side's columns in a padded row.</param>
    public static IEnumerable<string> NestedLoops<T>(JoinType type, IReadOnlyCollection<T> left, IReadOnlyCollection<T> right, Func<T, T, bool> matches, Func<int, string> nulls)
        where T : IJoinRow
    {
        static string Left(T row) => row.Text(0);
        static string Right(T row) => row.Text(1);
        foreach (var l in left)
        {
            bool any = right.Any(r => matches(l, r));
            if (type is JoinType.Semi or JoinType.Anti)
            {
                if (any == (type == JoinType.Semi)) yield return Left(l);
                continue;
            }

            foreach (var r in right.Where(r => matches(l, r))) yield return $"{Left(l)} {Right(r)}";
            if (!any && (type is JoinType.Left or JoinType.Full)) yield return $"{Left(l)} {nulls(1)}";
        }

        if (type is not (JoinType.Right or JoinType.Full)) yield break;
        foreach (var r in right.Where(r => !left.Any(l => matches(l, r)))) yield return $"{nulls(0)} {Right(r)}";
    }
}
