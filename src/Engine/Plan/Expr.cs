using System.Collections.Immutable;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Plan;

/// <summary>
/// A scalar expression over the columns of one input, as the plan stores it: typed, with every cast made explicit, and functions by name.
/// Case, coalesce and the logical connectives are calls too (<c>CASE</c>, <c>COALESCE</c>, <c>AND</c>, <c>OR</c>, <c>NOT</c>), since they differ only in how they are evaluated.
/// </summary>
public abstract record Expr(SqlType Type);

/// <summary>Column <paramref name="Index"/> of the input.</summary>
public sealed record ColumnExpr(int Index, SqlType Type) : Expr(Type)
{
    public override string ToString() => $"${Index}";
}

/// <summary>A constant. <paramref name="Value"/> is the text that <c>CAST(… AS STRING)</c> gives for it; null = NULL.</summary>
public sealed record LiteralExpr(string? Value, SqlType Type) : Expr(Type)
{
    public override string ToString() => Value is null ? "NULL" : Type.IsText ? $"'{Value}'" : Value;
}

/// <summary>
/// A call of a catalog function, by its upper-case name. Operators have their symbol as name (<c>+</c>, <c>=</c>, <c>&lt;&gt;</c>, <c>||</c>, <c>IS NULL</c>, <c>LIKE</c> …).
/// <c>CASE</c> has condition, value, condition, value, …, else.
/// </summary>
public sealed record CallExpr(string Function, ImmutableArray<Expr> Arguments, SqlType Type) : Expr(Type)
{
    public bool Equals(CallExpr? other) =>
        other is not null && Function == other.Function && Type == other.Type && Arguments.AsSpan().SequenceEqual(other.Arguments.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Function, Type, Arguments.Length, Arguments.IsEmpty ? null : Arguments[0]);

    public override string ToString() => $"{Function}({string.Join(", ", Arguments)})";
}

/// <summary>CAST, or TRY_CAST (NULL instead of an error), to this expression's type.</summary>
public sealed record CastExpr(Expr Operand, SqlType Type, bool Try = false) : Expr(Type)
{
    public override string ToString() => $"{(Try ? "TRY_CAST" : "CAST")}({Operand} AS {Type})";
}

/// <summary>Field <paramref name="Index"/> of a ROW.</summary>
public sealed record FieldExpr(Expr Row, int Index, SqlType Type) : Expr(Type)
{
    public override string ToString() => $"{Row}.{Row.Type.Fields[Index].Name}";
}
