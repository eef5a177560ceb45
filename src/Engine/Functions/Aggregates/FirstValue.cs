using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("FIRST_VALUE", "FIRST_VALUE(expression)", Doc = "The first value, in order of arrival, that is not NULL.")]
public sealed class FirstValue : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments) =>
        arguments is [{ Width: > 0, Kind: not TypeKind.Null } type] ? new ResolvedCall(Name, arguments, type.WithNullable(true)) : null;

    public override Aggregate Bind(AggregateCall call) =>
        call.ArgumentTypes is [var type] && type.WithNullable(true) == call.Type.WithNullable(true) && ExtremeOf<First>.Bind(call) is { } bound ? bound : throw Unknown(call);
}
