using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ELEMENT", "ELEMENT(array)", Doc = "The only element of an array; NULL if it is empty; more than one is an error.", Example = "ELEMENT(ARRAY[5]) = 5")]
public sealed class Element : NestedFunction
{
    protected override bool MayBeNull => true;

    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ Kind: TypeKind.Array } array] ? (given, array.Element!) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var list = (ListColumn)arguments[0];
            int start = list.Offsets[row], end = list.Offsets[row + 1];
            if (end - start > 1) throw new EvaluationException("Array has more than one element.");
            if (end == start) to.AppendNulls(1);
            else to.AppendRange(list.Elements, start, 1);
        }
    }
}
