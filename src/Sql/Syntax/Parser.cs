using System.Collections.Immutable;
using System.Globalization;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>
/// Recursive descent over the tokens, expressions by precedence. This file has the cursor and what every clause uses;
/// the clauses stand in files of their own.
/// </summary>
public sealed partial class Parser
{
    private readonly List<Token> _tokens;
    private readonly DiagnosticBag _diagnostics;
    private int _at;
    private int _depth;

    private Parser(List<Token> tokens, DiagnosticBag diagnostics)
    {
        _tokens = tokens;
        _diagnostics = diagnostics;
    }

    /// <summary>Parses a whole script. After a syntax error it goes on behind the next semicolon.</summary>
    public static Script Parse(string text, DiagnosticBag diagnostics)
    {
        var parser = new Parser(Lexer.Scan(text, diagnostics), diagnostics);
        return parser.ParseScript(text.Length);
    }

    /// <summary>Nesting deeper than this is refused, so that no script can exhaust the stack.</summary>
    private const int MaxDepth = 200;

    private sealed class SyntaxException : Exception;

    private Token Current => _tokens[_at];

    private Token Ahead(int count = 1) => _tokens[Math.Min(_at + count, _tokens.Count - 1)];

    private TextSpan From(TextSpan start) => _at == 0 ? start : start.To(_tokens[_at - 1].Span);

    private Token Take()
    {
        Token token = Current;
        if (token.Kind != TokenKind.End) _at++;
        return token;
    }

    private bool At(string keyword) => Current.Is(keyword);

    /// <summary>The next words are these keywords.</summary>
    private bool At(string first, string second) => Current.Is(first) && Ahead().Is(second);

    private bool AtSymbol(string symbol) => Current.IsSymbol(symbol);

    private bool Accept(string keyword)
    {
        if (!At(keyword)) return false;
        _at++;
        return true;
    }

    private bool Accept(string first, string second)
    {
        if (!At(first, second)) return false;
        _at += 2;
        return true;
    }

    private bool AcceptSymbol(string symbol)
    {
        if (!AtSymbol(symbol)) return false;
        _at++;
        return true;
    }

    private Token Expect(string keyword)
    {
        if (!At(keyword)) throw Fail($"expected {keyword}, found {Describe(Current)}");
        return Take();
    }

    private Token ExpectSymbol(string symbol)
    {
        if (!AtSymbol(symbol)) throw Fail($"expected '{symbol}', found {Describe(Current)}");
        return Take();
    }

    private SyntaxException Fail(string message, string? help = null) => Fail(Codes.Syntax, Current.Span, message, help);

    private SyntaxException Fail(string code, TextSpan span, string message, string? help = null)
    {
        // A token that the lexer has refused is the cause already reported.
        if (Current.Kind != TokenKind.Bad) _diagnostics.Error(code, span, message, help);
        return new SyntaxException();
    }

    private static string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "the end of the script",
        TokenKind.String or TokenKind.UnicodeString => "a string",
        _ => $"'{token.Text}'",
    };

    private Identifier ParseIdentifier(string what)
    {
        Token token = Current;
        if (token.IsName) { _at++; return new Identifier(token.Span, token.Text); }
        if (token.Kind == TokenKind.Word && !Keywords.IsClause(token.Upper))
        {
            throw Fail(Codes.ReservedWord, token.Span, $"'{token.Text}' is a reserved word, not {what}",
                $"put it into backticks: `{token.Text}`");
        }
        throw Fail($"expected {what}, found {Describe(token)}");
    }

    private Name ParseName(string what)
    {
        var parts = ImmutableArray.CreateBuilder<Identifier>();
        parts.Add(ParseIdentifier(what));
        while (AtSymbol(".") && !Ahead().IsSymbol("*"))
        {
            _at++;
            parts.Add(ParseIdentifier(what));
        }
        return new Name(parts[0].Span.To(parts[^1].Span), parts.ToImmutable());
    }


    private ImmutableArray<T> ParseList<T>(Func<T> item)
    {
        var items = ImmutableArray.CreateBuilder<T>();
        do items.Add(item());
        while (AcceptSymbol(","));
        return items.ToImmutable();
    }

    /// <summary>( item, … ), at least one.</summary>
    private ImmutableArray<T> ParseParenthesised<T>(Func<T> item)
    {
        ExpectSymbol("(");
        ImmutableArray<T> items = ParseList(item);
        ExpectSymbol(")");
        return items;
    }

    private ImmutableArray<Identifier> ParseColumnNames() => ParseParenthesised(() => ParseIdentifier("a column name"));

    private StringSyntax ParseString(string what)
    {
        if (Current.Kind is not (TokenKind.String or TokenKind.UnicodeString)) throw Fail($"expected {what} in quotes, found {Describe(Current)}");
        TextSpan start = Current.Span;
        return new StringSyntax(start, ParseStringValue());
    }

    /// <summary>A string, or U&amp;'…' with its escapes resolved.</summary>
    private string ParseStringValue()
    {
        Token token = Take();
        if (token.Kind == TokenKind.String) return token.Text;
        char escape = '\\';
        if (Accept("UESCAPE"))
        {
            Token given = Take();
            if (given.Kind != TokenKind.String || given.Text.Length != 1) throw Fail(Codes.InvalidLiteral, given.Span, "UESCAPE takes one character");
            escape = given.Text[0];
        }
        return Unescape(token, escape);
    }

    private string Unescape(Token token, char escape)
    {
        var value = new System.Text.StringBuilder();
        string text = token.Text;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != escape) { value.Append(text[i]); continue; }
            if (i + 1 < text.Length && text[i + 1] == escape) { value.Append(escape); i++; continue; }
            if (i + 4 >= text.Length || !ushort.TryParse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit))
                throw Fail(Codes.InvalidLiteral, token.Span, $"'{escape}' must be followed by four hexadecimal digits");
            value.Append((char)unit);
            i += 4;
        }
        return value.ToString();
    }

    private int ParseInteger(string what)
    {
        if (Current.Kind != TokenKind.Integer || !int.TryParse(Current.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            throw Fail($"expected {what}, found {Describe(Current)}");
        _at++;
        return value;
    }

    private OptionSyntax ParseOption()
    {
        StringSyntax key = ParseString("an option's name");
        ExpectSymbol("=");
        StringSyntax value = ParseString("an option's value");
        return new OptionSyntax(key.Span.To(value.Span), key, value);
    }

    /// <summary>/*+ NAME(…), NAME */; any number of comments.</summary>
    private ImmutableArray<Hint> ParseHints()
    {
        var hints = ImmutableArray.CreateBuilder<Hint>();
        while (Current.Kind == TokenKind.HintOpen)
        {
            _at++;
            do hints.Add(ParseHint());
            while (AcceptSymbol(",") || Current.Kind is TokenKind.Word);
            if (Current.Kind != TokenKind.HintClose) throw Fail($"expected '*/', found {Describe(Current)}");
            _at++;
        }
        return hints.ToImmutable();
    }

    private Hint ParseHint()
    {
        Token name = Take();
        if (name.Kind != TokenKind.Word) throw Fail(Codes.Syntax, name.Span, $"expected a hint's name, found {Describe(name)}");
        var options = ImmutableArray<OptionSyntax>.Empty;
        var arguments = ImmutableArray<Identifier>.Empty;
        if (AtSymbol("("))
        {
            if (Ahead().Kind == TokenKind.String && Ahead(2).IsSymbol("=")) options = ParseParenthesised(ParseOption);
            else arguments = ParseParenthesised(ParseHintArgument);
        }
        return new Hint(From(name.Span), new Identifier(name.Span, name.Upper), options, arguments);
    }

    private Identifier ParseHintArgument()
    {
        if (Current.Kind is TokenKind.String or TokenKind.Integer) { Token token = Take(); return new Identifier(token.Span, token.Text); }
        return ParseIdentifier("a hint's argument");
    }

    /// <summary>Guards a recursive rule against scripts nested without end.</summary>
    private T Nested<T>(Func<T> rule)
    {
        if (_depth >= MaxDepth) throw Fail($"nested more than {MaxDepth} deep");
        _depth++;
        try { return rule(); }
        finally { _depth--; }
    }
}
