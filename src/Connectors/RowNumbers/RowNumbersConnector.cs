using OrleansStream.Columns;
using OrleansStream.Connectors.Splits;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Connectors.RowNumbers;

/// <summary>The numbers 0, 1, … as rows: what VALUES and a SELECT without FROM are computed over. One split, bounded.</summary>
[Connector("row-numbers")]
public sealed class RowNumbersConnector : Connector
{
    private static readonly OptionSchema Declared = new(
        "row-numbers", "The numbers 0, 1, … in one column INT NOT NULL.", Source: true, Sink: false,
        [new Option("rows", OptionType.Integer, "How many.", Default: "1")], [], Bounded: true);

    public override OptionSchema Schema => Declared;

    public override IEnumerable<string> Validate(TableRef table)
    {
        if (table.Schema.Fields is not [{ Type: { Kind: TypeKind.Int, Nullable: false } }]) yield return "row-numbers has one column, INT NOT NULL";
        if (Rows(table) is < 0 or > int.MaxValue) yield return "option 'rows': must be from 0 to 2147483647";
    }

    public override ISplitEnumerator CreateEnumerator(SourceContext context) => new FixedSplits([new Split("0", "")]);

    public override ISplitReader CreateReader(SourceContext context) => new Reader(Rows(context.Table));

    private static long Rows(TableRef table) => new OptionValues(Declared.Options, table.Options).Integer("rows");

    private sealed class Reader(long rows) : IComputedReader
    {
        private long _at;

        public SplitPosition Position => new(_at);

        public bool Ended => _at >= rows;

        public long NextDueMs => 0;

        public ValueTask OpenAsync(Split split, SplitPosition position, CancellationToken cancel)
        {
            _at = Math.Min(position.Offset, rows);
            return default;
        }

        public int Fill(BatchBuilder to, int maxRows, long nowMs)
        {
            int count = (int)Math.Min(maxRows, rows - _at);
            // No column is read when nothing in the query depends on the row's number.
            if (to.Columns.Length > 0)
            {
                Span<int> numbers = ((FixedBuilder<int>)to.Columns[0]).Append(count);
                for (int i = 0; i < count; i++) numbers[i] = (int)_at + i;
            }
            to.Advance(count);
            _at += count;
            return count;
        }

        public ValueTask DisposeAsync() => default;
    }
}
