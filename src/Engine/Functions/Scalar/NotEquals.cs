using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("<>", "value1 <> value2", Doc = "Whether two values differ; NULL if one is NULL.", Example = "1 <> 1 = FALSE")]
public sealed class NotEquals : ComparisonFunction
{
    private protected override Node Numbers<T>(SqlType type, Node a, Node b) => new CompareNode<NotEqual<T>, T>(type, a, b);

    private protected override Node Wide(SqlType type, Node a, Node b) => new BinaryNode<CompareWide<NotEqual<Int128>, Int128>, Int128, Int128, bool>(type, default, a, b);

    private protected override Node Texts(SqlType type, Node a, Node b) => new EqualTextNode(type, a, b, true);

    private protected override Node Nested(SqlType type, Node a, Node b) => new NestedEqualNode(type, a, b, true);
}
