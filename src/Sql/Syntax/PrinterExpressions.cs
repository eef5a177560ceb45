namespace OrleansStream.Sql.Syntax;

/// <summary>Expressions.</summary>
public sealed partial class Printer
{
    /// <summary>Writes an operand; in parentheses if it binds more weakly than its place asks for.</summary>
    private void Expr(Expression e, int power)
    {
        bool parentheses = PowerOf(e) < power;
        if (parentheses) Put("(");
        WriteExpression(e);
        if (parentheses) Put(")");
    }

    private void Expr(Expression e) => Expr(e, 0);

    private static int PowerOf(Expression e) => e switch
    {
        BinaryExpression b => b.Operator switch
        {
            "OR" => Power.Or,
            "AND" => Power.And,
            "+" or "-" => Power.Sum,
            "*" or "/" or "%" or "||" => Power.Product,
            _ => Power.Comparison,
        },
        UnaryExpression { Operator: "NOT" } => Power.Not,
        UnaryExpression => Power.Sign,
        IsExpression or IsDistinctExpression => Power.Is,
        BetweenExpression or InListExpression or InQueryExpression or LikeExpression => Power.Predicate,
        _ => Power.Primary,
    };

    private void WriteExpression(Expression e)
    {
        switch (e)
        {
            case NameExpression n: WriteName(n.Name); break;
            case StarExpression s: if (s.Qualifier is not null) { WriteName(s.Qualifier); Put("."); } Put("*"); break;
            case NumberLiteral n: Put(n.Text); break;
            case StringLiteral s: Put(Quote(s.Value)); break;
            case BinaryLiteral b: Put("x'" + b.Hex + "'"); break;
            case BooleanLiteral b: Put(b.Value switch { true => "TRUE", false => "FALSE", null => "UNKNOWN" }); break;
            case NullLiteral: Put("NULL"); break;
            case DateTimeLiteral d: Put(d.Kind + " " + Quote(d.Text)); break;
            case IntervalLiteral i: Put($"INTERVAL {(i.Negative ? "-" : "")}{Quote(i.Text)} {IntervalText.Qualifier(i.Qualifier)}"); break;
            case UnaryExpression u: Unary(u); break;
            case BinaryExpression b: Binary(b); break;
            case CaseExpression c: Case(c); break;
            case CastExpression c: Put(c.Try ? "TRY_CAST(" : "CAST("); Expr(c.Operand); Put(" AS "); Type(c.Type); Put(")"); break;
            case CallExpression c: Call(c); break;
            case UnitExpression u: Put(u.Unit); break;
            case ExtractExpression x: Put($"EXTRACT({x.Unit} FROM "); Expr(x.Value); Put(")"); break;
            case RoundToExpression r: Put(r.Function + "("); Expr(r.Value); Put($" TO {r.Unit})"); break;
            case TrimExpression t: Trim(t); break;
            case RowExpression r: Put("ROW"); List(r.Items, Expr); break;
            case ArrayExpression a: Put("ARRAY["); Join(a.Items, ", ", Expr); Put("]"); break;
            case MapExpression m: Put("MAP["); Join(m.Items, ", ", Expr); Put("]"); break;
            case FieldExpression f: Field(f); break;
            case IndexExpression i: Expr(i.Value, Power.Postfix); Put("["); Expr(i.Index); Put("]"); break;
            case DifferenceExpression d: Difference(d); break;
            case SubqueryExpression s: Put("("); WriteQuery(s.Query); Put(")"); break;
            case ExistsExpression x: Put("EXISTS ("); WriteQuery(x.Query); Put(")"); break;
            case JsonExpression j: Json(j); break;
            case DescriptorExpression d: Put("DESCRIPTOR"); List(d.Columns, Ident); break;
            case TableArgument t: TableArgument(t); break;
            default: Predicate(e); break;
        }
    }

    private void Predicate(Expression e)
    {
        switch (e)
        {
            case IsExpression i:
                Expr(i.Operand, Power.Is);
                Put($" IS {(i.Not ? "NOT " : "")}{i.Test}");
                break;
            case IsDistinctExpression d:
                Expr(d.Left, Power.Is);
                Put($" IS {(d.Not ? "NOT " : "")}DISTINCT FROM ");
                Expr(d.Right, Power.Is + 1);
                break;
            case BetweenExpression b:
                Expr(b.Operand, Power.Predicate);
                Put($"{(b.Not ? " NOT" : "")} BETWEEN {(b.Symmetric ? "SYMMETRIC " : "")}");
                Expr(b.Low, Power.Predicate + 1);
                Put(" AND ");
                Expr(b.High, Power.Predicate + 1);
                break;
            case InListExpression i:
                Expr(i.Operand, Power.Predicate);
                Put(i.Not ? " NOT IN " : " IN ");
                List(i.Items, Expr);
                break;
            case InQueryExpression i:
                Expr(i.Operand, Power.Predicate);
                Put(i.Not ? " NOT IN (" : " IN (");
                WriteQuery(i.Query);
                Put(")");
                break;
            case LikeExpression l:
                Expr(l.Operand, Power.Predicate);
                Put($"{(l.Not ? " NOT" : "")} {l.Operator} ");
                Expr(l.Pattern, Power.Predicate + 1);
                if (l.Escape is not null) { Put(" ESCAPE "); Expr(l.Escape, Power.Predicate + 1); }
                break;
            default:
                throw new ArgumentException($"no text for {e.GetType().Name}", nameof(e));
        }
    }

    private void Unary(UnaryExpression u)
    {
        // NOT with its blank; a sign with one before another sign, since -- opens a comment.
        Put(u.Operator == "NOT" ? "NOT " : u.Operand is UnaryExpression { Operator: not "NOT" } ? u.Operator + " " : u.Operator);
        Expr(u.Operand, u.Operator == "NOT" ? Power.Not : Power.Sign);
    }

    private void Binary(BinaryExpression b)
    {
        int power = PowerOf(b);
        Expr(b.Left, power);
        Put($" {b.Operator} ");
        Expr(b.Right, power + 1);
    }

    private void Case(CaseExpression c)
    {
        Put("CASE");
        if (c.Operand is not null) { Put(" "); Expr(c.Operand); }
        foreach (WhenClause when in c.Whens)
        {
            Put(" WHEN ");
            Join(when.Conditions, ", ", Expr);
            Put(" THEN ");
            Expr(when.Result);
        }
        if (c.Else is not null) { Put(" ELSE "); Expr(c.Else); }
        Put(" END");
    }

    private void Call(CallExpression c)
    {
        if (c.Niladic) { Put(c.Function.Text); return; }
        // A reserved word that names a function must stay without backticks.
        string first = c.Function.Parts[0].Name;
        if (c.Function.Parts.Length == 1 && Keywords.IsFunction(first.ToUpperInvariant())) Put(first);
        else WriteName(c.Function);
        Put(c.Distinct ? "(DISTINCT " : "(");
        Join(c.Arguments, ", ", Argument);
        if (c.Nulls is not null) Put(" " + c.Nulls);
        Put(")");
        if (c.OrderBy.Length > 0) { Put(" WITHIN GROUP (ORDER BY "); Join(c.OrderBy, ", ", Order); Put(")"); }
        if (c.Filter is not null) { Put(" FILTER (WHERE "); Expr(c.Filter); Put(")"); }
        if (c.OverName is not null) { Put(" OVER "); Ident(c.OverName); }
        if (c.Over is not null) { Put(" OVER "); Window(c.Over); }
    }

    private void Argument(Argument a)
    {
        if (a.Name is not null) Put(a.Name.Name + " => ");
        Expr(a.Value);
    }

    private void Trim(TrimExpression t)
    {
        Put($"TRIM({t.Side} ");
        if (t.Characters is not null) { Expr(t.Characters); Put(" "); }
        Put("FROM ");
        Expr(t.Value);
        Put(")");
    }

    private void Json(JsonExpression j)
    {
        Put(j.Function + "(");
        Join(j.Arguments, ", ", a =>
        {
            if (a.Key is not null) { Put("KEY "); Expr(a.Key); Put(" VALUE "); }
            Expr(a.Value);
        });
        foreach (JsonClause clause in j.Clauses)
        {
            Put(" ");
            if (clause.Value is not null) { Put("DEFAULT "); Expr(clause.Value); Put(clause.Text["DEFAULT".Length..]); }
            else Put(clause.Text);
            if (clause.Returning is not null) { Put(" "); Type(clause.Returning); }
        }
        Put(")");
    }

    private void Field(FieldExpression f)
    {
        // a.b is one name to the parser; only parentheses make it a field of the column a.
        bool name = f.Value is NameExpression;
        if (name) Put("(");
        Expr(f.Value, Power.Postfix);
        Put(name ? ")." : ".");
        if (f.Field.Name == "*") Put("*");
        else Ident(f.Field);
    }

    private void Difference(DifferenceExpression d)
    {
        Put("(");
        Expr(d.Left, Power.Sum);
        Put(" - ");
        Expr(d.Right, Power.Sum + 1);
        Put(") " + IntervalText.Qualifier(d.Qualifier));
    }

    private void TableArgument(TableArgument t)
    {
        Put("TABLE ");
        if (t.Table is not null) WriteName(t.Table);
        else { Put("("); WriteQuery(t.Query!); Put(")"); }
        if (t.PartitionBy.Length > 0) { Put(" PARTITION BY "); List(t.PartitionBy, Expr); }
        if (t.OrderBy.Length > 0) { Put(" ORDER BY "); List(t.OrderBy, Order); }
    }
}
