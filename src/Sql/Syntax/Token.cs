using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

public enum TokenKind
{
    End,
    /// <summary>An unquoted identifier or keyword; which of the two, the parser knows by context.</summary>
    Word,
    /// <summary>An identifier in backticks.</summary>
    Quoted,
    Integer,
    /// <summary>A number with a decimal point: an exact DECIMAL.</summary>
    Decimal,
    /// <summary>A number with an exponent: DOUBLE.</summary>
    Approximate,
    String,
    /// <summary>U&amp;'…': escapes not yet resolved, since UESCAPE may follow.</summary>
    UnicodeString,
    /// <summary>x'0AFF'.</summary>
    Binary,
    Symbol,
    HintOpen,
    HintClose,
    /// <summary>Something that is no token; the lexer has reported it.</summary>
    Bad,
}

/// <param name="Text">The value: letters of a word as written, a quoted identifier or string without quotes, an operator.</param>
/// <param name="Upper">Upper case of a word, for keyword tests; empty for other kinds.</param>
public readonly record struct Token(TokenKind Kind, TextSpan Span, string Text, string Upper)
{
    public bool Is(string keyword) => Kind == TokenKind.Word && Upper == keyword;

    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    /// <summary>A word that may name something without backticks, or a quoted identifier.</summary>
    public bool IsName => Kind == TokenKind.Quoted || (Kind == TokenKind.Word && !Keywords.IsReserved(Upper));
}
