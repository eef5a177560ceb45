using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>What a join's condition says of the distance of two event times: lower ≤ left − right ≤ upper, in ms.</summary>
/// <param name="LeftTime">position in the left input.</param>
/// <param name="RightTime">position in the right input.</param>
internal sealed record TimeBounds(int LeftTime, int RightTime, long Lower, long Upper)
{
    /// <summary>The bounds among the conditions (over left ++ right), and the conditions that say something else; null unless the distance is bounded on both sides.</summary>
    public static (TimeBounds Bounds, List<Expr> Others)? Of(IReadOnlyList<Expr> conditions, ImmutableArray<RelColumn> left, ImmutableArray<RelColumn> right)
    {
        (int Left, int Right)? times = null;
        long lower = long.MinValue, upper = long.MaxValue;
        var rest = new List<Expr>();
        foreach (Expr e in conditions)
        {
            if (Distance(e, left, right) is not var (l, r, op, bound) || (times is { } known && known != (l, r)))
            {
                rest.Add(e);
                continue;
            }
            times = (l, r);
            if (op is ">=" or ">" or "=") lower = Math.Max(lower, op == ">" ? bound + 1 : bound);
            if (op is "<=" or "<" or "=") upper = Math.Min(upper, op == "<" ? bound - 1 : bound);
        }
        if (times is not var (leftTime, rightTime) || lower == long.MinValue || upper == long.MaxValue) return null;
        return (new TimeBounds(leftTime, rightTime, lower, upper), rest);
    }

    /// <summary>left + a op right + b as left − right op b − a.</summary>
    private static (int Left, int Right, string Op, long Bound)? Distance(Expr e, ImmutableArray<RelColumn> left, ImmutableArray<RelColumn> right)
    {
        if (e is not CallExpr { Function: "<" or "<=" or ">" or ">=" or "=", Arguments: [var x, var y] } call) return null;
        if (Shifted(x) is not var (a, shiftA) || Shifted(y) is not var (b, shiftB)) return null;
        string op = call.Function;
        if (a >= left.Length)
        {
            (a, shiftA, b, shiftB) = (b, shiftB, a, shiftA);
            op = op switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => op };
        }
        if (a >= left.Length || b < left.Length) return null;
        RelColumn l = left[a], r = right[b - left.Length];
        if (l.Time != TimeKind.Event || r.Time != TimeKind.Event || l.Type.Kind != r.Type.Kind || l.Type.Precision > 3 || r.Type.Precision > 3) return null;
        return (a, b - left.Length, op, shiftB - shiftA);
    }

    /// <summary>A column, with constant intervals added or taken away (ms).</summary>
    private static (int Column, long Shift)? Shifted(Expr e) => e switch
    {
        ColumnExpr c => (c.Index, 0),
        CallExpr { Function: "+" or "-", Arguments: [var time, LiteralExpr { Value: not null, Type.Kind: TypeKind.IntervalDayTime } interval] } call when Shifted(time) is var (column, shift) =>
            (column, shift + (call.Function == "+" ? 1 : -1) * IntervalValue.Milliseconds(interval)),
        _ => null,
    };
}
