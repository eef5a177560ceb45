using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("MIN", "MIN(value)", Doc = "The least of the values that are not NULL, or NULL if there are none; texts by their bytes.")]
public sealed class Min : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments) =>
        arguments is [{ Width: > 0, Kind: not TypeKind.Null } type] ? new ResolvedCall(Name, arguments, type.WithNullable(true)) : null;

    public override bool KeepsValues => true;

    public override Aggregate Bind(AggregateCall call) =>
        call.ArgumentTypes is [var type] && type.WithNullable(true) == call.Type.WithNullable(true) && ExtremeOf<Least>.Bind(call) is { } bound ? bound : throw Unknown(call);
}
