using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using System.Buffers;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_JOIN", "ARRAY_JOIN(array, delimiter[, nullReplacement])", Doc = "The texts of an array with a delimiter between them; NULLs are left out, or replaced.", Example = "ARRAY_JOIN(ARRAY['a', 'b'], '+') = 'a+b'")]
public sealed class ArrayJoin : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ Kind: TypeKind.Array } array, .. { Length: 1 or 2 } texts] && (array.Element!.IsText || array.Element.Kind == TypeKind.Null) && texts.All(t => Take.Text(t) is not null) ? ([array, .. texts.Select(_ => SqlType.String)], SqlType.String) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var list = (ListColumn)arguments[0];
            int start = list.Offsets[row], end = list.Offsets[row + 1];
            var elements = (TextColumn)list.Elements;
            var joined = new ArrayBufferWriter<byte>(64);
            bool any = false;
            for (int i = start; i < end; i++)
            {
                if (elements.IsNull(i) && arguments.Length < 3) continue;
                if (any) joined.Write(((TextColumn)arguments[1])[row]);
                joined.Write(elements.IsNull(i) ? ((TextColumn)arguments[2])[row] : elements[i]);
                any = true;
            }

            ((TextBuilder)to).Append(joined.WrittenSpan);
        }
    }
}
