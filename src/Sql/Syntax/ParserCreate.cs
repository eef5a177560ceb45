using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>CREATE TABLE, CREATE VIEW, CREATE FUNCTION.</summary>
public sealed partial class Parser
{
    private Statement ParseCreate()
    {
        TextSpan start = Take().Span;
        bool temporary = Accept("TEMPORARY");
        if (At("TABLE")) return ParseCreateTable(start, temporary);
        if (At("VIEW")) return ParseCreateView(start, temporary);
        if (At("FUNCTION") || At("SYSTEM", "FUNCTION")) return ParseCreateFunction(start, temporary);
        throw Fail($"expected TABLE, VIEW or FUNCTION, found {Describe(Current)}");
    }

    private bool AcceptIfNotExists()
    {
        if (!At("IF", "NOT")) return false;
        _at += 2;
        Expect("EXISTS");
        return true;
    }

    private CreateView ParseCreateView(TextSpan start, bool temporary)
    {
        Expect("VIEW");
        bool ifNotExists = AcceptIfNotExists();
        Name name = ParseName("a view's name");
        var columns = ImmutableArray<Identifier>.Empty;
        if (AtSymbol("(")) columns = ParseColumnNames();
        string? comment = Accept("COMMENT") ? ParseString("a comment").Value : null;
        Expect("AS");
        Query query = ParseQuery();
        return new CreateView(From(start), temporary, ifNotExists, name, columns, comment, query);
    }

    private CreateFunction ParseCreateFunction(TextSpan start, bool temporary)
    {
        bool system = Accept("SYSTEM");
        Expect("FUNCTION");
        bool ifNotExists = AcceptIfNotExists();
        Name name = ParseName("a function's name");
        Expect("AS");
        string className = ParseString("a class name").Value;
        string? language = Accept("LANGUAGE") ? Take().Upper : null;
        return new CreateFunction(From(start), temporary, system, ifNotExists, name, className, language);
    }

    /// <summary>What the parentheses of CREATE TABLE may hold, gathered in any order.</summary>
    private sealed class TableElements
    {
        public ImmutableArray<ColumnSyntax>.Builder Columns { get; } = ImmutableArray.CreateBuilder<ColumnSyntax>();
        public WatermarkSyntax? Watermark { get; set; }
        public PrimaryKeySyntax? PrimaryKey { get; set; }
    }

    private CreateTable ParseCreateTable(TextSpan start, bool temporary)
    {
        Expect("TABLE");
        bool ifNotExists = AcceptIfNotExists();
        Name name = ParseName("a table's name");
        var elements = new TableElements();
        if (AtSymbol("(")) ParseParenthesised(() => { ParseTableElement(elements); return 0; });
        string? comment = Accept("COMMENT") ? ParseString("a comment").Value : null;
        if (At("DISTRIBUTED")) throw Fail(Codes.NotSupported, Current.Span, "DISTRIBUTED BY is not supported", "leave it out: rows are distributed by the keys of the query");
        var partitionedBy = ImmutableArray<Identifier>.Empty;
        if (Accept("PARTITIONED", "BY")) partitionedBy = ParseColumnNames();
        var options = ImmutableArray<OptionSyntax>.Empty;
        if (Accept("WITH")) options = ParseParenthesised(ParseOption);
        if (At("LIKE")) throw Fail(Codes.NotSupported, Current.Span, "CREATE TABLE … LIKE is not supported yet", "write the columns out");
        if (At("AS")) throw Fail(Codes.NotSupported, Current.Span, "CREATE TABLE … AS SELECT is not supported yet", "create the table, then INSERT INTO it");
        return new CreateTable(From(start), temporary, ifNotExists, name, elements.Columns.ToImmutable(), elements.Watermark,
            elements.PrimaryKey, comment, partitionedBy, options);
    }

    private void ParseTableElement(TableElements elements)
    {
        TextSpan start = Current.Span;
        if (At("WATERMARK"))
        {
            WatermarkSyntax watermark = ParseWatermark();
            if (elements.Watermark is not null)
                throw Fail(Codes.TableDefinition, watermark.Span, "a table has one WATERMARK clause, this is the second");
            elements.Watermark = watermark;
            return;
        }
        Identifier? constraint = null;
        if (Accept("CONSTRAINT")) constraint = ParseIdentifier("a constraint's name");
        if (constraint is not null || At("PRIMARY") || At("UNIQUE"))
        {
            Expect("PRIMARY");
            Expect("KEY");
            ImmutableArray<Identifier> columns = ParseColumnNames();
            ExpectNotEnforced();
            AddPrimaryKey(elements, new PrimaryKeySyntax(From(start), constraint, columns));
            return;
        }
        ColumnSyntax column = ParseColumn();
        elements.Columns.Add(column);
        if (column is PhysicalColumn { PrimaryKey: true })
            AddPrimaryKey(elements, new PrimaryKeySyntax(column.Span, null, [column.Name]));
    }

    private void AddPrimaryKey(TableElements elements, PrimaryKeySyntax key)
    {
        if (elements.PrimaryKey is not null) throw Fail(Codes.TableDefinition, key.Span, "a table has one PRIMARY KEY, this is the second");
        elements.PrimaryKey = key;
    }

    private void ExpectNotEnforced()
    {
        if (Accept("NOT", "ENFORCED")) return;
        throw Fail(Codes.TableDefinition, Current.Span, "a primary key must be NOT ENFORCED",
            "the engine does not own the data and cannot check it: write PRIMARY KEY (…) NOT ENFORCED");
    }

    private WatermarkSyntax ParseWatermark()
    {
        TextSpan start = Take().Span;
        Expect("FOR");
        Name column = ParseName("a column name");
        Expect("AS");
        Expression value = ParseExpression();
        return new WatermarkSyntax(From(start), column, value);
    }

    private ColumnSyntax ParseColumn()
    {
        Identifier name = ParseIdentifier("a column name");
        if (Accept("AS"))
        {
            Expression value = ParseExpression();
            string? text = ParseColumnComment();
            return new ComputedColumn(From(name.Span), name, value, text);
        }
        TypeSyntax type = ParseType();
        if (Accept("METADATA"))
        {
            string? key = Accept("FROM") ? ParseString("a metadata key").Value : null;
            bool isVirtual = Accept("VIRTUAL");
            string? text = ParseColumnComment();
            return new MetadataColumn(From(name.Span), name, type, key, isVirtual, text);
        }
        bool primary = Accept("PRIMARY", "KEY");
        if (primary) ExpectNotEnforced();
        string? comment = ParseColumnComment();
        return new PhysicalColumn(From(name.Span), name, type, primary, comment);
    }

    private string? ParseColumnComment() => Accept("COMMENT") ? ParseString("a comment").Value : null;
}
