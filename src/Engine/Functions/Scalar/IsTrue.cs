using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("IS TRUE", "value IS TRUE", Nulls = NullRule.Called, Doc = "Whether the value is TRUE (not FALSE, not NULL).", Example = "(TRUE IS TRUE) = TRUE")]
public sealed class IsTrue : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) =>
        arguments.Length == 1 && arguments[0].Type.Kind == TypeKind.Boolean ? new ResolvedCall(Name, [arguments[0].Type], SqlType.Boolean.NotNull) : null;

    public override Node Bind(BoundCall call) => new IsNode(call.Type, call.Arguments[0], true, false);
}
