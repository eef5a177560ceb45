using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("IS NULL", "value IS NULL", Nulls = NullRule.Called, Doc = "Whether the value is NULL.", Example = "(1 IS NULL) = FALSE")]
public sealed class IsNull : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) =>
        arguments.Length == 1 ? new ResolvedCall(Name, [arguments[0].Type], SqlType.Boolean.NotNull) : null;

    public override Node Bind(BoundCall call) => new IsNullNode(call.Type, call.Arguments[0], false);
}
