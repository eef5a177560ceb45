using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>FROM: tables, table functions, derived tables, joins.</summary>
public sealed partial class Parser
{
    private TableReference ParseFrom()
    {
        TableReference left = ParseJoined();
        while (AcceptSymbol(","))
        {
            TableReference right = ParseJoined();
            left = new JoinTable(left.Span.To(right.Span), "COMMA", false, left, right, null, []);
        }
        return left;
    }

    private TableReference ParseJoined()
    {
        TableReference left = ParseTablePrimary();
        while (true)
        {
            bool natural = At("NATURAL");
            Token kind = natural ? Ahead() : Current;
            if (!natural && kind.Upper is not ("JOIN" or "INNER" or "LEFT" or "RIGHT" or "FULL" or "CROSS")) return left;
            if (natural) _at++;
            left = ParseJoin(left, natural);
        }
    }

    private JoinTable ParseJoin(TableReference left, bool natural)
    {
        string kind = At("JOIN") ? "INNER" : Take().Upper;
        if (kind is "LEFT" or "RIGHT" or "FULL") Accept("OUTER");
        Expect("JOIN");
        TableReference right = ParseTablePrimary();
        Expression? on = null;
        ImmutableArray<Identifier> columns = [];
        if (kind != "CROSS" && !natural)
        {
            if (Accept("ON")) on = ParseExpression();
            else if (Accept("USING")) columns = ParseColumnNames();
            else throw Fail($"expected ON or USING, found {Describe(Current)}", "a join without a condition is written CROSS JOIN");
        }
        return new JoinTable(From(left.Span), kind, natural, left, right, on, columns);
    }

    private TableReference ParseTablePrimary() => Nested(() =>
    {
        TextSpan start = Current.Span;
        bool lateral = Accept("LATERAL");
        if (AtSymbol("(")) return ParseParenthesisedTable(start, lateral);
        if (At("UNNEST")) return ParseUnnest(start);
        if (At("TABLE") && Ahead().IsSymbol("("))
        {
            _at += 2;
            CallExpression call = ParseTableCall();
            ExpectSymbol(")");
            TableAlias? alias = ParseAlias();
            return new FunctionTable(From(start), lateral, call, alias);
        }
        if (Current.IsName && Ahead().IsSymbol("("))
        {
            CallExpression call = ParseTableCall();
            TableAlias? alias = ParseAlias();
            return new FunctionTable(From(start), lateral, call, alias);
        }
        return ParseNamedTable(start);
    });

    private CallExpression ParseTableCall()
    {
        Name name = ParseName("a table function's name");
        if (!AtSymbol("(")) throw Fail($"expected '(', found {Describe(Current)}");
        return ParseCall(name);
    }

    private TableReference ParseParenthesisedTable(TextSpan start, bool lateral)
    {
        ExpectSymbol("(");
        if (Current.Upper is "SELECT" or "WITH" or "VALUES" || (AtSymbol("(") && StartsNestedQuery()))
        {
            Query query = ParseQuery();
            ExpectSymbol(")");
            TableAlias? alias = ParseAlias();
            return new DerivedTable(From(start), lateral, query, alias);
        }
        TableReference inner = ParseFrom();
        ExpectSymbol(")");
        return inner;
    }

    /// <summary>((SELECT …) UNION …): the first word behind the parentheses decides.</summary>
    private bool StartsNestedQuery()
    {
        int ahead = 0;
        while (Ahead(ahead).IsSymbol("(")) ahead++;
        return Ahead(ahead).Upper is "SELECT" or "WITH" or "VALUES";
    }

    private UnnestTable ParseUnnest(TextSpan start)
    {
        Expect("UNNEST");
        ExpectSymbol("(");
        Expression value = ParseExpression();
        ExpectSymbol(")");
        bool ordinality = Accept("WITH", "ORDINALITY");
        TableAlias? alias = ParseAlias();
        return new UnnestTable(From(start), value, ordinality, alias);
    }

    private NamedTable ParseNamedTable(TextSpan start)
    {
        Name name = ParseName("a table's name");
        ImmutableArray<Hint> hints = ParseHints();
        Expression? asOf = null;
        if (At("FOR") && Ahead().Is("SYSTEM_TIME"))
        {
            _at += 2;
            Expect("AS");
            Expect("OF");
            asOf = ParseExpression();
        }
        TableAlias? alias = ParseAlias();
        if (hints.IsEmpty) hints = ParseHints();
        if (At("MATCH_RECOGNIZE")) throw Fail(Codes.NotSupported, Current.Span, "MATCH_RECOGNIZE is not supported yet");
        return new NamedTable(From(start), name, hints, asOf, alias);
    }

    private TableAlias? ParseAlias()
    {
        bool required = Accept("AS");
        if (!required && !Current.IsName) return null;
        Identifier name = ParseIdentifier("a table's alias");
        ImmutableArray<Identifier> columns = AtSymbol("(") ? ParseColumnNames() : [];
        return new TableAlias(From(name.Span), name, columns);
    }
}
