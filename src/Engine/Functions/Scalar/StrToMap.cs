using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using System.Text;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("STR_TO_MAP", "STR_TO_MAP(string[, listDelimiter, keyValueDelimiter])", Doc = "A map out of a text; the delimiters, regular expressions, are , and = if not given.", Example = "STR_TO_MAP('a=1,b=2') = MAP['a', '1', 'b', '2']")]
public sealed class StrToMap : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length is 1 or 3 && given.All(t => Take.Text(t) is not null) ? ([.. given.Select(_ => SqlType.String)], SqlType.Map(SqlType.String, SqlType.String)) : null;

    protected override Node Make(BoundCall call) => Node(call, new Kernel(new Patterns(), new Patterns()));

    private readonly struct Kernel(Patterns entries, Patterns pairs) : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var between = entries.Of(arguments.Length > 1 ? ((TextColumn)arguments[1])[row] : ","u8);
            var within = pairs.Of(arguments.Length > 1 ? ((TextColumn)arguments[2])[row] : "="u8);
            if (between is null || within is null) throw new EvaluationException("STR_TO_MAP: a delimiter is no regular expression");
            var map = (MapBuilder)to;
            var found = new Dictionary<string, string?>();
            string text = Encoding.UTF8.GetString(((TextColumn)arguments[0])[row]);
            foreach (string entry in text.Length == 0 ? [] : between.Split(text))
            {
                string[] parts = within.Split(entry, 2);
                found[parts[0]] = parts.Length > 1 ? parts[1] : null;
            }

            foreach (var (key, value) in found)
            {
                ((TextBuilder)map.Keys).Append(Encoding.UTF8.GetBytes(key));
                if (value is null) map.Items.AppendNulls(1);
                else ((TextBuilder)map.Items).Append(Encoding.UTF8.GetBytes(value));
            }

            map.EndRow();
        }
    }
}
