namespace OrleansStream.Sql.Syntax;

/// <summary>Queries and FROM.</summary>
public sealed partial class Printer
{
    private void WriteQuery(Query q)
    {
        if (q.With.Length > 0) { Put("WITH "); Join(q.With, ", ", CommonTable); Put(" "); }
        Body(q.Body, 0);
        if (q.OrderBy.Length > 0) { Put(" ORDER BY "); Join(q.OrderBy, ", ", Order); }
        if (q.Limit is not null) { Put(" LIMIT "); Expr(q.Limit); }
        if (q.Offset is not null) { Put(" OFFSET "); Expr(q.Offset); }
    }

    private void CommonTable(CommonTable t)
    {
        Ident(t.Name);
        if (t.Columns.Length > 0) List(t.Columns, Ident);
        Put(" AS (");
        WriteQuery(t.Query);
        Put(")");
    }

    private void Body(QueryBody body, int power)
    {
        switch (body)
        {
            case Select s: Select(s); break;
            case ValuesBody v: Put("VALUES "); Join(v.Rows, ", ", r => List(r.Items, Expr)); break;
            case TableBody t: Put("TABLE "); WriteName(t.Table); break;
            case NestedBody n: Put("("); WriteQuery(n.Query); Put(")"); break;
            case SetOperation o:
                int own = o.Operator == "INTERSECT" ? 18 : 14;
                Body(o.Left, own);
                Put($" {o.Operator}{(o.All ? " ALL" : "")} ");
                Body(o.Right, own + 1);
                break;
            default: throw new ArgumentException($"no text for {body.GetType().Name}", nameof(body));
        }
    }

    private void Select(Select s)
    {
        Put("SELECT");
        Hints(s.Hints);
        Put(s.Distinct ? " DISTINCT " : " ");
        Join(s.Items, ", ", Item);
        if (s.From is not null) { Put(" FROM "); Table(s.From); }
        if (s.Where is not null) { Put(" WHERE "); Expr(s.Where); }
        if (s.GroupBy.Length > 0) { Put(" GROUP BY "); Join(s.GroupBy, ", ", Grouping); }
        if (s.Having is not null) { Put(" HAVING "); Expr(s.Having); }
        if (s.Windows.Length > 0)
        {
            Put(" WINDOW ");
            Join(s.Windows, ", ", w => { Ident(w.Name); Put(" AS "); Window(w.Spec); });
        }
        if (s.Qualify is not null) { Put(" QUALIFY "); Expr(s.Qualify); }
    }

    private void Item(SelectItem item)
    {
        Expr(item.Value);
        if (item.Alias is not null) { Put(" AS "); Ident(item.Alias); }
    }

    private void Grouping(GroupingElement element)
    {
        switch (element)
        {
            case GroupingKey k: Expr(k.Value); break;
            case GroupingTuple t: List(t.Values, Expr); break;
            case GroupingSets s: Put(s.Kind + " "); List(s.Elements, Grouping); break;
        }
    }

    private void Order(OrderItem item)
    {
        Expr(item.Value);
        if (item.Descending) Put(" DESC");
        if (item.NullsFirst is bool first) Put(first ? " NULLS FIRST" : " NULLS LAST");
    }

    private void Window(WindowSpec w)
    {
        Put("(");
        string blank = "";
        if (w.BaseName is not null) { Ident(w.BaseName); blank = " "; }
        if (w.PartitionBy.Length > 0) { Put(blank + "PARTITION BY "); Join(w.PartitionBy, ", ", Expr); blank = " "; }
        if (w.OrderBy.Length > 0) { Put(blank + "ORDER BY "); Join(w.OrderBy, ", ", Order); blank = " "; }
        if (w.Frame is not null)
        {
            Put($"{blank}{w.Frame.Unit} ");
            if (w.Frame.High is not null) Put("BETWEEN ");
            Bound(w.Frame.Low);
            if (w.Frame.High is not null) { Put(" AND "); Bound(w.Frame.High); }
        }
        Put(")");
    }

    private void Bound(FrameBound bound)
    {
        if (bound.Offset is not null) { Expr(bound.Offset); Put(" "); }
        Put(bound.Kind);
    }

    private void Table(TableReference table)
    {
        switch (table)
        {
            case NamedTable n:
                WriteName(n.Table);
                Hints(n.Hints);
                if (n.AsOf is not null) { Put(" FOR SYSTEM_TIME AS OF "); Expr(n.AsOf); }
                Alias(n.Alias);
                break;
            case DerivedTable d:
                Put(d.Lateral ? "LATERAL (" : "(");
                WriteQuery(d.Query);
                Put(")");
                Alias(d.Alias);
                break;
            case FunctionTable f:
                Put(f.Lateral ? "LATERAL TABLE(" : "TABLE(");
                Call(f.Call);
                Put(")");
                Alias(f.Alias);
                break;
            case UnnestTable u:
                Put("UNNEST(");
                Expr(u.Value);
                Put(u.WithOrdinality ? ") WITH ORDINALITY" : ")");
                Alias(u.Alias);
                break;
            case JoinTable j:
                WriteJoin(j);
                break;
        }
    }

    private void Alias(TableAlias? alias)
    {
        if (alias is null) return;
        Put(" AS ");
        Ident(alias.Name);
        if (alias.Columns.Length > 0) List(alias.Columns, Ident);
    }

    private void WriteJoin(JoinTable j)
    {
        bool comma = j.Kind == "COMMA";
        bool left = !comma && j.Left is JoinTable { Kind: "COMMA" };
        bool right = comma ? j.Right is JoinTable { Kind: "COMMA" } : j.Right is JoinTable;
        Operand(j.Left, left);
        Put(comma ? ", " : $" {(j.Natural ? "NATURAL " : "")}{j.Kind} JOIN ");
        Operand(j.Right, right);
        if (j.On is not null) { Put(" ON "); Expr(j.On); }
        if (j.Using.Length > 0) { Put(" USING "); List(j.Using, Ident); }
    }

    private void Operand(TableReference table, bool parentheses)
    {
        if (parentheses) Put("(");
        Table(table);
        if (parentheses) Put(")");
    }
}
