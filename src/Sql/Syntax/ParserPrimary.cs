using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>Literals, constructors, names, and whatever else an operator may stand between.</summary>
public sealed partial class Parser
{
    private Expression ParsePrimary()
    {
        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.Integer or TokenKind.Decimal or TokenKind.Approximate:
                _at++;
                return new NumberLiteral(token.Span, token.Text, token.Kind == TokenKind.Approximate);
            case TokenKind.String or TokenKind.UnicodeString:
                string value = ParseStringValue();
                return new StringLiteral(From(token.Span), value);
            case TokenKind.Binary:
                _at++;
                if (token.Text.Length % 2 != 0 || !token.Text.All(char.IsAsciiHexDigit))
                    throw Fail(Codes.InvalidLiteral, token.Span, "a binary literal has an even number of hexadecimal digits");
                return new BinaryLiteral(token.Span, token.Text.ToUpperInvariant());
            case TokenKind.Quoted:
                return ParseNameOrCall();
            case TokenKind.Word:
                return ParseWord(token);
        }
        if (AtSymbol("(")) return ParseParentheses();
        if (AtSymbol("*")) { _at++; return new StarExpression(token.Span, null); }
        throw Fail($"expected an expression, found {Describe(token)}");
    }

    private Expression ParseWord(Token token)
    {
        switch (token.Upper)
        {
            case "NULL": _at++; return new NullLiteral(token.Span);
            case "TRUE": _at++; return new BooleanLiteral(token.Span, true);
            case "FALSE": _at++; return new BooleanLiteral(token.Span, false);
            case "UNKNOWN": _at++; return new BooleanLiteral(token.Span, null);
            case "CASE": return ParseCase();
            case "CAST" or "TRY_CAST" when Ahead().IsSymbol("("): return ParseCast();
            case "EXISTS" when Ahead().IsSymbol("("): return ParseExists();
            case "INTERVAL": return ParseInterval();
            case "DATE" or "TIME" or "TIMESTAMP" when Ahead().Kind == TokenKind.String:
                _at++;
                string text = Take().Text;
                return new DateTimeLiteral(From(token.Span), token.Upper, text);
            case "ROW" when Ahead().IsSymbol("("):
                _at++;
                ImmutableArray<Expression> fields = ParseItems("(", ")");
                return new RowExpression(From(token.Span), fields);
            case "ARRAY" when Ahead().IsSymbol("["):
                _at++;
                ImmutableArray<Expression> items = ParseItems("[", "]");
                return new ArrayExpression(From(token.Span), items);
            case "MAP" when Ahead().IsSymbol("["):
                _at++;
                ImmutableArray<Expression> pairs = ParseItems("[", "]");
                if (pairs.Length % 2 != 0) throw Fail(Codes.WrongArguments, From(token.Span), "MAP[…] takes pairs of a key and a value");
                return new MapExpression(From(token.Span), pairs);
        }
        if (Ahead().IsSymbol("(") && IsSpecialCall(token.Upper)) return ParseSpecialCall(token);
        if (Ahead().IsSymbol("(") && IsJsonCall(token.Upper)) return ParseJsonCall(token);
        if (Keywords.IsNiladic(token.Upper) && !Ahead().IsSymbol("("))
        {
            _at++;
            var name = new Name(token.Span, [new Identifier(token.Span, token.Text)]);
            return new CallExpression(token.Span, name, false, [], true, [], null, null, null, null);
        }
        return ParseNameOrCall();
    }

    private ImmutableArray<Expression> ParseItems(string open, string close)
    {
        ExpectSymbol(open);
        if (AcceptSymbol(close)) return [];
        ImmutableArray<Expression> items = ParseList(() => ParseExpression());
        ExpectSymbol(close);
        return items;
    }

    private Expression ParseParentheses()
    {
        TextSpan start = ExpectSymbol("(").Span;
        if (Current.Upper is "SELECT" or "WITH" or "VALUES")
        {
            Query query = ParseQuery();
            ExpectSymbol(")");
            return new SubqueryExpression(From(start), query);
        }
        ImmutableArray<Expression> items = ParseList(() => ParseExpression());
        ExpectSymbol(")");
        if (items.Length > 1) return new RowExpression(From(start), items);
        if (items[0] is BinaryExpression { Operator: "-" } minus && Current.Upper is "YEAR" or "MONTH" or "DAY" or "HOUR" or "MINUTE" or "SECOND")
        {
            IntervalQualifier qualifier = ParseIntervalQualifier();
            return new DifferenceExpression(From(start), minus.Left, minus.Right, qualifier);
        }
        return items[0];
    }

    private ExistsExpression ParseExists()
    {
        TextSpan start = Take().Span;
        ExpectSymbol("(");
        Query query = ParseQuery();
        ExpectSymbol(")");
        return new ExistsExpression(From(start), query);
    }

    private CaseExpression ParseCase()
    {
        TextSpan start = Take().Span;
        Expression? operand = At("WHEN") ? null : ParseExpression();
        var whens = ImmutableArray.CreateBuilder<WhenClause>();
        while (At("WHEN"))
        {
            TextSpan when = Take().Span;
            ImmutableArray<Expression> conditions = operand is null ? [ParseExpression()] : ParseList(() => ParseExpression());
            Expect("THEN");
            Expression result = ParseExpression();
            whens.Add(new WhenClause(From(when), conditions, result));
        }
        if (whens.Count == 0) throw Fail($"expected WHEN, found {Describe(Current)}");
        Expression? otherwise = Accept("ELSE") ? ParseExpression() : null;
        Expect("END");
        return new CaseExpression(From(start), operand, whens.ToImmutable(), otherwise);
    }

    private CastExpression ParseCast()
    {
        Token token = Take();
        ExpectSymbol("(");
        Expression operand = ParseExpression();
        Expect("AS");
        TypeSyntax type = ParseType();
        ExpectSymbol(")");
        return new CastExpression(From(token.Span), operand, type, token.Upper == "TRY_CAST");
    }

    private IntervalLiteral ParseInterval()
    {
        TextSpan start = Take().Span;
        bool negative = AcceptSymbol("-");
        if (!negative) AcceptSymbol("+");
        if (Current.Kind != TokenKind.String)
            throw Fail($"expected an interval in quotes, found {Describe(Current)}", "write INTERVAL '10' SECOND");
        string text = Take().Text;
        IntervalQualifier qualifier = ParseIntervalQualifier();
        return new IntervalLiteral(From(start), negative, text, qualifier);
    }

    private IntervalQualifier ParseIntervalQualifier()
    {
        TextSpan start = Current.Span;
        string from = ParseIntervalUnit();
        int? leading = null, fraction = null;
        if (AcceptSymbol("("))
        {
            leading = ParseInteger("a precision");
            if (AcceptSymbol(",")) fraction = ParseInteger("a precision");
            ExpectSymbol(")");
        }
        string? to = null;
        if (Accept("TO"))
        {
            to = ParseIntervalUnit();
            if (AcceptSymbol("(")) { fraction = ParseInteger("a precision"); ExpectSymbol(")"); }
        }
        return new IntervalQualifier(From(start), from, leading, to, fraction);
    }

    private static readonly string[] s_intervalUnits = ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"];

    private string ParseIntervalUnit()
    {
        Token token = Take();
        string unit = token.Upper.EndsWith('S') ? token.Upper[..^1] : token.Upper; // DAYS is DAY
        if (token.Kind == TokenKind.Word && s_intervalUnits.Contains(unit)) return unit;
        throw Fail(Codes.Syntax, token.Span, $"{Describe(token)} is no unit of an interval", Suggest.DidYouMean(token.Text, s_intervalUnits) ?? "units are YEAR, MONTH, DAY, HOUR, MINUTE, SECOND");
    }

    private Expression ParseNameOrCall()
    {
        Token token = Current;
        // A reserved word is a function's name only before its parenthesis.
        bool reservedFunction = token.Kind == TokenKind.Word && Keywords.IsFunction(token.Upper) && Ahead().IsSymbol("(");
        Name name = reservedFunction
            ? new Name(Take().Span, [new Identifier(token.Span, token.Text)])
            : ParseName("an expression");
        if (AtSymbol("(")) return ParseCall(name);
        if (AtSymbol(".") && Ahead().IsSymbol("*"))
        {
            _at += 2;
            return new StarExpression(From(name.Span), name);
        }
        return new NameExpression(name.Span, name);
    }
}
