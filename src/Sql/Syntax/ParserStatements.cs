using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>Scripts and statements other than CREATE.</summary>
public sealed partial class Parser
{
    private Script ParseScript(int length)
    {
        var statements = ImmutableArray.CreateBuilder<Statement>();
        while (Current.Kind != TokenKind.End)
        {
            if (AcceptSymbol(";")) continue;
            try
            {
                Statement statement = ParseStatement();
                if (Current.Kind != TokenKind.End && !AtSymbol(";")) throw Fail($"unexpected {Describe(Current)}", Slip() ?? "statements end with ';'");
                statements.Add(statement);
            }
            catch (SyntaxException)
            {
                SkipStatement();
            }
        }
        return new Script(new TextSpan(0, length), statements.ToImmutable());
    }

    private static readonly string[] s_following = ["FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "JOIN", "WINDOW", "WITH"];

    /// <summary>The word before was taken for an alias; perhaps it was meant as a keyword: SELECT a FORM t.</summary>
    private string? Slip()
    {
        Token before = _tokens[Math.Max(_at - 1, 0)];
        return before.Kind == TokenKind.Word && Suggest.Nearest(before.Upper, s_following) is { } keyword ? $"did you mean {keyword} for '{before.Text}'?" : null;
    }

    private void SkipStatement()
    {
        _depth = 0;
        while (Current.Kind != TokenKind.End && !AtSymbol(";")) _at++;
    }

    private static readonly string[] s_statements = ["CREATE", "INSERT", "SELECT", "WITH", "VALUES", "EXECUTE", "BEGIN", "SET", "RESET", "EXPLAIN", "DROP"];

    private Statement ParseStatement()
    {
        Token token = Current;
        switch (token.Upper)
        {
            case "CREATE": return ParseCreate();
            case "DROP": return ParseDrop();
            case "INSERT": return ParseInsert();
            case "EXECUTE": return ParseExecute();
            case "BEGIN": return ParseStatementSet();
            case "SET": return ParseSet();
            case "RESET": return ParseReset();
            case "EXPLAIN": return ParseExplain();
            case "SELECT" or "WITH" or "VALUES" or "TABLE": return ParseQueryStatement();
            default:
                if (AtSymbol("(")) return ParseQueryStatement();
                throw Fail($"a statement cannot begin with {Describe(token)}", Suggest.DidYouMean(token.Text, s_statements));
        }
    }

    private QueryStatement ParseQueryStatement()
    {
        Query query = ParseQuery();
        return new QueryStatement(query.Span, query);
    }

    private DropObject ParseDrop()
    {
        TextSpan start = Take().Span;
        bool temporary = Accept("TEMPORARY");
        Token kind = Take();
        if (kind.Upper is not ("TABLE" or "VIEW")) throw Fail(Codes.Syntax, kind.Span, $"expected TABLE or VIEW, found {Describe(kind)}");
        bool ifExists = Accept("IF", "EXISTS");
        Name name = ParseName("a name");
        return new DropObject(From(start), temporary, kind.Upper, ifExists, name);
    }

    private Statement ParseExecute()
    {
        TextSpan start = Take().Span;
        if (At("INSERT")) return ParseInsert();
        if (At("SELECT") || At("WITH")) return ParseQueryStatement();
        Expect("STATEMENT");
        Expect("SET");
        Expect("BEGIN");
        return ParseStatementSetBody(start);
    }

    private StatementSet ParseStatementSet()
    {
        TextSpan start = Take().Span;
        Expect("STATEMENT");
        Expect("SET");
        ExpectSymbol(";");
        return ParseStatementSetBody(start);
    }

    private StatementSet ParseStatementSetBody(TextSpan start)
    {
        var inserts = ImmutableArray.CreateBuilder<Insert>();
        while (!Accept("END"))
        {
            if (AcceptSymbol(";")) continue;
            if (!At("INSERT")) throw Fail($"expected INSERT or END, found {Describe(Current)}");
            inserts.Add(ParseInsert());
            ExpectSymbol(";");
        }
        return new StatementSet(From(start), inserts.ToImmutable());
    }

    private SetOption ParseSet()
    {
        TextSpan start = Take().Span;
        if (Current.Kind == TokenKind.End || AtSymbol(";")) return new SetOption(start, null);
        OptionSyntax option = ParseOption();
        return new SetOption(From(start), option);
    }

    private ResetOption ParseReset()
    {
        TextSpan start = Take().Span;
        if (Current.Kind == TokenKind.End || AtSymbol(";")) return new ResetOption(start, null);
        StringSyntax key = ParseString("an option's name");
        return new ResetOption(From(start), key);
    }

    private static readonly string[] s_details = ["ESTIMATED_COST", "CHANGELOG_MODE", "JSON_EXECUTION_PLAN", "PLAN_ADVICE"];

    private Explain ParseExplain()
    {
        TextSpan start = Take().Span;
        var details = ImmutableArray<string>.Empty;
        if (!Accept("PLAN", "FOR") && s_details.Contains(Current.Upper)) details = ParseList(ParseDetail);
        Statement statement;
        if (At("STATEMENT", "SET"))
        {
            TextSpan set = Current.Span;
            _at += 2;
            Expect("BEGIN");
            statement = ParseStatementSetBody(set);
        }
        else
        {
            statement = ParseStatement();
        }
        if (statement is not (QueryStatement or Insert or StatementSet))
            throw Fail(Codes.Syntax, statement.Span, "only a query, an INSERT or a statement set can be explained");
        return new Explain(From(start), details, statement);
    }

    private string ParseDetail()
    {
        Token token = Take();
        if (!s_details.Contains(token.Upper))
            throw Fail(Codes.Syntax, token.Span, $"{Describe(token)} is no detail of EXPLAIN", Suggest.DidYouMean(token.Text, s_details));
        return token.Upper;
    }

    private Insert ParseInsert()
    {
        TextSpan start = Take().Span;
        bool overwrite = Accept("OVERWRITE");
        if (!overwrite) Expect("INTO");
        Accept("TABLE");
        Name table = ParseName("a table's name");
        ImmutableArray<Hint> hints = ParseHints();
        var partition = ImmutableArray<PartitionValue>.Empty;
        if (Accept("PARTITION")) partition = ParseParenthesised(ParsePartitionValue);
        var columns = ImmutableArray<Identifier>.Empty;
        // A parenthesis opens either the column list or a query.
        if (AtSymbol("(") && !StartsQuery(Ahead())) columns = ParseColumnNames();
        Query query = ParseQuery();
        string? conflict = null;
        if (Accept("ON", "CONFLICT"))
        {
            Expect("DO");
            Token action = Take();
            if (action.Upper is not ("ERROR" or "NOTHING" or "DEDUPLICATE"))
                throw Fail(Codes.Syntax, action.Span, $"expected ERROR, NOTHING or DEDUPLICATE, found {Describe(action)}");
            conflict = action.Upper;
        }
        return new Insert(From(start), table, hints, overwrite, partition, columns, query, conflict);
    }

    private PartitionValue ParsePartitionValue()
    {
        Identifier column = ParseIdentifier("a column name");
        ExpectSymbol("=");
        Expression value = ParseExpression();
        return new PartitionValue(column.Span.To(value.Span), column, value);
    }

    private static bool StartsQuery(Token token) => token.Upper is "SELECT" or "WITH" or "VALUES" or "TABLE" || token.IsSymbol("(");
}
