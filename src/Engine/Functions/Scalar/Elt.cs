using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ELT", "ELT(index, expr[, exprs]*)", Nulls = NullRule.Called, Doc = "The value of a number (1 = the first); NULL if there is none.", Example = "ELT(2, 'scala', 'java') = 'java'")]
public sealed class Elt : ScalarFunction
{
    private static readonly Equals s_equals = new();

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length < 2 || Take.BigInt(arguments[0].Type) is not { } index) return null;
        if (arguments[0] is LiteralExpr { Value: ['-', ..] }) return null;
        if (TypeRules.Common(arguments.Skip(1).Select(a => a.Type)) is not { } common || !(common.IsText || common.IsBinary)) return null;
        common = common.IsText ? SqlType.String : SqlType.Bytes;
        return new ResolvedCall(Name, [index.WithNullable(arguments[0].Type.Nullable), .. arguments.Skip(1).Select(a => common.WithNullable(a.Type.Nullable))], common);
    }

    public override Node Bind(BoundCall call)
    {
        var types = Resolve(call.Call.Arguments)?.Arguments ?? throw Unknown(call.Call);
        Node[] nodes = [.. call.Arguments.Select((a, i) => Casting.To(a, types[i], call.Evaluation))];
        Node[] conditions = [.. nodes[1..].Select((_, i) => s_equals.Compare(SqlType.Boolean, nodes[0], LiteralNode.Of(new LiteralExpr($"{i + 1}", SqlType.BigInt.NotNull), call.Evaluation)))];
        return new CaseNode(call.Type, conditions, nodes[1..], null, call.Evaluation);
    }
}
