using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("CARDINALITY", "CARDINALITY(array)", "CARDINALITY(map)", Doc = "How many elements there are.", Example = "CARDINALITY(ARRAY[1, 2]) = 2")]
public sealed class Cardinality : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ Kind: TypeKind.Array or TypeKind.Map or TypeKind.Multiset }] ? (given, SqlType.Int) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var offsets = arguments[0] is ListColumn list ? list.Offsets : ((MapColumn)arguments[0]).Offsets;
            int count = offsets[row + 1] - offsets[row];
            if (arguments[0] is MapColumn { Type.Kind: TypeKind.Multiset } bag)
            {
                count = 0;
                for (int i = offsets[row]; i < offsets[row + 1]; i++) count += ((FixedColumn<int>)bag.Items).Values[i];
            }

            ((FixedBuilder<int>)to).Add(count);
        }
    }
}
