using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("MAX", "MAX(value)", Doc = "The greatest of the values that are not NULL, or NULL if there are none; texts by their bytes.")]
public sealed class Max : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments) =>
        arguments is [{ Width: > 0, Kind: not TypeKind.Null } type] ? new ResolvedCall(Name, arguments, type.WithNullable(true)) : null;

    public override bool KeepsValues => true;

    public override Aggregate Bind(AggregateCall call) =>
        call.ArgumentTypes is [var type] && type.WithNullable(true) == call.Type.WithNullable(true) && ExtremeOf<Greatest>.Bind(call) is { } bound ? bound : throw Unknown(call);
}
