using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>JSON functions: keys with values, and clauses about wrappers, empty results and errors.</summary>
public sealed partial class Parser
{
    private static bool IsJsonCall(string upper) =>
        upper is "JSON_VALUE" or "JSON_QUERY" or "JSON_EXISTS" or "JSON_OBJECT" or "JSON_ARRAY" or "JSON_OBJECTAGG" or "JSON_ARRAYAGG";

    private Expression ParseJsonCall(Token word)
    {
        _at++;
        ExpectSymbol("(");
        var arguments = ImmutableArray.CreateBuilder<JsonArgument>();
        // JSON_ARRAY(NULL ON NULL) has a clause and no argument.
        if (!AtSymbol(")") && !AtJsonClause()) arguments.AddRange(ParseList(ParseJsonArgument));
        var clauses = ImmutableArray.CreateBuilder<JsonClause>();
        while (!AtSymbol(")")) clauses.Add(ParseJsonClause());
        ExpectSymbol(")");
        var name = new Name(word.Span, [new Identifier(word.Span, word.Upper)]);
        bool plain = clauses.Count == 0 && arguments.All(a => a.Key is null);
        if (plain) return Call(name, [.. arguments.Select(a => Positional(a.Value))]);
        return new JsonExpression(From(word.Span), word.Upper, arguments.ToImmutable(), clauses.ToImmutable());
    }

    private JsonArgument ParseJsonArgument()
    {
        TextSpan start = Current.Span;
        // KEY may also be a column; before its value it is the keyword.
        if (At("KEY") && !Ahead().IsSymbol(",") && !Ahead().IsSymbol(")") && !Ahead().IsSymbol(".")) _at++;
        Expression first = ParseExpression();
        if (!Accept("VALUE") && !AcceptSymbol(":")) return new JsonArgument(From(start), null, first);
        Expression value = ParseExpression();
        return new JsonArgument(From(start), first, value);
    }

    private bool AtJsonClause() =>
        Current.Upper is "NULL" or "ABSENT" or "ERROR" or "EMPTY" or "TRUE" or "FALSE" or "UNKNOWN" && (Ahead().Is("ON") || Ahead(2).Is("ON"));

    private JsonClause ParseJsonClause()
    {
        TextSpan start = Current.Span;
        if (Accept("RETURNING"))
        {
            TypeSyntax type = ParseType();
            return new JsonClause(From(start), "RETURNING", null, type);
        }
        if (Current.Upper is "WITH" or "WITHOUT")
        {
            string text = Take().Upper;
            while (Current.Upper is "CONDITIONAL" or "UNCONDITIONAL" or "ARRAY") text += " " + Take().Upper;
            Expect("WRAPPER");
            return new JsonClause(From(start), text + " WRAPPER", null, null);
        }
        Token behaviour = Take();
        if (behaviour.Upper is not ("NULL" or "ABSENT" or "ERROR" or "EMPTY" or "TRUE" or "FALSE" or "UNKNOWN" or "DEFAULT"))
            throw Fail(Codes.Syntax, behaviour.Span, $"expected ')', found {Describe(behaviour)}");
        string words = behaviour.Upper;
        Expression? value = words == "DEFAULT" ? ParseExpression() : null;
        if (words == "EMPTY" && Current.Upper is "ARRAY" or "OBJECT") words += " " + Take().Upper;
        Expect("ON");
        Token on = Take();
        if (on.Upper is not ("EMPTY" or "ERROR" or "NULL")) throw Fail(Codes.Syntax, on.Span, $"expected EMPTY, ERROR or NULL, found {Describe(on)}");
        return new JsonClause(From(start), $"{words} ON {on.Upper}", value, null);
    }
}
