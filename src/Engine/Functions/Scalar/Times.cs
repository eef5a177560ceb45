using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("*", "numeric1 * numeric2", "interval * integer", Doc = "The product; integers wrap, a DECIMAL of more than 38 digits is NULL.", Example = "2 * 3 = 6")]
public sealed class Times : ArithmeticFunction
{
    private protected override string Symbol => "*";

    private protected override Node Integers<T>(SqlType type, Node a, Node b) => new ArithmeticNode<Multiply<T>, T>(type, a, b);

    private protected override Node Floats<T>(SqlType type, Node a, Node b) => new ArithmeticNode<Multiply<T>, T>(type, a, b);

    private protected override Node Decimals<TA, TB, TR>(SqlType type, Node a, Node b)
    {
        bool exact = type.Scale == a.Type.Scale + b.Type.Scale && a.Type.Precision + b.Type.Precision <= type.Precision
            && a.Type.Physical == Physical.Int64 && b.Type.Physical == Physical.Int64;
        if (!exact) return new BinaryNode<DecimalMultiply<TA, TB, TR>, TA, TB, TR>(type, new(a.Type, b.Type, type), a, b);
        return type.Physical == Physical.Int64
            ? new ArithmeticNode<Multiply<long>, long>(type, a, b)
            : new BinaryNode<DecimalMultiply64<Int128>, long, long, Int128>(type, default, a, b);
    }

    private protected override ResolvedCall? ResolveTimes(SqlType left, SqlType right)
    {
        bool nullable = left.Nullable || right.Nullable;
        if (TemporalArithmetic.IsInterval(left) && right.IsInteger) return new ResolvedCall(Name, [left, SqlType.BigInt.WithNullable(right.Nullable)], left.WithNullable(nullable));
        if (TemporalArithmetic.IsInterval(right) && left.IsInteger) return new ResolvedCall(Name, [SqlType.BigInt.WithNullable(left.Nullable), right], right.WithNullable(nullable));
        return null;
    }

    private protected override Node? BindTimes(BoundCall call)
    {
        var (a, b) = (call.Arguments[0], call.Arguments[1]);
        if (TemporalArithmetic.IsInterval(b.Type)) (a, b) = (b, a);
        if (!TemporalArithmetic.IsInterval(a.Type) || !b.Type.IsInteger) return null;
        var count = a.Type.Kind == TypeKind.IntervalYearMonth ? SqlType.Int : SqlType.BigInt;
        b = Casting.To(b, count.WithNullable(b.Type.Nullable), call.Evaluation);
        return count == SqlType.Int ? new ArithmeticNode<Multiply<int>, int>(call.Type, a, b) : new ArithmeticNode<Multiply<long>, long>(call.Type, a, b);
    }
}
