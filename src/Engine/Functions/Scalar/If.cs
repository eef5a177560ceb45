using System.Collections.Immutable;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("IF", "IF(condition, true_value, false_value)", Nulls = NullRule.Called, Doc = "The one value if the condition is TRUE, else the other.", Example = "IF(1 < 2, 'a', 'b') = 'a'")]
public sealed class If : ScalarFunction
{
    private static readonly Case s_case = new();

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) =>
        arguments.Length == 3 && s_case.Resolve(arguments) is { } r ? r with { Name = Name } : null;

    public override Node Bind(BoundCall call) => call.Arguments.Length == 3 ? s_case.Bind(call) : throw Unknown(call.Call);
}
