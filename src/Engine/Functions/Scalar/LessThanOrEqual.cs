using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("<=", "value1 <= value2", Doc = "Whether the first value is less or equal.", Example = "2 <= 2 = TRUE")]
public sealed class LessThanOrEqual : ComparisonFunction
{
    private protected override ComparisonFunction? Mirrored => (ComparisonFunction)FunctionCatalog.Scalars[">="];

    private protected override Node Numbers<T>(SqlType type, Node a, Node b) => new CompareNode<LessOrEqual<T>, T>(type, a, b);

    private protected override Node Wide(SqlType type, Node a, Node b) => new BinaryNode<CompareWide<LessOrEqual<Int128>, Int128>, Int128, Int128, bool>(type, default, a, b);

    private protected override Node Texts(SqlType type, Node a, Node b) => new BinaryNode<OrderTexts<LessOrEqualOrder>, Text, Text, bool>(type, default, a, b);
}
