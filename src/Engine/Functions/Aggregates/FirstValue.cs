using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("FIRST_VALUE", "FIRST_VALUE(expression)", Doc = "The first value, in order of arrival, that is not NULL.")]
public sealed class FirstValue : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments) =>
        arguments is [{ Kind: not TypeKind.Null } type] ? new ResolvedCall(Name, arguments, type.WithNullable(true)) : null;

    public override Aggregate Bind(AggregateCall call)
    {
        if (call.ArgumentTypes is not [var type] || type.WithNullable(true) != call.Type.WithNullable(true)) throw Unknown(call);
        return ExtremeOf<First>.Bind(call) ?? new ListedEnd(call, last: false);
    }

    public override Aggregate BindRetracting(AggregateCall call) => new ListedEnd(call, last: false);
}
