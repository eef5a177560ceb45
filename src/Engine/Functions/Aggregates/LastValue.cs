using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("LAST_VALUE", "LAST_VALUE(expression)", Doc = "The last value, in order of arrival, that is not NULL.")]
public sealed class LastValue : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments) =>
        arguments is [{ Kind: not TypeKind.Null } type] ? new ResolvedCall(Name, arguments, type.WithNullable(true)) : null;

    public override Aggregate Bind(AggregateCall call)
    {
        if (call.ArgumentTypes is not [var type] || type.WithNullable(true) != call.Type.WithNullable(true)) throw Unknown(call);
        return ExtremeOf<Last>.Bind(call) ?? new ListedEnd(call, last: true);
    }

    public override Aggregate BindRetracting(AggregateCall call) => new ListedEnd(call, last: true);
}
