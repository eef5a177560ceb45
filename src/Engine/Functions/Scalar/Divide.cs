using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("/", "numeric1 / numeric2", Doc = "The quotient; of integers the whole part. Division by zero fails, except of FLOAT and DOUBLE.", Example = "7 / 2 = 3")]
public sealed class Divide : ArithmeticFunction
{
    private protected override string Symbol => "/";

    private protected override Node Integers<T>(SqlType type, Node a, Node b) => new BinaryNode<DivideInteger<T>, T, T, T>(type, default, a, b);

    private protected override Node Floats<T>(SqlType type, Node a, Node b) => new ArithmeticNode<DivideFloat<T>, T>(type, a, b);

    private protected override Node Decimals<TA, TB, TR>(SqlType type, Node a, Node b) =>
        new BinaryNode<DecimalDivide<TA, TB, TR>, TA, TB, TR>(type, new(a.Type, b.Type, type), a, b);
}
