using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>Queries: WITH, SELECT, VALUES, set operations, ORDER BY, LIMIT, window specifications.</summary>
public sealed partial class Parser
{
    private Query ParseQuery() => Nested(() =>
    {
        TextSpan start = Current.Span;
        var with = ImmutableArray<CommonTable>.Empty;
        if (Accept("WITH"))
        {
            if (At("RECURSIVE")) throw Fail(Codes.NotSupported, Current.Span, "recursive queries do not exist in streaming SQL");
            with = ParseList(ParseCommonTable);
        }
        QueryBody body = ParseSetOperations(0);
        ImmutableArray<OrderItem> orderBy = [];
        if (Accept("ORDER", "BY")) orderBy = ParseList(ParseOrderItem);
        Expression? limit = null, offset = null;
        while (true)
        {
            if (limit is null && Accept("LIMIT")) ParseLimit(out limit, ref offset);
            else if (offset is null && Accept("OFFSET")) offset = ParseOffset();
            else if (limit is null && Accept("FETCH")) limit = ParseFetch();
            else break;
        }
        return new Query(From(start), with, body, orderBy, offset, limit);
    });

    private void ParseLimit(out Expression? limit, ref Expression? offset)
    {
        limit = null;
        if (Accept("ALL")) return;
        limit = ParseExpression();
        if (!AcceptSymbol(",")) return;
        offset = limit; // LIMIT start, count
        limit = ParseExpression();
    }

    private Expression ParseOffset()
    {
        Expression offset = ParseExpression();
        if (Current.Upper is "ROW" or "ROWS") _at++;
        return offset;
    }

    private Expression ParseFetch()
    {
        if (!Accept("FIRST")) Expect("NEXT");
        Expression limit = ParseExpression();
        if (!Accept("ROW")) Expect("ROWS");
        Expect("ONLY");
        return limit;
    }

    private CommonTable ParseCommonTable()
    {
        Identifier name = ParseIdentifier("a name");
        ImmutableArray<Identifier> columns = AtSymbol("(") ? ParseColumnNames() : [];
        Expect("AS");
        ExpectSymbol("(");
        Query query = ParseQuery();
        ExpectSymbol(")");
        return new CommonTable(From(name.Span), name, columns, query);
    }

    private QueryBody ParseSetOperations(int power)
    {
        QueryBody left = ParseQueryPrimary();
        while (true)
        {
            int found = Current.Upper switch { "UNION" or "EXCEPT" or "MINUS" => 14, "INTERSECT" => 18, _ => 0 };
            if (found == 0 || found <= power) return left;
            string word = Take().Upper;
            bool all = Accept("ALL");
            if (!all) Accept("DISTINCT");
            QueryBody right = ParseSetOperations(found);
            left = new SetOperation(left.Span.To(right.Span), word == "MINUS" ? "EXCEPT" : word, all, left, right);
        }
    }

    private QueryBody ParseQueryPrimary()
    {
        Token token = Current;
        if (AcceptSymbol("("))
        {
            Query query = ParseQuery();
            ExpectSymbol(")");
            return new NestedBody(From(token.Span), query);
        }
        if (Accept("VALUES"))
        {
            ImmutableArray<RowExpression> rows = ParseList(ParseValuesRow);
            return new ValuesBody(From(token.Span), rows);
        }
        if (Accept("TABLE"))
        {
            Name table = ParseName("a table's name");
            return new TableBody(From(token.Span), table);
        }
        if (!At("SELECT")) throw Fail($"expected a query, found {Describe(token)}");
        return ParseSelect();
    }

    private RowExpression ParseValuesRow()
    {
        TextSpan start = Current.Span;
        Expression value = ParseExpression();
        // VALUES 1, 2 has rows of one column; VALUES (1, 2) has one row of two.
        return value is RowExpression row ? row : new RowExpression(From(start), [value]);
    }

    private Select ParseSelect()
    {
        TextSpan start = Take().Span;
        ImmutableArray<Hint> hints = ParseHints();
        bool distinct = Accept("DISTINCT");
        if (!distinct) Accept("ALL");
        ImmutableArray<SelectItem> items = ParseList(ParseSelectItem);
        TableReference? from = Accept("FROM") ? ParseFrom() : null;
        Expression? where = Accept("WHERE") ? ParseExpression() : null;
        ImmutableArray<GroupingElement> groupBy = [];
        if (Accept("GROUP", "BY")) groupBy = ParseList(ParseGroupingElement);
        Expression? having = Accept("HAVING") ? ParseExpression() : null;
        ImmutableArray<NamedWindow> windows = [];
        if (Accept("WINDOW")) windows = ParseList(ParseNamedWindow);
        Expression? qualify = Accept("QUALIFY") ? ParseExpression() : null;
        return new Select(From(start), hints, distinct, items, from, where, groupBy, having, windows, qualify);
    }

    private SelectItem ParseSelectItem()
    {
        Expression value = ParseExpression();
        Identifier? alias = null;
        if (Accept("AS")) alias = ParseIdentifier("a column name");
        else if (Current.IsName) alias = ParseIdentifier("a column name");
        return new SelectItem(From(value.Span), value, alias);
    }

    private GroupingElement ParseGroupingElement()
    {
        TextSpan start = Current.Span;
        string? kind = At("GROUPING", "SETS") ? "GROUPING SETS" : Current.Upper is "CUBE" or "ROLLUP" ? Current.Upper : null;
        if (kind is not null)
        {
            _at += kind == "GROUPING SETS" ? 2 : 1;
            ImmutableArray<GroupingElement> elements = ParseParenthesised(ParseGroupingTuple);
            return new GroupingSets(From(start), kind, elements);
        }
        if (AtSymbol("(") && Ahead().IsSymbol(")")) { _at += 2; return new GroupingTuple(From(start), []); }
        Expression value = ParseExpression();
        return new GroupingKey(value.Span, value);
    }

    private GroupingElement ParseGroupingTuple()
    {
        if (!AtSymbol("(") || Ahead().IsSymbol(")")) return ParseGroupingElement();
        TextSpan start = Current.Span;
        ImmutableArray<Expression> values = ParseItems("(", ")");
        return new GroupingTuple(From(start), values);
    }

    private OrderItem ParseOrderItem()
    {
        Expression value = ParseExpression();
        bool descending = Accept("DESC");
        if (!descending) Accept("ASC");
        bool? nullsFirst = null;
        if (Accept("NULLS"))
        {
            nullsFirst = Accept("FIRST");
            if (nullsFirst == false) Expect("LAST");
        }
        return new OrderItem(From(value.Span), value, descending, nullsFirst);
    }

    private NamedWindow ParseNamedWindow()
    {
        Identifier name = ParseIdentifier("a window's name");
        Expect("AS");
        WindowSpec spec = ParseWindowSpec();
        return new NamedWindow(From(name.Span), name, spec);
    }

    private WindowSpec ParseWindowSpec()
    {
        TextSpan start = ExpectSymbol("(").Span;
        Identifier? baseName = Current.IsName ? ParseIdentifier("a window's name") : null;
        ImmutableArray<Expression> partitionBy = [];
        if (Accept("PARTITION", "BY")) partitionBy = ParseList(() => ParseExpression());
        ImmutableArray<OrderItem> orderBy = [];
        if (Accept("ORDER", "BY")) orderBy = ParseList(ParseOrderItem);
        FrameSpec? frame = Current.Upper is "ROWS" or "RANGE" ? ParseFrame() : null;
        ExpectSymbol(")");
        return new WindowSpec(From(start), baseName, partitionBy, orderBy, frame);
    }

    private FrameSpec ParseFrame()
    {
        Token unit = Take();
        if (!Accept("BETWEEN")) { FrameBound only = ParseFrameBound(); return new FrameSpec(From(unit.Span), unit.Upper, only, null); }
        FrameBound low = ParseFrameBound();
        Expect("AND");
        FrameBound high = ParseFrameBound();
        return new FrameSpec(From(unit.Span), unit.Upper, low, high);
    }

    private FrameBound ParseFrameBound()
    {
        TextSpan start = Current.Span;
        if (Accept("CURRENT")) { Expect("ROW"); return new FrameBound(From(start), "CURRENT ROW", null); }
        Expression? offset = null;
        string prefix = "";
        if (Accept("UNBOUNDED")) prefix = "UNBOUNDED ";
        else offset = ParseExpression();
        Token side = Take();
        if (side.Upper is not ("PRECEDING" or "FOLLOWING")) throw Fail(Codes.Syntax, side.Span, $"expected PRECEDING or FOLLOWING, found {Describe(side)}");
        return new FrameBound(From(start), prefix + side.Upper, offset);
    }
}
