using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>A piece of a script as its author wrote it. Nodes are immutable and know where they stand.</summary>
public abstract record Node(TextSpan Span);

public sealed record Identifier(TextSpan Span, string Name) : Node(Span);

/// <summary>A dotted name: a table's path, a column with its qualifier, or a column and fields within it.</summary>
public sealed record Name(TextSpan Span, ImmutableArray<Identifier> Parts) : Node(Span)
{
    public string Text => string.Join('.', Parts.Select(p => p.Name));

    public Identifier Last => Parts[^1];
}

/// <summary>'key' = 'value' in WITH, SET and OPTIONS; both spans are kept for findings about either.</summary>
public sealed record OptionSyntax(TextSpan Span, StringSyntax Key, StringSyntax Value) : Node(Span);

/// <summary>A string literal where the grammar wants nothing else.</summary>
public sealed record StringSyntax(TextSpan Span, string Value) : Node(Span);

/// <summary>/*+ NAME('k'='v', …) */ or /*+ NAME(a, b) */.</summary>
public sealed record Hint(TextSpan Span, Identifier Name, ImmutableArray<OptionSyntax> Options, ImmutableArray<Identifier> Arguments) : Node(Span);

/// <summary>A data type as written: DECIMAL(10, 2) NOT NULL, ROW&lt;a INT, b ARRAY&lt;STRING&gt;&gt;.</summary>
/// <param name="Name">Upper case, synonyms as written.</param>
/// <param name="Arguments">Length, precision, scale.</param>
/// <param name="Elements">Element types of ARRAY, MULTISET, MAP.</param>
/// <param name="NotNull">Written NOT NULL; absent means nullable.</param>
public sealed record TypeSyntax(
    TextSpan Span, string Name, ImmutableArray<int> Arguments, ImmutableArray<TypeSyntax> Elements,
    ImmutableArray<FieldSyntax> Fields, bool NotNull) : Node(Span);

public sealed record FieldSyntax(TextSpan Span, Identifier Name, TypeSyntax Type, string? Comment) : Node(Span);
