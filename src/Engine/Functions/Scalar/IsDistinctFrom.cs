using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("IS DISTINCT FROM", "value1 IS DISTINCT FROM value2", Nulls = NullRule.Called, Doc = "Whether the values differ, NULL being a value equal to itself.", Example = "(1 IS DISTINCT FROM NULL) = TRUE")]
public sealed class IsDistinctFrom : ScalarFunction
{
    private static readonly Equals s_equals = new();

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) =>
        s_equals.Resolve(arguments) is { } r ? r with { Name = Name, Result = SqlType.Boolean.NotNull } : null;

    public override Node Bind(BoundCall call)
    {
        var types = Resolve(call.Call.Arguments)?.Arguments ?? throw Unknown(call.Call);
        Node a = Casting.To(call.Arguments[0], types[0], call.Evaluation), b = Casting.To(call.Arguments[1], types[1], call.Evaluation);
        return new IsDistinctNode(call.Type, a, b, s_equals.Compare(SqlType.Boolean, a, b), false);
    }
}
