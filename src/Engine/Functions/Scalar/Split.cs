using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SPLIT", "SPLIT(string, delimiter)", Doc = "The parts of a text between delimiters; with an empty delimiter its characters.", Example = "SPLIT('a,b', ',') = ARRAY['a', 'b']")]
public sealed class Split : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ } text, { } delimiter] && Take.Text(text) is not null && Take.Text(delimiter) is not null ? ([SqlType.String, SqlType.String], SqlType.Array(SqlType.String)) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var built = (ListBuilder)to;
            var parts = (TextBuilder)built.Elements;
            ReadOnlySpan<byte> text = ((TextColumn)arguments[0])[row], delimiter = ((TextColumn)arguments[1])[row];
            if (delimiter.IsEmpty)
            {
                for (int at = 0; at < text.Length;)
                {
                    int length = CodePoints.Offset(text[at..], 1);
                    parts.Append(text.Slice(at, length));
                    at += length;
                }
            }
            else
            {
                for (int at; (at = text.IndexOf(delimiter)) >= 0; text = text[(at + delimiter.Length)..]) parts.Append(text[..at]);
                parts.Append(text);
            }

            built.EndRow();
        }
    }
}
