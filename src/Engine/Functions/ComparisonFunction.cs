using System.Collections.Immutable;
using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions;

/// <summary>A comparison of two values of one type (the SQL side casts to it).</summary>
public abstract class ComparisonFunction : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length != 2 || TypeRules.Common(arguments[0].Type, arguments[1].Type) is not { } common) return null;
        if (common.Width == 0 && Nested(SqlType.Boolean, null!, null!) is null) return null;
        if (common.IsText) common = SqlType.String;
        bool nullable = arguments[0].Type.Nullable || arguments[1].Type.Nullable;
        return new ResolvedCall(Name, [common.WithNullable(arguments[0].Type.Nullable), common.WithNullable(arguments[1].Type.Nullable)], SqlType.Boolean.WithNullable(nullable));
    }

    public override Node Bind(BoundCall call)
    {
        var resolved = Resolve(call.Call.Arguments) ?? throw Unknown(call.Call);
        return Compare(call.Type, Casting.To(call.Arguments[0], resolved.Arguments[0], call.Evaluation), Casting.To(call.Arguments[1], resolved.Arguments[1], call.Evaluation));
    }

    /// <summary>The node that compares two values of one type.</summary>
    internal Node Compare(SqlType type, Node a, Node b)
    {
        // The vector forms take their constant on the right.
        if (a.IsConstant && !b.IsConstant && Mirrored is { } mirrored) return mirrored.Compare(type, b, a);
        return a.Type.Physical switch
        {
            Physical.Int8 => a.Type.Kind == TypeKind.Boolean ? Numbers<byte>(type, a, b) : Numbers<sbyte>(type, a, b),
            Physical.Int16 => Numbers<short>(type, a, b),
            Physical.Int32 => Numbers<int>(type, a, b),
            Physical.Int64 => Numbers<long>(type, a, b),
            Physical.Int128 => Wide(type, a, b),
            Physical.Float32 => Numbers<float>(type, a, b),
            Physical.Float64 => Numbers<double>(type, a, b),
            Physical.List or Physical.Map or Physical.Row => Nested(type, a, b) ?? throw new InvalidDataException($"{Name} of {a.Type}"),
            _ => Texts(type, a, b),
        };
    }

    /// <summary>b op' a for a op b.</summary>
    private protected virtual ComparisonFunction? Mirrored => this;

    private protected abstract Node Numbers<T>(SqlType type, Node a, Node b) where T : struct, INumber<T>;

    private protected abstract Node Wide(SqlType type, Node a, Node b);

    private protected abstract Node Texts(SqlType type, Node a, Node b);

    /// <summary>The comparison of nested values, or null when they have no order.</summary>
    private protected virtual Node? Nested(SqlType type, Node a, Node b) => null;
}
