using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("LAST_VALUE", "LAST_VALUE(expression)", Doc = "The last value, in order of arrival, that is not NULL.")]
public sealed class LastValue : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments) =>
        arguments is [{ Width: > 0, Kind: not TypeKind.Null } type] ? new ResolvedCall(Name, arguments, type.WithNullable(true)) : null;

    public override Aggregate Bind(AggregateCall call) =>
        call.ArgumentTypes is [var type] && type.WithNullable(true) == call.Type.WithNullable(true) && ExtremeOf<Last>.Bind(call) is { } bound ? bound : throw Unknown(call);
}
