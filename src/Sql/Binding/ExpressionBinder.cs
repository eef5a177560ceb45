using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>
/// Expressions of one scope to typed expressions. Findings go to the bag; the result is then a <see cref="BadExpr"/>, about which nothing more is said.
/// This file: names, literals and the way to the other forms.
/// </summary>
internal sealed partial class ExpressionBinder(Scope scope, IFunctions functions, DiagnosticBag diagnostics)
{
    private static readonly BadExpr s_bad = new();

    /// <summary>Where each bound expression stands; by reference, since equal expressions may stand in several places.</summary>
    private readonly Dictionary<Expr, TextSpan> _spans = new(ReferenceEqualityComparer.Instance);

    /// <summary>Aggregates are allowed where this binder is used: select list, HAVING, ORDER BY.</summary>
    public bool AllowAggregates { get; init; }

    /// <summary>OVER is allowed: select list, QUALIFY.</summary>
    public bool AllowOver { get; init; }

    /// <summary>TUMBLE(…) and its kin are allowed: GROUP BY (the windows) and select list (their bounds).</summary>
    public bool AllowGroupWindows { get; init; }

    public ImmutableArray<NamedWindow> Windows { get; init; } = [];

    private bool _inAggregate;

    public TextSpan SpanOf(Expr e, TextSpan otherwise) => _spans.TryGetValue(e, out TextSpan span) ? span : otherwise;

    public Expr Bind(Expression syntax)
    {
        Expr bound = BindCore(syntax);
        if (bound is not BadExpr) _spans.TryAdd(bound, syntax.Span);
        return bound;
    }

    /// <summary>A condition: BOOLEAN or a finding.</summary>
    public Expr BindCondition(Expression syntax, string clause)
    {
        Expr bound = Bind(syntax);
        if (bound is BadExpr) return bound;
        if (bound.Type.Kind == TypeKind.Null) return Casts.To(bound, SqlType.Boolean);
        if (bound.Type.Kind != TypeKind.Boolean)
            return Error(Codes.TypeMismatch, syntax.Span, $"{clause} wants a BOOLEAN, this is {Show(bound.Type)}");
        return bound;
    }

    private Expr BindCore(Expression syntax)
    {
        switch (syntax)
        {
            case NameExpression n: return BindName(n);
            case NumberLiteral n: return Number(n, "");
            case StringLiteral s: return Text(s.Value);
            case BooleanLiteral b: return new LiteralExpr(b.Value switch { true => "TRUE", false => "FALSE", null => null }, b.Value is null ? SqlType.Boolean : SqlType.Boolean.NotNull);
            case NullLiteral: return new LiteralExpr(null, SqlType.Null);
            case DateTimeLiteral d: return DateTime(d);
            case IntervalLiteral i: return Interval(i);
            case BinaryLiteral b: return new LiteralExpr(b.Hex, new SqlType(TypeKind.Binary, false, Math.Max(1, b.Hex.Length / 2)));
            case UnaryExpression u: return BindUnary(u);
            case BinaryExpression b: return BindBinary(b);
            case IsExpression i: return BindIs(i);
            case IsDistinctExpression d: return BindIsDistinct(d);
            case BetweenExpression b: return BindBetween(b);
            case InListExpression i: return BindInList(i);
            case LikeExpression l: return BindLike(l);
            case CaseExpression c: return BindCase(c);
            case CastExpression c: return BindCast(c);
            case CallExpression c: return BindCall(c);
            case ExtractExpression x: return BindExtract(x);
            case RoundToExpression r: return BindRoundTo(r);
            case TrimExpression t: return BindTrim(t);
            case UnitExpression u: return Text(u.Unit);
            case RowExpression r: return Constructed("ROW", r.Items, r.Span);
            case ArrayExpression a: return Constructed("ARRAY", a.Items, a.Span);
            case MapExpression m: return Constructed("MAP", m.Items, m.Span);
            case JsonExpression j: return BindJson(j.Function, j.Arguments, j.Clauses, j.Span);
            case IndexExpression x: return BindItem(x);
            case FieldExpression f: return BindField(Bind(f.Value), f.Field, f.Span);
            case StarExpression s: return Error(Codes.Syntax, s.Span, "'*' stands only in a select list and in COUNT(*)");
            default: return Unsupported(syntax);
        }
    }

    private BadExpr Unsupported(Expression syntax)
    {
        (string what, string? help) = syntax switch
        {
            InQueryExpression => ("IN with a subquery", "write it as a join"),
            ExistsExpression => ("EXISTS", (string?)"write it as a join"),
            SubqueryExpression => ("a subquery as a value", "write it as a join"),
            DifferenceExpression => ("the difference of two times", "use TIMESTAMPDIFF"),
            DescriptorExpression or TableArgument => ("a table as an argument of a scalar function", null),
            _ => ("this expression", null),
        };
        return Error(Codes.NotSupported, syntax.Span, $"{what} is not supported yet", help);
    }

    private BadExpr Error(string code, TextSpan span, string message, string? help = null)
    {
        diagnostics.Error(code, span, message, help);
        return s_bad;
    }

    private static string Show(SqlType type) => type.WithNullable(true).ToString();

    private static bool Bad(params ReadOnlySpan<Expr> operands)
    {
        foreach (Expr e in operands)
            if (e is BadExpr) return true;
        return false;
    }

    private ColumnExpr Column(int index) => new(index, scope.Columns[index].Type);

    /// <summary>table.column.field…, or column.field…: a table's name is tried first.</summary>
    private Expr BindName(NameExpression syntax)
    {
        ImmutableArray<Identifier> parts = syntax.Name.Parts;
        if (parts.Length > 1 && scope.Find(parts[0].Name, parts[1].Name) is { Count: > 0 } qualified)
            return BindFields(Only(qualified, parts[1], parts[0].Name), parts, 2);
        List<int> found = scope.Find(parts[0].Name);
        if (found.Count > 0) return BindFields(Only(found, parts[0], null), parts, 1);
        return parts.Length > 1 ? UnknownQualified(parts) : UnknownColumn(parts[0], scope.Columns.Select(c => c.Name), scope.OnlyName);
    }

    private Expr Only(List<int> found, Identifier name, string? table)
    {
        if (found.Count == 1)
        {
            Expr column = Column(found[0]);
            _spans.TryAdd(column, name.Span);
            return column;
        }
        return Error(Codes.AmbiguousColumn, name.Span, $"'{name.Name}' is in several tables",
            table is null ? $"say which: {string.Join(" or ", scope.TableNames.Select(t => $"{t}.{name.Name}"))}" : "give the columns different names");
    }

    private BadExpr UnknownQualified(ImmutableArray<Identifier> parts)
    {
        var names = scope.TableNames.ToList();
        if (!names.Contains(parts[0].Name))
        {
            return Error(Codes.UnknownColumn, parts[0].Span, $"no table or column '{parts[0].Name}' here",
                Suggest.DidYouMean(parts[0].Name, names.Concat(scope.Columns.Select(c => c.Name))));
        }
        IEnumerable<string> columns = scope.All(new Name(parts[0].Span, [parts[0]]))!.Select(i => scope.Columns[i].Name);
        return UnknownColumn(parts[1], columns, parts[0].Name);
    }

    private BadExpr UnknownColumn(Identifier name, IEnumerable<string> candidates, string? table)
    {
        string where = table is null ? "here" : $"in '{table}'";
        string? help = Suggest.DidYouMean(name.Name, candidates);
        if (scope.Columns.Length == 0) help = "there is no FROM";
        return Error(Codes.UnknownColumn, name.Span, $"no column '{name.Name}' {where}", help);
    }

    private Expr BindFields(Expr value, ImmutableArray<Identifier> parts, int from)
    {
        for (int i = from; i < parts.Length; i++) value = BindField(value, parts[i], parts[0].Span.To(parts[i].Span));
        return value;
    }

    private Expr BindField(Expr value, Identifier field, TextSpan span)
    {
        if (Bad(value)) return value;
        if (value.Type.Kind != TypeKind.Row)
            return Error(Codes.TypeMismatch, field.Span, $"{Show(value.Type)} has no fields");
        int index = new Schema(value.Type.Fields).IndexOf(field.Name);
        if (index < 0)
            return Error(Codes.UnknownColumn, field.Span, $"no field '{field.Name}' in this ROW", Suggest.DidYouMean(field.Name, value.Type.Fields.Select(f => f.Name)));
        SqlType type = value.Type.Fields[index].Type;
        var bound = new FieldExpr(value, index, type.WithNullable(type.Nullable || value.Type.Nullable));
        _spans.TryAdd(bound, span);
        return bound;
    }
}
