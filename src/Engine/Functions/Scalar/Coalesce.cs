using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("COALESCE", "COALESCE(value1 [, value2]*)", "IFNULL(input, null_replacement)", Aliases = ["IFNULL"], Nulls = NullRule.Called,
    Doc = "The first value that is not NULL.", Example = "COALESCE(CAST(NULL AS INT), 2) = 2")]
public sealed class Coalesce : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.IsEmpty || TypeRules.Common(arguments.Select(a => a.Type)) is not { } common) return null;
        return new ResolvedCall(Name, [.. arguments.Select(a => common.WithNullable(a.Type.Nullable))], common.WithNullable(arguments.All(a => a.Type.Nullable)));
    }

    public override Node Bind(BoundCall call) =>
        new CoalesceNode(call.Type, [.. call.Arguments.Select(a => Casting.To(a, call.Type.WithNullable(a.Type.Nullable), call.Evaluation))], call.Evaluation);
}
