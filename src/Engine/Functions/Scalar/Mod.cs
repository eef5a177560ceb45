using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("%", "numeric1 % numeric2", "MOD(numeric1, numeric2)", Aliases = ["MOD"], Doc = "The remainder, with the sign of the dividend.", Example = "MOD(-7, 3) = -1")]
public sealed class Mod : ArithmeticFunction
{
    private protected override string Symbol => "%";

    private protected override Node Integers<T>(SqlType type, Node a, Node b) => new BinaryNode<Remainder<T>, T, T, T>(type, default, a, b);

    private protected override Node Floats<T>(SqlType type, Node a, Node b) => new BinaryNode<Remainder<T>, T, T, T>(type, default, a, b);

    private protected override Node Decimals<TA, TB, TR>(SqlType type, Node a, Node b) =>
        new BinaryNode<DecimalRemainder<TA, TB, TR>, TA, TB, TR>(type, new(a.Type, b.Type, type), a, b);
}
