using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("NULLIF", "NULLIF(value1, value2)", Nulls = NullRule.Called, Doc = "NULL if the values are equal, else the first.", Example = "NULLIF(5, 0) = 5")]
public sealed class NullIf : ScalarFunction
{
    private static readonly Equals s_equals = new();

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) =>
        s_equals.Resolve(arguments) is null ? null : new ResolvedCall(Name, [.. arguments.Select(a => a.Type)], arguments[0].Type.WithNullable(true));

    public override Node Bind(BoundCall call)
    {
        var equal = s_equals.Bind(call with { Call = call.Call with { Type = SqlType.Boolean } });
        return new CaseNode(call.Type, [equal], [LiteralNode.Null(call.Type)], Casting.To(call.Arguments[0], call.Type, call.Evaluation), call.Evaluation);
    }
}
