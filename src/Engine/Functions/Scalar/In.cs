using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("IN", "value1 IN (value2 [, value3]*)", Nulls = NullRule.Called, Doc = "Whether the first value equals one of the others; NULL if none does and one is NULL.", Example = "(1 IN (1, 2)) = TRUE")]
public sealed class In : ScalarFunction
{
    private static readonly Equals s_equals = new();

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length < 2 || TypeRules.Common(arguments.Select(a => a.Type)) is not { Width: > 0 } common) return null;
        if (common.IsText) common = SqlType.String;
        return new ResolvedCall(Name, [.. arguments.Select(a => common.WithNullable(a.Type.Nullable))], SqlType.Boolean.WithNullable(arguments.Any(a => a.Type.Nullable)));
    }

    public override Node Bind(BoundCall call)
    {
        var types = Resolve(call.Call.Arguments)?.Arguments ?? throw Unknown(call.Call);
        Node[] nodes = [.. call.Arguments.Select((a, i) => Casting.To(a, types[i], call.Evaluation))];
        bool constants = nodes[1..].All(n => n is LiteralNode { IsNull: false });
        if (constants && nodes.Length > 3)
        {
            if (types[0].Physical == Physical.Text) return new InTextsNode(call.Type, nodes[0], [.. nodes[1..].Select(n => ((TextColumn)((LiteralNode)n).All)[0].ToArray())]);
            if (types[0].Physical == Physical.Int64) return new InNode<long>(call.Type, nodes[0], Values<long>(nodes));
            if (types[0].Physical == Physical.Int32) return new InNode<int>(call.Type, nodes[0], Values<int>(nodes));
        }

        Node[] tests = [.. nodes[1..].Select(n => s_equals.Compare(SqlType.Boolean, nodes[0], n))];
        return tests.Length == 1 ? tests[0] : new OrNode(call.Type, tests, call.Evaluation);
    }

    private static T[] Values<T>(Node[] nodes) where T : unmanaged => [.. nodes[1..].Select(n => ((FixedColumn<T>)((LiteralNode)n).All).Values[0])];
}
