using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("SUM", "SUM(numeric)", Doc = "The sum of the values that are not NULL, or NULL if there are none; integers wrap, of DECIMAL(p, s) it is DECIMAL(38, s).")]
public sealed class Sum : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments)
    {
        if (arguments is not [{ IsNumeric: true } type]) return null;
        var result = type.Kind == TypeKind.Decimal ? SqlType.Decimal(SqlType.MaxDecimalPrecision, type.Scale) : type;
        return new ResolvedCall(Name, arguments, result.WithNullable(true));
    }

    public override Aggregate Bind(AggregateCall call)
    {
        if (call.ArgumentTypes is not [var type] || Resolve(call.ArgumentTypes)?.Result.Kind != call.Type.Kind) throw Unknown(call);
        return type.Kind switch
        {
            TypeKind.TinyInt => new RetractableAggregate<Total<long>, sbyte, AddIntegers<sbyte>, sbyte, SumOfIntegers<sbyte>>(call, TotalState.Integers, default),
            TypeKind.SmallInt => new RetractableAggregate<Total<long>, short, AddIntegers<short>, short, SumOfIntegers<short>>(call, TotalState.Integers, default),
            TypeKind.Int => new RetractableAggregate<Total<long>, int, AddIntegers<int>, int, SumOfIntegers<int>>(call, TotalState.Integers, default),
            TypeKind.BigInt => new RetractableAggregate<Total<long>, long, AddIntegers<long>, long, SumOfIntegers<long>>(call, TotalState.Integers, default),
            TypeKind.Float => new RetractableAggregate<Total<double>, float, AddFloats<float>, float, SumOfFloats<float>>(call, TotalState.Floats, default),
            TypeKind.Double => new RetractableAggregate<Total<double>, double, AddFloats<double>, double, SumOfFloats<double>>(call, TotalState.Floats, default),
            _ => type.Physical == Physical.Int64
                ? new RetractableAggregate<WideTotal, long, AddDecimals<long>, Int128, SumOfDecimals>(call, TotalState.Decimals, default)
                : new RetractableAggregate<WideTotal, Int128, AddDecimals<Int128>, Int128, SumOfDecimals>(call, TotalState.Decimals, default),
        };
    }
}
