using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("||", "string1 || string2", "CONCAT(string1, string2, ...)", Aliases = ["CONCAT"], Doc = "The texts one after the other; NULL if one is NULL.", Example = "'AA' || 'BB' = 'AABB'")]
public sealed class ConcatOperator : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.IsEmpty || arguments.Any(a => Take.Text(a.Type) is null)) return null;
        return new ResolvedCall(Name, [.. arguments.Select(a => SqlType.String.WithNullable(a.Type.Nullable))], SqlType.String.WithNullable(arguments.Any(a => a.Type.Nullable)));
    }

    public override Node Bind(BoundCall call) => new ConcatNode(call.Type, [.. call.Arguments.Select(a => Casting.To(a, SqlType.String.WithNullable(a.Type.Nullable), call.Evaluation))]);
}
