using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>Calls: ordinary ones, and those with words of their own between the arguments.</summary>
public sealed partial class Parser
{
    private static readonly string[] s_units =
    [
        "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND",
        "DECADE", "CENTURY", "MILLENNIUM", "DOW", "ISODOW", "DOY", "ISOYEAR", "EPOCH", "FRAC_SECOND",
    ];

    private static bool IsSpecialCall(string upper) =>
        upper is "EXTRACT" or "TRIM" or "SUBSTRING" or "OVERLAY" or "POSITION" or "FLOOR" or "CEIL" or "CEILING"
            or "TIMESTAMPADD" or "TIMESTAMPDIFF" or "DESCRIPTOR";

    private Expression ParseSpecialCall(Token word)
    {
        _at++;
        var name = new Name(word.Span, [new Identifier(word.Span, word.Upper)]);
        switch (word.Upper)
        {
            case "DESCRIPTOR":
                ImmutableArray<Identifier> columns = ParseColumnNames();
                return new DescriptorExpression(From(word.Span), columns);
            case "EXTRACT":
                ExpectSymbol("(");
                string unit = ParseUnit();
                Expect("FROM");
                Expression value = ParseExpression();
                ExpectSymbol(")");
                return new ExtractExpression(From(word.Span), unit, value);
            case "TRIM":
                return ParseTrim(word);
            case "FLOOR" or "CEIL" or "CEILING":
                return ParseRound(name);
            case "SUBSTRING":
                return ParseWordyCall(name, "FROM", "FOR");
            case "OVERLAY":
                return ParseWordyCall(name, "PLACING", "FROM", "FOR");
            case "POSITION":
                return ParseWordyCall(name, "IN", "FROM");
            default:
                return ParseTimestampCall(name);
        }
    }

    private string ParseUnit()
    {
        Token token = Take();
        string unit = token.Upper.StartsWith("SQL_TSI_", StringComparison.Ordinal) ? token.Upper["SQL_TSI_".Length..] : token.Upper;
        if (token.Kind == TokenKind.Word && s_units.Contains(unit)) return unit;
        throw Fail(Codes.Syntax, token.Span, $"{Describe(token)} is no unit of time", Suggest.DidYouMean(token.Text, s_units));
    }

    private TrimExpression ParseTrim(Token word)
    {
        ExpectSymbol("(");
        string side = Current.Upper is "BOTH" or "LEADING" or "TRAILING" ? Take().Upper : "";
        Expression? characters = null;
        Expression value;
        if (side != "" && Accept("FROM"))
        {
            value = ParseExpression();
        }
        else
        {
            value = ParseExpression();
            if (Accept("FROM")) { characters = value; value = ParseExpression(); }
        }
        ExpectSymbol(")");
        return new TrimExpression(From(word.Span), side == "" ? "BOTH" : side, characters, value);
    }

    private Expression ParseRound(Name name)
    {
        ExpectSymbol("(");
        Expression value = ParseExpression();
        if (Accept("TO"))
        {
            string unit = ParseUnit();
            ExpectSymbol(")");
            string function = name.Text == "FLOOR" ? "FLOOR" : "CEIL";
            return new RoundToExpression(From(name.Span), function, value, unit);
        }
        ExpectSymbol(")");
        return Call(name, [Positional(value)]);
    }

    private static Argument Positional(Expression value) => new(value.Span, null, value);

    private CallExpression Call(Name name, ImmutableArray<Argument> arguments) =>
        new(From(name.Span), name, false, arguments, false, [], null, null, null, null);

    /// <summary>Words or commas between the arguments: SUBSTRING(s FROM 1 FOR 2) is SUBSTRING(s, 1, 2).</summary>
    private CallExpression ParseWordyCall(Name name, params string[] words)
    {
        ExpectSymbol("(");
        var arguments = ImmutableArray.CreateBuilder<Argument>();
        // Above the predicates, so that POSITION(a IN b) does not take IN for an operator.
        arguments.Add(Positional(ParseExpression(words[0] == "IN" ? Power.Predicate + 1 : 0)));
        foreach (string word in words)
        {
            if (!Accept(word) && !AcceptSymbol(",")) continue;
            arguments.Add(Positional(ParseExpression()));
        }
        ExpectSymbol(")");
        return Call(name, arguments.ToImmutable());
    }

    private CallExpression ParseTimestampCall(Name name)
    {
        ExpectSymbol("(");
        TextSpan start = Current.Span;
        string unit = ParseUnit();
        var arguments = ImmutableArray.CreateBuilder<Argument>();
        arguments.Add(Positional(new UnitExpression(start, unit)));
        while (AcceptSymbol(",")) arguments.Add(Positional(ParseExpression()));
        ExpectSymbol(")");
        return Call(name, arguments.ToImmutable());
    }

    private CallExpression ParseCall(Name name)
    {
        ExpectSymbol("(");
        bool distinct = Accept("DISTINCT");
        if (!distinct) Accept("ALL");
        var arguments = ImmutableArray<Argument>.Empty;
        if (!AtSymbol(")")) arguments = ParseList(ParseArgument);
        string? nulls = ParseNullTreatment();
        ImmutableArray<OrderItem> orderBy = [];
        if (Accept("ORDER", "BY")) orderBy = ParseList(ParseOrderItem);
        ExpectSymbol(")");
        nulls ??= ParseNullTreatment();
        if (Accept("WITHIN", "GROUP"))
        {
            ExpectSymbol("(");
            Expect("ORDER");
            Expect("BY");
            orderBy = ParseList(ParseOrderItem);
            ExpectSymbol(")");
        }
        Expression? filter = null;
        if (Accept("FILTER"))
        {
            ExpectSymbol("(");
            Expect("WHERE");
            filter = ParseExpression();
            ExpectSymbol(")");
        }
        WindowSpec? over = null;
        Identifier? overName = null;
        if (Accept("OVER"))
        {
            if (AtSymbol("(")) over = ParseWindowSpec();
            else overName = ParseIdentifier("a window's name");
        }
        return new CallExpression(From(name.Span), name, distinct, arguments, false, orderBy, nulls, filter, over, overName);
    }

    private string? ParseNullTreatment()
    {
        if (Accept("IGNORE", "NULLS")) return "IGNORE NULLS";
        return Accept("RESPECT", "NULLS") ? "RESPECT NULLS" : null;
    }

    private Argument ParseArgument()
    {
        TextSpan start = Current.Span;
        Identifier? name = null;
        // PARTITION and the like may be parameter names: any word before => is one.
        if (Current.Kind is TokenKind.Word or TokenKind.Quoted && Ahead().IsSymbol("=>"))
        {
            Token word = Take();
            name = new Identifier(word.Span, word.Text);
            _at++;
        }
        Expression value = At("TABLE") ? ParseTableArgument() : ParseExpression();
        return new Argument(From(start), name, value);
    }

    private TableArgument ParseTableArgument()
    {
        TextSpan start = Take().Span;
        Name? table = null;
        Query? query = null;
        if (AcceptSymbol("(")) { query = ParseQuery(); ExpectSymbol(")"); }
        else { table = ParseName("a table's name"); }
        ImmutableArray<Expression> partitionBy = [];
        if (Accept("PARTITION", "BY"))
            partitionBy = AtSymbol("(") ? ParseItems("(", ")") : [ParseExpression()];
        ImmutableArray<OrderItem> orderBy = [];
        if (Accept("ORDER", "BY")) orderBy = AtSymbol("(") ? ParseParenthesised(ParseOrderItem) : [ParseOrderItem()];
        return new TableArgument(From(start), table, query, partitionBy, orderBy);
    }
}
