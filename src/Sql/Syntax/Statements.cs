using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

public abstract record Statement(TextSpan Span) : Node(Span);

public sealed record CreateTable(
    TextSpan Span, bool Temporary, bool IfNotExists, Name Table, ImmutableArray<ColumnSyntax> Columns,
    WatermarkSyntax? Watermark, PrimaryKeySyntax? PrimaryKey, string? Comment, ImmutableArray<Identifier> PartitionedBy,
    ImmutableArray<OptionSyntax> Options) : Statement(Span);

public abstract record ColumnSyntax(TextSpan Span, Identifier Name, string? Comment) : Node(Span);

public sealed record PhysicalColumn(TextSpan Span, Identifier Name, TypeSyntax Type, bool PrimaryKey, string? Comment) : ColumnSyntax(Span, Name, Comment);

public sealed record ComputedColumn(TextSpan Span, Identifier Name, Expression Value, string? Comment) : ColumnSyntax(Span, Name, Comment);

/// <param name="Key">METADATA FROM 'key'; null: the column's own name.</param>
public sealed record MetadataColumn(TextSpan Span, Identifier Name, TypeSyntax Type, string? Key, bool Virtual, string? Comment) : ColumnSyntax(Span, Name, Comment);

public sealed record WatermarkSyntax(TextSpan Span, Name Column, Expression Value) : Node(Span);

public sealed record PrimaryKeySyntax(TextSpan Span, Identifier? Constraint, ImmutableArray<Identifier> Columns) : Node(Span);

public sealed record CreateView(
    TextSpan Span, bool Temporary, bool IfNotExists, Name View, ImmutableArray<Identifier> Columns, string? Comment, Query Query) : Statement(Span);

/// <param name="Language">JAVA, SCALA, PYTHON, or null.</param>
public sealed record CreateFunction(TextSpan Span, bool Temporary, bool System, bool IfNotExists, Name Function, string ClassName, string? Language) : Statement(Span);

/// <param name="Kind">TABLE or VIEW.</param>
public sealed record DropObject(TextSpan Span, bool Temporary, string Kind, bool IfExists, Name Object) : Statement(Span);

public sealed record Insert(
    TextSpan Span, Name Table, ImmutableArray<Hint> Hints, bool Overwrite, ImmutableArray<PartitionValue> Partition,
    ImmutableArray<Identifier> Columns, Query Query, string? OnConflict) : Statement(Span);

public sealed record PartitionValue(TextSpan Span, Identifier Column, Expression Value) : Node(Span);

/// <summary>EXECUTE STATEMENT SET BEGIN … END, or BEGIN STATEMENT SET; … END: several inserts, one job.</summary>
public sealed record StatementSet(TextSpan Span, ImmutableArray<Insert> Inserts) : Statement(Span);

/// <summary>SET 'key' = 'value'; without an option it lists.</summary>
public sealed record SetOption(TextSpan Span, OptionSyntax? Option) : Statement(Span);

public sealed record ResetOption(TextSpan Span, StringSyntax? Key) : Statement(Span);

/// <param name="Details">ESTIMATED_COST, CHANGELOG_MODE, …, or empty.</param>
public sealed record Explain(TextSpan Span, ImmutableArray<string> Details, Statement Statement) : Statement(Span);

public sealed record QueryStatement(TextSpan Span, Query Query) : Statement(Span);

public sealed record Script(TextSpan Span, ImmutableArray<Statement> Statements) : Node(Span);
