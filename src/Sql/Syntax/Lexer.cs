using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>
/// Text to tokens, by Calcite's "Java" lexical policy: identifiers in backticks, case kept; strings in single quotes
/// without backslash escapes; comments dropped, hints kept.
/// </summary>
public sealed class Lexer
{
    private static readonly string[] s_symbols = ["=>", "<=", ">=", "<>", "!=", "||", ".."];

    private readonly string _text;
    private readonly DiagnosticBag _diagnostics;
    private int _at;
    private bool _inHint;

    private Lexer(string text, DiagnosticBag diagnostics)
    {
        _text = text;
        _diagnostics = diagnostics;
    }

    /// <summary>All tokens of a text, the last of kind <see cref="TokenKind.End"/>.</summary>
    public static List<Token> Scan(string text, DiagnosticBag diagnostics)
    {
        var lexer = new Lexer(text, diagnostics);
        var tokens = new List<Token>();
        Token token;
        do
        {
            token = lexer.Next();
            tokens.Add(token);
        }
        while (token.Kind != TokenKind.End);
        return tokens;
    }

    private char Peek(int ahead = 0) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private Token Make(TokenKind kind, int start, string text, string upper = "") =>
        new(kind, new TextSpan(start, _at - start), text, upper);

    private Token Next()
    {
        SkipBlanksAndComments();
        int start = _at;
        if (_at >= _text.Length) return Make(TokenKind.End, start, "");
        char c = Peek();
        if (c == '\'') return QuotedText(TokenKind.String, start, "string");
        if (c == '`') return QuotedText(TokenKind.Quoted, start, "identifier");
        if (c is 'x' or 'X' && Peek(1) == '\'') { _at++; return QuotedText(TokenKind.Binary, start, "binary literal"); }
        if (c is 'u' or 'U' && Peek(1) == '&' && Peek(2) == '\'') { _at += 2; return QuotedText(TokenKind.UnicodeString, start, "string"); }
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1)))) return Number(start);
        if (char.IsLetter(c) || c is '_' or '$') return Word(start);
        if (c == '/' && Peek(1) == '*' && Peek(2) == '+') { _at += 3; _inHint = true; return Make(TokenKind.HintOpen, start, "/*+"); }
        if (_inHint && c == '*' && Peek(1) == '/') { _at += 2; _inHint = false; return Make(TokenKind.HintClose, start, "*/"); }
        return Symbol(start);
    }

    private void SkipBlanksAndComments()
    {
        while (_at < _text.Length)
        {
            char c = Peek();
            if (char.IsWhiteSpace(c) || c == '\uFEFF') { _at++; continue; }
            if (c == '-' && Peek(1) == '-')
            {
                while (_at < _text.Length && Peek() != '\n') _at++;
                continue;
            }
            if (c != '/' || Peek(1) != '*' || Peek(2) == '+') return;
            int end = _text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
            if (end < 0)
            {
                _diagnostics.Error(Codes.Unterminated, new TextSpan(_at, 2), "this comment has no end", "close it with */");
                end = _text.Length - 2;
            }
            _at = end + 2;
        }
    }

    private Token QuotedText(TokenKind kind, int start, string what)
    {
        char quote = Peek();
        _at++;
        var value = new System.Text.StringBuilder();
        while (_at < _text.Length)
        {
            char c = Peek();
            _at++;
            if (c != quote) { value.Append(c); continue; }
            if (Peek() != quote) return Make(kind, start, value.ToString());
            value.Append(quote); // a doubled quote is one quote
            _at++;
        }
        // The rest of the script is inside the quotes: point at where they open.
        _diagnostics.Error(Codes.Unterminated, new TextSpan(start, 1), $"this {what} has no end", $"close it with {quote}");
        return Make(TokenKind.Bad, start, value.ToString());
    }

    private Token Number(int start)
    {
        while (char.IsAsciiDigit(Peek())) _at++;
        TokenKind kind = TokenKind.Integer;
        if (Peek() == '.' && Peek(1) != '.')
        {
            kind = TokenKind.Decimal;
            _at++;
            while (char.IsAsciiDigit(Peek())) _at++;
        }
        int sign = Peek(1) is '+' or '-' ? 1 : 0;
        if (Peek() is 'e' or 'E' && char.IsAsciiDigit(Peek(1 + sign)))
        {
            kind = TokenKind.Approximate;
            _at += 1 + sign;
            while (char.IsAsciiDigit(Peek())) _at++;
        }
        return Make(kind, start, _text[start.._at]);
    }

    private Token Word(int start)
    {
        while (char.IsLetterOrDigit(Peek()) || Peek() is '_' or '$') _at++;
        string word = _text[start.._at];
        return Make(TokenKind.Word, start, word, word.ToUpperInvariant());
    }

    private Token Symbol(int start)
    {
        foreach (string symbol in s_symbols)
        {
            if (string.CompareOrdinal(_text, _at, symbol, 0, symbol.Length) != 0) continue;
            _at += symbol.Length;
            return Make(TokenKind.Symbol, start, symbol == "!=" ? "<>" : symbol);
        }
        char c = _text[_at++];
        if (c == '"')
        {
            int end = _text.IndexOf('"', _at);
            if (end >= 0 && !_text.AsSpan(_at, end - _at).Contains('\n')) _at = end + 1;
        }
        if ("()[],;.+-*/%=<>?{}:|".Contains(c, StringComparison.Ordinal)) return Make(TokenKind.Symbol, start, c.ToString());
        string? help = c == '"' ? "strings stand in single quotes, identifiers in backticks" : null;
        _diagnostics.Error(Codes.Syntax, new TextSpan(start, _at - start), $"unexpected character '{c}'", help);
        return Make(TokenKind.Bad, start, c.ToString());
    }
}
