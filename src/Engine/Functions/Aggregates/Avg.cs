using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("AVG", "AVG(numeric)", Doc = "The average of the values that are not NULL; of integers an integer, cut toward zero; of DECIMAL(p, s) DECIMAL(38, max(6, s)).")]
public sealed class Avg : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments)
    {
        if (arguments is not [{ IsNumeric: true } type]) return null;
        var result = type.Kind == TypeKind.Decimal ? SqlType.Decimal(SqlType.MaxDecimalPrecision, Math.Max(6, type.Scale)) : type;
        return new ResolvedCall(Name, arguments, result.WithNullable(true));
    }

    public override Aggregate Bind(AggregateCall call)
    {
        if (call.ArgumentTypes is not [var type] || Resolve(call.ArgumentTypes)?.Result.Kind != call.Type.Kind) throw Unknown(call);
        return type.Kind switch
        {
            TypeKind.TinyInt => new RetractableAggregate<Total<long>, sbyte, AddIntegers<sbyte>, sbyte, AverageOfIntegers<sbyte>>(call, TotalState.Integers, default),
            TypeKind.SmallInt => new RetractableAggregate<Total<long>, short, AddIntegers<short>, short, AverageOfIntegers<short>>(call, TotalState.Integers, default),
            TypeKind.Int => new RetractableAggregate<Total<long>, int, AddIntegers<int>, int, AverageOfIntegers<int>>(call, TotalState.Integers, default),
            TypeKind.BigInt => new RetractableAggregate<Total<long>, long, AddIntegers<long>, long, AverageOfIntegers<long>>(call, TotalState.Integers, default),
            TypeKind.Float => new RetractableAggregate<Total<double>, float, AddFloats<float>, float, AverageOfFloats<float>>(call, TotalState.Floats, default),
            TypeKind.Double => new RetractableAggregate<Total<double>, double, AddFloats<double>, double, AverageOfFloats<double>>(call, TotalState.Floats, default),
            _ => type.Physical == Physical.Int64
                ? new RetractableAggregate<WideTotal, long, AddDecimals<long>, Int128, AverageOfDecimals>(call, TotalState.Decimals, new(type.Scale, call.Type))
                : new RetractableAggregate<WideTotal, Int128, AddDecimals<Int128>, Int128, AverageOfDecimals>(call, TotalState.Decimals, new(type.Scale, call.Type)),
        };
    }
}
