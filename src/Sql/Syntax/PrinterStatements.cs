namespace OrleansStream.Sql.Syntax;

/// <summary>Statements.</summary>
public sealed partial class Printer
{
    private void WriteStatement(Statement statement)
    {
        switch (statement)
        {
            case CreateTable t: Create(t); break;
            case CreateView v: Create(v); break;
            case CreateFunction f: Create(f); break;
            case DropObject d:
                Put($"DROP {(d.Temporary ? "TEMPORARY " : "")}{d.Kind} {(d.IfExists ? "IF EXISTS " : "")}");
                WriteName(d.Object);
                break;
            case Insert i: WriteInsert(i); break;
            case StatementSet s: Put("EXECUTE STATEMENT SET BEGIN "); foreach (Insert i in s.Inserts) { WriteInsert(i); Put("; "); } Put("END"); break;
            case SetOption s: Put("SET"); if (s.Option is not null) { Put(" "); Option(s.Option); } break;
            case ResetOption r: Put("RESET"); if (r.Key is not null) Put(" " + Quote(r.Key.Value)); break;
            case Explain e: Explain(e); break;
            case QueryStatement q: WriteQuery(q.Query); break;
        }
    }

    private void Explain(Explain e)
    {
        Put("EXPLAIN ");
        if (e.Details.Length > 0) { Join(e.Details, ", ", Put); Put(" "); }
        if (e.Statement is StatementSet set) { Put("STATEMENT SET BEGIN "); foreach (Insert i in set.Inserts) { WriteInsert(i); Put("; "); } Put("END"); }
        else WriteStatement(e.Statement);
    }

    private void Create(CreateTable t)
    {
        Put($"CREATE {(t.Temporary ? "TEMPORARY " : "")}TABLE {(t.IfNotExists ? "IF NOT EXISTS " : "")}");
        WriteName(t.Table);
        bool separateKey = t.PrimaryKey is not null && !t.Columns.Any(c => c is PhysicalColumn { PrimaryKey: true });
        if (t.Columns.Length > 0 || t.Watermark is not null || separateKey)
        {
            Put(" (");
            Join(t.Columns, ", ", Column);
            string comma = t.Columns.Length > 0 ? ", " : "";
            if (t.Watermark is not null)
            {
                Put(comma + "WATERMARK FOR ");
                WriteName(t.Watermark.Column);
                Put(" AS ");
                Expr(t.Watermark.Value);
                comma = ", ";
            }
            if (separateKey)
            {
                Put(comma);
                if (t.PrimaryKey!.Constraint is not null) { Put("CONSTRAINT "); Ident(t.PrimaryKey.Constraint); Put(" "); }
                Put("PRIMARY KEY ");
                List(t.PrimaryKey.Columns, Ident);
                Put(" NOT ENFORCED");
            }
            Put(")");
        }
        Comment(t.Comment);
        if (t.PartitionedBy.Length > 0) { Put(" PARTITIONED BY "); List(t.PartitionedBy, Ident); }
        if (t.Options.Length > 0) { Put(" WITH "); List(t.Options, Option); }
    }

    private void Column(ColumnSyntax column)
    {
        Ident(column.Name);
        switch (column)
        {
            case PhysicalColumn p:
                Put(" ");
                Type(p.Type);
                if (p.PrimaryKey) Put(" PRIMARY KEY NOT ENFORCED");
                break;
            case ComputedColumn c:
                Put(" AS ");
                Expr(c.Value);
                break;
            case MetadataColumn m:
                Put(" ");
                Type(m.Type);
                Put(" METADATA");
                if (m.Key is not null) Put(" FROM " + Quote(m.Key));
                if (m.Virtual) Put(" VIRTUAL");
                break;
        }
        Comment(column.Comment);
    }

    private void Create(CreateView v)
    {
        Put($"CREATE {(v.Temporary ? "TEMPORARY " : "")}VIEW {(v.IfNotExists ? "IF NOT EXISTS " : "")}");
        WriteName(v.View);
        if (v.Columns.Length > 0) { Put(" "); List(v.Columns, Ident); }
        Comment(v.Comment);
        Put(" AS ");
        WriteQuery(v.Query);
    }

    private void Create(CreateFunction f)
    {
        Put($"CREATE {(f.Temporary ? "TEMPORARY " : "")}{(f.System ? "SYSTEM " : "")}FUNCTION {(f.IfNotExists ? "IF NOT EXISTS " : "")}");
        WriteName(f.Function);
        Put(" AS " + Quote(f.ClassName));
        if (f.Language is not null) Put(" LANGUAGE " + f.Language);
    }

    private void WriteInsert(Insert i)
    {
        Put(i.Overwrite ? "INSERT OVERWRITE " : "INSERT INTO ");
        WriteName(i.Table);
        Hints(i.Hints);
        if (i.Partition.Length > 0)
        {
            Put(" PARTITION ");
            List(i.Partition, p => { Ident(p.Column); Put(" = "); Expr(p.Value); });
        }
        if (i.Columns.Length > 0) { Put(" "); List(i.Columns, Ident); }
        Put(" ");
        WriteQuery(i.Query);
        if (i.OnConflict is not null) Put(" ON CONFLICT DO " + i.OnConflict);
    }
}
