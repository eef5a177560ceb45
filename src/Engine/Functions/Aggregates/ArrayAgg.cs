using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("ARRAY_AGG", "ARRAY_AGG(expression [{ RESPECT | IGNORE } NULLS])", Doc = "The values, NULLs too unless they are to be ignored, in order of arrival; NULL if there are none.")]
public sealed class ArrayAgg : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments) =>
        arguments is [{ Kind: not TypeKind.Null } type] ? new ResolvedCall(Name, arguments, SqlType.Array(type)) : null;

    public override Aggregate Bind(AggregateCall call) => call.Type.Kind == TypeKind.Array && call.ArgumentTypes.Length == 1 ? new Values(call) : throw Unknown(call);

    private sealed class Values(AggregateCall call) : ListedAggregate(call, nulls: true)
    {
        protected override void Write(ReadOnlySpan<byte> list, ColumnBuilder to)
        {
            if (list.IsEmpty)
            {
                to.AppendNulls(1);
                return;
            }

            var array = (ListBuilder)to;
            while (list.Length > 0) Value(Next(ref list), 0, array.Elements);
            array.EndRow();
        }
    }
}
