using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>Operators by precedence (Pratt), with Calcite's binding powers.</summary>
public sealed partial class Parser
{
    /// <summary>A flat chain (a + b + …) makes a tree as deep as it is long; later passes recurse over it.</summary>
    private const int MaxChain = 1000;

    private Expression ParseExpression(int power = 0) => Nested(() =>
    {
        Expression left = ParsePrefix();
        int chain = 0;
        while (true)
        {
            int found = PowerOf(Current);
            if (found == 0 || found < power) return left;
            if (++chain > MaxChain) throw Fail($"more than {MaxChain} operators in a row");
            left = ParseInfix(left, found);
        }
    });

    /// <summary>How strongly the operator at the cursor binds; 0: none.</summary>
    private int PowerOf(Token token)
    {
        if (token.Kind == TokenKind.Symbol)
        {
            return token.Text switch
            {
                "=" or "<>" or "<" or ">" or "<=" or ">=" => Power.Comparison,
                "+" or "-" => Power.Sum,
                "*" or "/" or "%" or "||" => Power.Product,
                "[" or "." => Power.Postfix,
                _ => 0,
            };
        }
        if (token.Kind != TokenKind.Word) return 0;
        return token.Upper switch
        {
            "OR" => Power.Or,
            "AND" => Power.And,
            "IS" => Power.Is,
            "OVERLAPS" => Power.Comparison,
            "BETWEEN" or "IN" or "LIKE" or "RLIKE" => Power.Predicate,
            "SIMILAR" when Ahead().Is("TO") => Power.Predicate,
            "NOT" when Ahead().Upper is "BETWEEN" or "IN" or "LIKE" or "RLIKE" or "SIMILAR" => Power.Predicate,
            _ => 0,
        };
    }

    private Expression ParseInfix(Expression left, int power)
    {
        Token token = Current;
        if (token.Kind == TokenKind.Symbol && token.Text is "[" or ".") return ParsePostfix(left);
        if (token.Kind == TokenKind.Symbol || token.Upper is "AND" or "OR" or "OVERLAPS")
        {
            _at++;
            if (power == Power.Comparison && Current.Upper is "ALL" or "ANY" or "SOME" && Ahead().IsSymbol("("))
                throw Fail(Codes.NotSupported, Current.Span, $"a comparison with {Current.Upper} of a query is not supported", "write it with MIN, MAX or a join");
            Expression right = ParseExpression(power + 1);
            return new BinaryExpression(left.Span.To(right.Span), token.Kind == TokenKind.Symbol ? token.Text : token.Upper, left, right);
        }
        if (token.Is("IS")) return ParseIs(left);
        bool not = Accept("NOT");
        return Take().Upper switch
        {
            "BETWEEN" => ParseBetween(left, not),
            "IN" => ParseIn(left, not),
            "SIMILAR" => ParseLike(left, not, "SIMILAR TO"),
            var word => ParseLike(left, not, word),
        };
    }

    private Expression ParsePostfix(Expression left)
    {
        if (AcceptSymbol("["))
        {
            Expression index = ParseExpression();
            ExpectSymbol("]");
            return new IndexExpression(From(left.Span), left, index);
        }
        ExpectSymbol(".");
        if (AtSymbol("*")) { _at++; return new FieldExpression(From(left.Span), left, new Identifier(_tokens[_at - 1].Span, "*")); }
        Identifier field = ParseIdentifier("a field name");
        return new FieldExpression(From(left.Span), left, field);
    }

    private Expression ParseIs(Expression left)
    {
        Take();
        bool not = Accept("NOT");
        if (Accept("DISTINCT"))
        {
            Expect("FROM");
            Expression right = ParseExpression(Power.Is + 1);
            return new IsDistinctExpression(left.Span.To(right.Span), left, not, right);
        }
        Token test = Take();
        string word = test.Upper;
        if (word is not ("NULL" or "TRUE" or "FALSE" or "UNKNOWN" or "JSON"))
            throw Fail(Codes.Syntax, test.Span, $"expected NULL, TRUE, FALSE, UNKNOWN, DISTINCT FROM or JSON, found {Describe(test)}");
        if (word == "JSON" && Current.Upper is "VALUE" or "OBJECT" or "ARRAY" or "SCALAR") word += " " + Take().Upper;
        return new IsExpression(From(left.Span), left, not, word);
    }

    private BetweenExpression ParseBetween(Expression left, bool not)
    {
        bool symmetric = Accept("SYMMETRIC");
        if (!symmetric) Accept("ASYMMETRIC");
        Expression low = ParseExpression(Power.Predicate + 1);
        Expect("AND");
        Expression high = ParseExpression(Power.Predicate + 1);
        return new BetweenExpression(left.Span.To(high.Span), left, not, symmetric, low, high);
    }

    private Expression ParseIn(Expression left, bool not)
    {
        if (AtSymbol("(") && Ahead().Upper is "SELECT" or "WITH" or "VALUES" or "TABLE")
        {
            _at++;
            Query query = ParseQuery();
            ExpectSymbol(")");
            return new InQueryExpression(From(left.Span), left, not, query);
        }
        ImmutableArray<Expression> items = ParseParenthesised(() => ParseExpression());
        return new InListExpression(From(left.Span), left, not, items);
    }

    private LikeExpression ParseLike(Expression left, bool not, string kind)
    {
        if (kind == "SIMILAR TO") Expect("TO");
        Expression pattern = ParseExpression(Power.Predicate + 1);
        Expression? escape = Accept("ESCAPE") ? ParseExpression(Power.Predicate + 1) : null;
        return new LikeExpression(From(left.Span), left, not, kind, pattern, escape);
    }

    private Expression ParsePrefix()
    {
        Token token = Current;
        if (token.Is("NOT"))
        {
            _at++;
            Expression operand = ParseExpression(Power.Not);
            return new UnaryExpression(token.Span.To(operand.Span), "NOT", operand);
        }
        if (token.IsSymbol("-") || token.IsSymbol("+"))
        {
            _at++;
            Expression operand = ParseExpression(Power.Sign);
            return new UnaryExpression(token.Span.To(operand.Span), token.Text, operand);
        }
        return ParsePrimary();
    }
}

/// <summary>Binding powers; a higher one binds first.</summary>
internal static class Power
{
    public const int Or = 22;
    public const int And = 24;
    public const int Not = 26;
    public const int Is = 28;
    public const int Comparison = 30;
    public const int Predicate = 32;
    public const int Sum = 40;
    public const int Product = 60;
    public const int Sign = 80;
    public const int Postfix = 100;
    public const int Primary = 120;
}
