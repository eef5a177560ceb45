using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("CONCAT_WS", "CONCAT_WS(separator, string1, string2, ...)", Nulls = NullRule.Called,
    Doc = "The texts with the first one between them; NULLs are left out, a NULL separator makes NULL.", Example = "CONCAT_WS('~', 'AA', 'BB') = 'AA~BB'")]
public sealed class ConcatWs : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.IsEmpty || arguments.Any(a => Take.Text(a.Type) is null)) return null;
        return new ResolvedCall(Name, [.. arguments.Select(a => SqlType.String.WithNullable(a.Type.Nullable))], SqlType.String.WithNullable(arguments[0].Type.Nullable));
    }

    public override Node Bind(BoundCall call)
    {
        Node[] nodes = [.. call.Arguments.Select(a => Casting.To(a, SqlType.String.WithNullable(a.Type.Nullable), call.Evaluation))];
        return new ConcatNode(call.Type, nodes[1..], nodes[0]);
    }
}
