using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Binding;

/// <summary>Walks over expressions.</summary>
internal static class ExprTree
{
    /// <summary>Replaces top down: where <paramref name="replace"/> gives an expression, that stands; elsewhere the parts are visited.</summary>
    public static Expr Rewrite(Expr e, Func<Expr, Expr?> replace)
    {
        if (replace(e) is { } other) return other;
        switch (e)
        {
            case CallExpr c:
                ImmutableArray<Expr> arguments = Rewrite(c.Arguments, replace);
                return arguments == c.Arguments ? c : c with { Arguments = arguments };
            case CastExpr c:
                Expr operand = Rewrite(c.Operand, replace);
                return ReferenceEquals(operand, c.Operand) ? c : c with { Operand = operand };
            case FieldExpr f:
                Expr row = Rewrite(f.Row, replace);
                return ReferenceEquals(row, f.Row) ? f : f with { Row = row };
            case AggregateExpr a:
                return new AggregateExpr(Rewrite(a.Call, replace));
            case OverExpr o:
                return new OverExpr(Rewrite(o.Call, replace));
            default:
                return e;
        }
    }

    /// <summary>The same array if nothing changed.</summary>
    public static ImmutableArray<Expr> Rewrite(ImmutableArray<Expr> items, Func<Expr, Expr?> replace)
    {
        ImmutableArray<Expr>.Builder? changed = null;
        for (int i = 0; i < items.Length; i++)
        {
            Expr item = Rewrite(items[i], replace);
            if (changed is null && ReferenceEquals(item, items[i])) continue;
            if (changed is null) { changed = ImmutableArray.CreateBuilder<Expr>(items.Length); changed.AddRange(items, i); }
            changed.Add(item);
        }
        return changed?.MoveToImmutable() ?? items;
    }

    public static BoundAggregate Rewrite(BoundAggregate call, Func<Expr, Expr?> replace) =>
        call with { Arguments = Rewrite(call.Arguments, replace), Filter = call.Filter is null ? null : Rewrite(call.Filter, replace) };

    public static OverCall Rewrite(OverCall call, Func<Expr, Expr?> replace) => call with
    {
        Arguments = Rewrite(call.Arguments, replace),
        PartitionBy = Rewrite(call.PartitionBy, replace),
        OrderBy = [.. call.OrderBy.Select(k => k with { Value = Rewrite(k.Value, replace) })],
        Filter = call.Filter is null ? null : Rewrite(call.Filter, replace),
    };

    /// <summary>The expression and all its parts, outer ones first.</summary>
    public static IEnumerable<Expr> All(Expr e)
    {
        IEnumerable<Expr> parts = e switch
        {
            CallExpr c => c.Arguments,
            CastExpr c => [c.Operand],
            FieldExpr f => [f.Row],
            AggregateExpr a => a.Call.Filter is null ? a.Call.Arguments : a.Call.Arguments.Append(a.Call.Filter),
            GroupingExpr g => g.Arguments,
            OverExpr o => Parts(o.Call),
            _ => [],
        };
        return parts.SelectMany(All).Prepend(e);
    }

    /// <summary>The expressions of a function over a window.</summary>
    public static IEnumerable<Expr> Parts(OverCall call)
    {
        IEnumerable<Expr> parts = call.Arguments.Concat(call.PartitionBy).Concat(call.OrderBy.Select(k => k.Value));
        return call.Filter is null ? parts : parts.Append(call.Filter);
    }

    /// <summary>Positions of the columns that the expression reads.</summary>
    public static IEnumerable<int> Columns(Expr e) => All(e).OfType<ColumnExpr>().Select(c => c.Index);

    /// <summary>The expression over other positions.</summary>
    public static Expr Remap(Expr e, Func<int, int> position) => Rewrite(e, x => x is ColumnExpr c ? c with { Index = position(c.Index) } : null);

    /// <summary>The expression with each column replaced by what <paramref name="items"/> computes for it.</summary>
    public static Expr Substitute(Expr e, ImmutableArray<Expr> items) => Rewrite(e, x => x is ColumnExpr c ? items[c.Index] : null);

    /// <summary>The operands of nested ANDs.</summary>
    public static IEnumerable<Expr> Conjuncts(Expr e) =>
        e is CallExpr { Function: "AND" } and ? and.Arguments.SelectMany(Conjuncts) : [e];

    public static Expr? And(IEnumerable<Expr> conditions)
    {
        Expr? all = null;
        foreach (Expr e in conditions)
            all = all is null ? e : new CallExpr("AND", [all, e], Conjunction(all, e));
        return all;
    }

    private static SqlType Conjunction(Expr a, Expr b) =>
        SqlType.Boolean.WithNullable(a.Type.Nullable || b.Type.Nullable);
}
