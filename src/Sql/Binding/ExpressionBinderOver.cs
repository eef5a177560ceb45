using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>function OVER (PARTITION BY … ORDER BY … frame).</summary>
internal sealed partial class ExpressionBinder
{
    private Expr BindOver(CallExpression c, string name)
    {
        if (!AllowOver) return Error(Codes.MisplacedAggregate, c.Span, "OVER stands only in a select list", "name it there and filter in an outer query");
        WindowSpec? spec = c.Over ?? Windows.FirstOrDefault(w => w.Name.Name == c.OverName!.Name)?.Spec;
        if (spec is null) return Error(Codes.UnknownColumn, c.OverName!.Span, $"no window '{c.OverName.Name}' in the WINDOW clause", Suggest.DidYouMean(c.OverName.Name, Windows.Select(w => w.Name.Name)));
        if (name != "ROW_NUMBER" && !Aggregates.Exists(name))
        {
            string? help = name is "RANK" or "DENSE_RANK" ? "streaming has ROW_NUMBER only" : null;
            return Error(Codes.NotSupported, c.Span, $"{name} OVER is not supported yet", help);
        }
        if (name == "ROW_NUMBER" && c.Arguments.Length > 0) return Error(Codes.WrongArguments, c.Span, "ROW_NUMBER takes no arguments");
        if (spec.BaseName is not null) return Error(Codes.NotSupported, spec.BaseName.Span, "a window that refines another one is not supported yet", "write it out");
        Expr[] partition = [.. spec.PartitionBy.Select(Bind)];
        SortKeyExpr[] order = [.. spec.OrderBy.Select(BindSortKey)];
        if (partition.Any(e => e is BadExpr) || order.Any(k => k.Value is BadExpr)) return s_bad;
        if (order.Length == 0) return Error(Codes.WrongArguments, c.Span, $"{name} needs an ORDER BY in its window");
        if (name == "ROW_NUMBER") return new OverExpr(new OverCall(name, [], [.. partition], [.. order], null, SqlType.BigInt.NotNull));
        if (BindFrame(spec.Frame) is not { } frame) return s_bad;
        if (BindAggregate(c, name) is not AggregateExpr { Call: var call }) return s_bad;
        return new OverExpr(new OverCall(name, call.Arguments, [.. partition], [.. order], frame, call.Type) { Distinct = call.Distinct, Filter = call.Filter });
    }

    /// <summary>Null after a finding.</summary>
    private OverFrame? BindFrame(FrameSpec? frame)
    {
        // Without a frame all rows up to the current one, with those that are equal in the order.
        if (frame is null) return new OverFrame(false, OverFrame.Unbounded);
        if (frame.High is { Kind: not "CURRENT ROW" } high) return NoFrame(high, "a frame ends at the CURRENT ROW");
        bool rows = frame.Unit == "ROWS";
        switch (frame.Low.Kind)
        {
            case "UNBOUNDED PRECEDING": return new OverFrame(rows, OverFrame.Unbounded);
            case "CURRENT ROW": return new OverFrame(rows, 0);
            case "PRECEDING": break;
            default: return NoFrame(frame.Low, "a frame begins before the CURRENT ROW");
        }
        Expr offset = Bind(frame.Low.Offset!);
        if (rows && offset is LiteralExpr { Type.IsInteger: true, Value: { } text } && long.TryParse(text, out long count) && count >= 0) return new OverFrame(true, count);
        if (!rows && offset is LiteralExpr { Type.Kind: TypeKind.IntervalDayTime } interval) return new OverFrame(false, IntervalValue.Milliseconds(interval));
        return offset is BadExpr ? null : NoFrame(frame.Low, rows ? "ROWS … PRECEDING takes a number of rows" : "RANGE … PRECEDING takes an interval of days to seconds");
    }

    private OverFrame? NoFrame(FrameBound bound, string message)
    {
        Error(Codes.WrongArguments, bound.Span, message);
        return null;
    }
}
