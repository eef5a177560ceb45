using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>Calls: forms with rules of their own, aggregates, windows, then the engine's catalog.</summary>
internal sealed partial class ExpressionBinder
{
    private static readonly string[] s_special = ["COALESCE", "NULLIF", "IFNULL", "IF", "MOD", "PROCTIME", "TUMBLE", "HOP", "SESSION"];

    private Expr BindCall(CallExpression c)
    {
        string name = c.Function.Text.ToUpperInvariant();
        if (c.Over is not null || c.OverName is not null) return BindOver(c, name);
        // USER and its kin are functions in the grammar only: what is called so is a column.
        if (c.Niladic && !functions.Exists(name)) return Bind(new NameExpression(c.Span, c.Function));
        if (GroupWindows.IsCall(name)) return BindGroupWindow(c, name);
        if (name is "JSON_OBJECT" or "JSON_ARRAY" or "JSON_ARRAYAGG" && c.Over is null) return BindJson(name, [.. c.Arguments.Select(a => new JsonArgument(a.Span, null, a.Value))], [], c.Span, c);
        if (Aggregates.Exists(name)) return BindAggregate(c, name);
        if (name == "JSON_STRING" && c.Arguments.Length == 1) return JsonOf(c.Arguments[0].Value);
        if (name == "JSON" && c.Arguments.Length == 1) return Error(Codes.WrongArguments, c.Span, "JSON(…) stands only in JSON_ARRAY and as a value of JSON_OBJECT");
        if (AllowAggregates && name is "GROUPING" or "GROUPING_ID" or "GROUP_ID") return BindGrouping(c, name);
        if (c.Distinct || c.Filter is not null || c.OrderBy.Length > 0 || c.Nulls is not null)
            return Error(Codes.WrongArguments, c.Span, $"{name} is no aggregate: DISTINCT, FILTER and ORDER BY do not apply");
        if (c.Arguments.FirstOrDefault(a => a.Name is not null) is { } named)
            return Error(Codes.NotSupported, named.Span, "named arguments of functions are not supported yet", "give the arguments by position");
        if (name is "ROW_NUMBER" or "RANK" or "DENSE_RANK" or "LAG" or "LEAD" or "NTILE")
            return Error(Codes.WrongArguments, c.Span, $"{name} needs an OVER clause", $"write {name}(…) OVER (PARTITION BY … ORDER BY …)");
        Expr[] arguments = [.. c.Arguments.Select(a => Bind(a.Value))];
        if (arguments.Any(a => a is BadExpr)) return s_bad;
        return BindSpecial(c, name, arguments) ?? Resolved(name, [.. arguments], c.Span) ?? UnknownFunction(c, name);
    }

    /// <summary>ROW(…), ARRAY[…], MAP[…] and x[i] are functions under another spelling.</summary>
    private Expr Constructed(string name, ImmutableArray<Expression> items, TextSpan span)
    {
        Expr[] arguments = [.. items.Select(Bind)];
        return arguments.Any(a => a is BadExpr) ? s_bad : Resolved(name, [.. arguments], span)!;
    }

    /// <summary>array[1], map['key'], row['field'], row[1].</summary>
    private Expr BindItem(IndexExpression x)
    {
        Expr value = Bind(x.Value), index = Bind(x.Index);
        if (Bad(value, index)) return s_bad;
        string? constant = (index as LiteralExpr)?.Value;
        if (value.Type.Kind == TypeKind.Array && constant is ['-', ..] or "0") return Error(Codes.WrongArguments, x.Span, $"elements are counted from 1, this is {constant}");
        if (value.Type.Kind != TypeKind.Row) return Resolved("ITEM", [value, index], x.Span)!;
        if (index.Type.IsText && constant is not null) return BindField(value, new Identifier(x.Index.Span, constant), x.Span);
        if (index.Type.IsInteger && int.TryParse(constant, out int number) && number >= 1 && number <= value.Type.Fields.Length)
            return BindField(value, new Identifier(x.Index.Span, value.Type.Fields[number - 1].Name), x.Span);
        return Error(Codes.WrongArguments, x.Span, "a field of a ROW is named by a constant, or by its number from 1");
    }

    private BadExpr UnknownFunction(CallExpression c, string name) =>
        Error(Codes.UnknownFunction, c.Function.Span, $"no function '{c.Function.Text}'",
            Suggest.DidYouMean(name, functions.Names.Concat(Aggregates.Names).Concat(s_special)));

    /// <summary>Functions that are other forms written differently; null: none of them.</summary>
    private Expr? BindSpecial(CallExpression c, string name, Expr[] a)
    {
        switch (name)
        {
            case "COALESCE" when a.Length > 0: return Coalesce(a, c.Span);
            case "IFNULL" when a.Length == 2: return Coalesce(a, c.Span);
            case "NULLIF" when a.Length == 2:
                if (Compare("=", a[0], a[1], c.Span) is not CallExpr equal) return s_bad;
                return Call("CASE", a[0].Type.WithNullable(true), equal, new LiteralExpr(null, a[0].Type.WithNullable(true)), a[0]);
            case "IF" when a.Length == 3:
                if (a[0].Type.Kind != TypeKind.Boolean) return Error(Codes.TypeMismatch, c.Span, $"IF wants a BOOLEAN first, this is {Show(a[0].Type)}");
                if (TypeRules.Common(a[1].Type, a[2].Type) is not { Kind: not TypeKind.Null } type)
                    return Error(Codes.TypeMismatch, c.Span, $"{Show(a[1].Type)} and {Show(a[2].Type)} have no type in common");
                return Call("CASE", type, a[0], Casts.To(a[1], type), Casts.To(a[2], type));
            case "MOD" when a.Length == 2 && a[0].Type.IsNumeric && a[1].Type.IsNumeric: return Arithmetic("%", a[0], a[1], c.Span);
            case "PROCTIME" when a.Length == 0: return Proctime.Call;
            default: return null;
        }
    }

    private Expr Coalesce(Expr[] a, TextSpan span)
    {
        if (TypeRules.Common(a.Select(e => e.Type)) is not { Kind: not TypeKind.Null } type)
            return Error(Codes.TypeMismatch, span, $"these have no type in common: {string.Join(", ", a.Select(e => Show(e.Type)))}");
        // The first argument that cannot be NULL ends the list.
        int end = Array.FindIndex(a, e => !e.Type.Nullable);
        if (end >= 0) a = a[..(end + 1)];
        if (a.Length == 1) return Casts.To(a[0], type);
        return Call("COALESCE", type.WithNullable(end < 0), [.. a.Select(e => Casts.To(e, type))]);
    }

    /// <summary>A function of the engine's catalog; null if there is none of that name.</summary>
    private Expr? Resolved(string name, ImmutableArray<Expr> arguments, TextSpan span)
    {
        if (!functions.Exists(name)) return null;
        if (functions.Resolve(name, arguments) is not { } match)
        {
            return Error(Codes.WrongArguments, span, $"{name} does not take ({string.Join(", ", arguments.Select(a => Show(a.Type)))})",
                $"it is called as {string.Join(" or ", functions.Signatures(name))}");
        }
        ImmutableArray<Expr> cast = [.. arguments.Select((a, i) => Casts.To(a, match.Arguments[i]))];
        return new CallExpr(match.Name, cast, match.Result);
    }

    private Expr BindExtract(ExtractExpression x)
    {
        Expr value = Bind(x.Value);
        if (Bad(value)) return value;
        return Resolved("EXTRACT", [Text(x.Unit), value], x.Span) ?? NotYet(x, "EXTRACT");
    }

    private Expr BindRoundTo(RoundToExpression r)
    {
        Expr value = Bind(r.Value);
        if (Bad(value)) return value;
        return Resolved(r.Function, [value, Text(r.Unit)], r.Span) ?? NotYet(r, $"{r.Function}(… TO {r.Unit})");
    }

    private Expr BindTrim(TrimExpression t)
    {
        Expr value = Bind(t.Value);
        Expr characters = t.Characters is null ? Text(" ") : Bind(t.Characters);
        if (Bad(value, characters)) return s_bad;
        string name = t.Side switch { "LEADING" => "LTRIM", "TRAILING" => "RTRIM", _ => "BTRIM" };
        return Resolved(name, [value, characters], t.Span) ?? NotYet(t, "TRIM");
    }

    private BadExpr NotYet(Expression syntax, string what) => Error(Codes.NotSupported, syntax.Span, $"{what} is not supported yet");

    private Expr BindAggregate(CallExpression c, string name)
    {
        if (!AllowAggregates)
            return Error(Codes.MisplacedAggregate, c.Span, $"{name} is an aggregate and stands only in a select list, HAVING or ORDER BY", "filter on it in HAVING, or in an outer query");
        if (_inAggregate) return Error(Codes.MisplacedAggregate, c.Span, "an aggregate within an aggregate", "aggregate twice by a subquery");
        _inAggregate = true;
        try
        {
            bool star = c.Arguments is [{ Value: StarExpression { Qualifier: null } }];
            if (star && name != "COUNT") return Error(Codes.WrongArguments, c.Span, $"{name}(*) does not exist", $"name a column: {name}(…)");
            Expr[] arguments = star ? [] : [.. c.Arguments.Select(a => Bind(a.Value))];
            Expr? filter = c.Filter is null ? null : BindCondition(c.Filter, "FILTER");
            if (arguments.Any(a => a is BadExpr) || filter is BadExpr) return s_bad;
            if (c.OrderBy.Length > 0) return Error(Codes.NotSupported, c.Span, "an order within an aggregate is not supported", "rows are aggregated in the order of arrival");
            if (c.Nulls is not null && name is not ("ARRAY_AGG" or "FIRST_VALUE" or "LAST_VALUE")) return Error(Codes.WrongArguments, c.Span, $"{name} knows no {c.Nulls}");
            if (c.Nulls == "IGNORE NULLS" && arguments is [{ Type.Nullable: true } nullable])
            {
                Expr present = Call("IS NOT NULL", SqlType.Boolean.NotNull, nullable);
                filter = filter is null ? present : Call("AND", SqlType.Boolean.WithNullable(filter.Type.Nullable), filter, present);
            }
            // COUNT over what is never NULL counts rows.
            if (name == "COUNT" && !c.Distinct && arguments.All(a => !a.Type.Nullable)) arguments = [];
            if (Aggregates.ResultType(name, arguments, out string problem) is not { } type) return Error(Codes.WrongArguments, c.Span, problem);
            // Arguments as the engine's aggregate takes them: PERCENTILE computes with DOUBLEs.
            if (name == "PERCENTILE" && FunctionCatalog.Aggregates[name].Resolve([.. arguments.Select(a => a.Type)]) is { } taken)
                arguments = [.. arguments.Select((a, i) => Casts.To(a, taken.Arguments[i]))];
            // A group without rows that count has no value but a count; only a query without GROUP BY, or a filter, makes such groups.
            if (name != "COUNT" && (filter is not null || !AllowGroupWindows)) type = type.WithNullable(true);
            return new AggregateExpr(new BoundAggregate(name, [.. arguments], c.Distinct, filter, type));
        }
        finally { _inAggregate = false; }
    }

    private Expr BindGrouping(CallExpression c, string name)
    {
        Expr[] arguments = [.. c.Arguments.Select(a => Bind(a.Value))];
        if (arguments.Any(a => a is BadExpr)) return s_bad;
        if (!AllowGroupWindows) return Error(Codes.MisplacedAggregate, c.Span, $"{name} needs a GROUP BY");
        if ((arguments.Length == 0) != (name == "GROUP_ID")) return Error(Codes.WrongArguments, c.Span, name == "GROUP_ID" ? "GROUP_ID takes no arguments" : $"{name} takes keys of GROUP BY");
        return new GroupingExpr(name, [.. arguments]);
    }

    /// <summary>NULL is the lowest value: first when ascending, last when descending, unless written otherwise.</summary>
    public SortKeyExpr BindSortKey(OrderItem item) => new(Bind(item.Value), item.Descending, item.NullsFirst ?? !item.Descending);

    private Expr BindGroupWindow(CallExpression c, string name)
    {
        (WindowKind kind, WindowRole role) = GroupWindows.Parse(name);
        if (!AllowGroupWindows) return Error(Codes.WindowArguments, c.Span, $"{name} stands only in GROUP BY and in the select list of such a query");
        Expr[] arguments = [.. c.Arguments.Select(a => Bind(a.Value))];
        if (arguments.Any(a => a is BadExpr)) return s_bad;
        int intervals = kind == WindowKind.Hop ? 2 : 1;
        if (arguments.Length < intervals + 1 || arguments.Length > intervals + 2)
            return Error(Codes.WindowArguments, c.Span, GroupWindows.Usage(kind));
        if (arguments[0] is not ColumnExpr time || scope.Columns[time.Index].Time == TimeKind.None)
            return Error(Codes.TimeAttribute, c.Arguments[0].Span, "the first argument must be a time attribute", "a column with a WATERMARK, forwarded unchanged");
        long[] values = new long[arguments.Length - 1];
        for (int i = 0; i < values.Length; i++)
        {
            if (arguments[i + 1] is not LiteralExpr { Type.Kind: TypeKind.IntervalDayTime } interval)
                return Error(Codes.WindowArguments, c.Arguments[i + 1].Span, "expected an interval of days to seconds", GroupWindows.Usage(kind));
            values[i] = IntervalValue.Milliseconds(interval);
        }
        long size = values[intervals - 1], step = kind == WindowKind.Hop ? values[0] : size;
        TimeKind clock = scope.Columns[time.Index].Time;
        var window = new WindowFunction(kind, time.Index, clock, size, step, values.Length > intervals ? values[^1] : 0, []);
        if (GroupWindows.Problem(window, inGroupBy: true) is { } problem) return Error(Codes.WindowArguments, c.Span, problem);
        return new GroupWindowExpr(window, role, role == WindowRole.Time ? time.Type.NotNull : SqlType.Timestamp(3).NotNull);
    }
}
