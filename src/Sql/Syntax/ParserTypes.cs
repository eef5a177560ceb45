using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>Data types.</summary>
public sealed partial class Parser
{
    private TypeSyntax ParseType()
    {
        return Nested(() =>
        {
            TypeSyntax type = ParsePlainType();
            // INT ARRAY, INT MULTISET: the standard's suffix form.
            while (Current.Upper is "ARRAY" or "MULTISET" && Current.Kind == TokenKind.Word)
            {
                string name = Take().Upper;
                type = new TypeSyntax(From(type.Span), name, [], [type], [], ParseNullability());
            }
            return type;
        });
    }

    private TypeSyntax ParsePlainType()
    {
        Token token = Take();
        if (token.Kind != TokenKind.Word) throw Fail(Codes.Syntax, token.Span, $"expected a type, found {Describe(token)}");
        string name = token.Upper;
        ImmutableArray<int> arguments = [];
        ImmutableArray<TypeSyntax> elements = [];
        ImmutableArray<FieldSyntax> fields = [];
        switch (name)
        {
            case "ARRAY" or "MULTISET":
                elements = ParseAngled(ParseType);
                break;
            case "MAP":
                elements = ParseAngled(ParseType);
                if (elements.Length != 2) throw Fail(Codes.InvalidType, From(token.Span), "MAP takes a key type and a value type");
                break;
            case "STRUCTURED" or "RAW":
                throw Fail(Codes.NotSupported, token.Span, $"the type {name} is not supported", "it is a class of Java");
            case "ROW":
                fields = ParseFields();
                break;
            case "DOUBLE":
                Accept("PRECISION");
                break;
            case "CHARACTER" or "CHAR" or "BINARY" when Accept("VARYING"):
                name = name == "BINARY" ? "VARBINARY" : "VARCHAR";
                arguments = ParseTypeArguments();
                break;
            case "INTERVAL":
                name = "INTERVAL " + ParseIntervalTypeName();
                break;
            case "TIMESTAMP" or "TIME":
                arguments = ParseTypeArguments();
                name = ParseTimeZoneSuffix(name);
                break;
            default:
                arguments = ParseTypeArguments();
                break;
        }
        bool notNull = ParseNullability();
        return new TypeSyntax(From(token.Span), name, arguments, elements, fields, notNull);
    }

    /// <summary>NULL or NOT NULL; true for the latter.</summary>
    private bool ParseNullability()
    {
        if (Accept("NOT", "NULL")) return true;
        Accept("NULL");
        return false;
    }

    private ImmutableArray<int> ParseTypeArguments() =>
        AtSymbol("(") ? ParseParenthesised(() => ParseInteger("a number")) : [];

    private string ParseTimeZoneSuffix(string name)
    {
        if (Accept("WITHOUT", "TIME")) { Expect("ZONE"); return name; }
        if (!Accept("WITH")) return name;
        bool local = Accept("LOCAL");
        Expect("TIME");
        Expect("ZONE");
        return local ? name + "_LTZ" : name + " WITH TIME ZONE";
    }

    private string ParseIntervalTypeName()
    {
        IntervalQualifier qualifier = ParseIntervalQualifier();
        return IntervalText.Qualifier(qualifier);
    }

    private ImmutableArray<T> ParseAngled<T>(Func<T> item)
    {
        ExpectSymbol("<");
        ImmutableArray<T> items = ParseList(item);
        ExpectSymbol(">");
        return items;
    }

    /// <summary>ROW&lt;a INT 'comment', …&gt; or ROW(a INT, …).</summary>
    private ImmutableArray<FieldSyntax> ParseFields()
    {
        if (AtSymbol("(")) return ParseParenthesised(ParseField);
        return AcceptSymbol("<>") ? [] : ParseAngled(ParseField);
    }

    private FieldSyntax ParseField()
    {
        Identifier name = ParseIdentifier("a field name");
        TypeSyntax type = ParseType();
        string? comment = Current.Kind == TokenKind.String ? Take().Text : null;
        return new FieldSyntax(From(name.Span), name, type, comment);
    }
}
