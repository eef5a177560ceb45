using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("AND", "boolean1 AND boolean2", Nulls = NullRule.Called, Doc = "Three-valued: FALSE if one is FALSE, else NULL if one is NULL.", Example = "(TRUE AND FALSE) = FALSE")]
public sealed class And : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) => Connective.Resolve(Name, arguments);

    public override Node Bind(BoundCall call) => new AndNode(call.Type, Connective.Operands(call), call.Evaluation);
}

internal static class Connective
{
    public static ResolvedCall? Resolve(string name, ImmutableArray<Expr> arguments)
    {
        if (arguments.Length < 2 || arguments.Any(a => Take.Boolean(a.Type) is null)) return null;
        return new ResolvedCall(name, [.. arguments.Select(a => SqlType.Boolean.WithNullable(a.Type.Nullable))], SqlType.Boolean.WithNullable(arguments.Any(a => a.Type.Nullable)));
    }

    public static Node[] Operands(BoundCall call) => [.. call.Arguments.Select(a => Casting.To(a, SqlType.Boolean.WithNullable(a.Type.Nullable), call.Evaluation))];
}
