using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("REGEXP_EXTRACT_ALL", "REGEXP_EXTRACT_ALL(str, regex[, extractIndex])", Doc = "All parts of the text that the regular expression matches, or rather its group of a number (1 if not given); NULL if there is no such group.", Example = "REGEXP_EXTRACT_ALL('100-200, 300-400', '(\\d+)-(\\d+)', 1) = ARRAY['100', '300']")]
public sealed class RegexpExtractAll : NestedFunction
{
    protected override bool MayBeNull => true;

    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length is 2 or 3 && Take.Text(given[0]) is not null && Take.Text(given[1]) is not null && given.Skip(2).All(t => Take.BigInt(t) is not null) ? ([SqlType.String, SqlType.String, .. given.Skip(2).Select(_ => SqlType.BigInt)], SqlType.Array(SqlType.String)) : null;

    protected override Node Make(BoundCall call) => Node(call, new Kernel(new Patterns()));

    private readonly struct Kernel(Patterns patterns) : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            long group = arguments.Length > 2 ? ((FixedColumn<long>)arguments[2]).Values[row] : 1;
            if (patterns.Of(((TextColumn)arguments[1])[row]) is not { } regex || group < 0 || group >= regex.GetGroupNumbers().Length)
            {
                to.AppendNulls(1);
                return;
            }

            var built = (ListBuilder)to;
            foreach (Match m in regex.Matches(Encoding.UTF8.GetString(((TextColumn)arguments[0])[row])))
            {
                var part = m.Groups[(int)group];
                if (part.Success) ((TextBuilder)built.Elements).Append(Encoding.UTF8.GetBytes(part.Value));
                else built.Elements.AppendNulls(1);
            }

            built.EndRow();
        }
    }
}
