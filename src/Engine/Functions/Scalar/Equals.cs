using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("=", "value1 = value2", Doc = "Whether two values are equal; NULL if one is NULL.", Example = "1 = 1 = TRUE")]
public sealed class Equals : ComparisonFunction
{
    private protected override Node Numbers<T>(SqlType type, Node a, Node b) => new CompareNode<Equal<T>, T>(type, a, b);

    private protected override Node Wide(SqlType type, Node a, Node b) => new BinaryNode<CompareWide<Equal<Int128>, Int128>, Int128, Int128, bool>(type, default, a, b);

    private protected override Node Texts(SqlType type, Node a, Node b) => new EqualTextNode(type, a, b, false);

    private protected override Node Nested(SqlType type, Node a, Node b) => new NestedEqualNode(type, a, b, false);
}
