using System.Text;

namespace OrleansStream.Sql.Syntax;

/// <summary>
/// Nodes back to SQL, on one line, with no more parentheses and backticks than needed; parsing the result gives the same
/// tree. This file has names, types and options.
/// </summary>
public sealed partial class Printer
{
    private readonly StringBuilder _out = new();

    private Printer() { }

    public static string Print(Node node)
    {
        var printer = new Printer();
        printer.Write(node);
        return printer._out.ToString();
    }

    private void Write(Node node)
    {
        switch (node)
        {
            case Expression e: Expr(e, 0); break;
            case Query q: WriteQuery(q); break;
            case QueryBody b: Body(b, 0); break;
            case TableReference t: Table(t); break;
            case Statement s: WriteStatement(s); break;
            case Script s: Join(s.Statements, ";\n", WriteStatement); if (s.Statements.Length > 0) Put(";\n"); break;
            case TypeSyntax t: Type(t); break;
            case Identifier i: Ident(i); break;
            case Name n: WriteName(n); break;
            default: throw new ArgumentException($"no text for {node.GetType().Name}", nameof(node));
        }
    }

    private void Put(string text) => _out.Append(text);

    private void Join<T>(IReadOnlyList<T> items, string separator, Action<T> write)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) Put(separator);
            write(items[i]);
        }
    }

    private void List<T>(IReadOnlyList<T> items, Action<T> write)
    {
        Put("(");
        Join(items, ", ", write);
        Put(")");
    }

    public static string Quote(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>A name, in backticks if the parser would not take it for one without.</summary>
    public static string Identifier(string name)
    {
        bool plain = name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_')
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !Keywords.IsReserved(name.ToUpperInvariant());
        return plain ? name : "`" + name.Replace("`", "``", StringComparison.Ordinal) + "`";
    }

    private void Ident(Identifier identifier) => Put(Identifier(identifier.Name));

    private void WriteName(Name name) => Join(name.Parts, ".", Ident);

    private void Comment(string? comment)
    {
        if (comment is not null) Put(" COMMENT " + Quote(comment));
    }

    private void Option(OptionSyntax option) => Put(Quote(option.Key.Value) + " = " + Quote(option.Value.Value));

    private void Hints(IReadOnlyList<Hint> hints)
    {
        if (hints.Count == 0) return;
        Put(" /*+ ");
        Join(hints, ", ", WriteHint);
        Put(" */");
    }

    private void WriteHint(Hint hint)
    {
        Put(hint.Name.Name);
        if (hint.Options.Length > 0) List(hint.Options, Option);
        else if (hint.Arguments.Length > 0) List(hint.Arguments, Ident);
    }

    private void Type(TypeSyntax type)
    {
        switch (type.Name)
        {
            case "ROW":
                Put("ROW<");
                Join(type.Fields, ", ", WriteField);
                Put(">");
                break;
            case "TIMESTAMP WITH TIME ZONE" or "TIME WITH TIME ZONE":
                int space = type.Name.IndexOf(' ', StringComparison.Ordinal);
                Put(type.Name[..space]);
                TypeArguments(type);
                Put(type.Name[space..]);
                break;
            default:
                Put(type.Name);
                TypeArguments(type);
                if (type.Elements.Length > 0)
                {
                    Put("<");
                    Join(type.Elements, ", ", Type);
                    Put(">");
                }
                break;
        }
        if (type.NotNull) Put(" NOT NULL");
    }

    private void TypeArguments(TypeSyntax type)
    {
        if (type.Arguments.Length > 0) List(type.Arguments, n => _out.Append(n));
    }

    private void WriteField(FieldSyntax field)
    {
        Ident(field.Name);
        Put(" ");
        Type(field.Type);
        if (field.Comment is not null) Put(" " + Quote(field.Comment));
    }
}
