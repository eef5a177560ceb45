using System.Collections.Immutable;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("OR", "boolean1 OR boolean2", Nulls = NullRule.Called, Doc = "Three-valued: TRUE if one is TRUE, else NULL if one is NULL.", Example = "(TRUE OR FALSE) = TRUE")]
public sealed class Or : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) => Connective.Resolve(Name, arguments);

    public override Node Bind(BoundCall call) => new OrNode(call.Type, Connective.Operands(call), call.Evaluation);
}
