using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("CASE", "CASE WHEN condition THEN value [WHEN …] [ELSE value] END", Nulls = NullRule.Called,
    Doc = "The value of the first condition that is TRUE; arguments are condition, value, condition, value, …, else.", Example = "CASE WHEN TRUE THEN 1 ELSE 2 END = 1")]
public sealed class Case : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length < 3 || arguments.Length % 2 == 0) return null;
        var values = arguments.Where((_, i) => i % 2 == 1 || i == arguments.Length - 1).ToImmutableArray();
        if (TypeRules.Common(values.Select(v => v.Type)) is not { } common) return null;
        var types = ImmutableArray.CreateBuilder<SqlType>(arguments.Length);
        for (int i = 0; i < arguments.Length; i++)
        {
            bool condition = i % 2 == 0 && i < arguments.Length - 1;
            if (condition && Take.Boolean(arguments[i].Type) is null) return null;
            types.Add((condition ? SqlType.Boolean : common).WithNullable(arguments[i].Type.Nullable));
        }

        return new ResolvedCall(Name, types.MoveToImmutable(), common);
    }

    public override Node Bind(BoundCall call)
    {
        if (call.Arguments.Length % 2 == 0) throw Unknown(call.Call);
        var nodes = call.Arguments.Select((n, i) => Casting.To(n, (i % 2 == 0 && i < call.Arguments.Length - 1 ? SqlType.Boolean : call.Type).WithNullable(n.Type.Nullable), call.Evaluation)).ToArray();
        var conditions = nodes.Where((_, i) => i % 2 == 0 && i < nodes.Length - 1).ToArray();
        var results = nodes.Where((_, i) => i % 2 == 1).ToArray();
        return new CaseNode(call.Type, conditions, results, nodes[^1], call.Evaluation);
    }
}
