using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Conformance;

/// <summary>What the tables of the case in progress hold, and what its sinks got, in order of arrival.</summary>
internal static class ValuesTables
{
    public static ConcurrentDictionary<string, JsonElement[]> Inputs { get; } = new();

    /// <summary>Number of rows after which a table rests for a minute, as Flink's programs of processing time do between a savepoint and what follows.</summary>
    public static ConcurrentDictionary<string, int> Pauses { get; } = new();

    public static ConcurrentDictionary<string, ConcurrentQueue<OutputRow>> Outputs { get; } = new();

    public static void Clear()
    {
        Inputs.Clear();
        Pauses.Clear();
        Outputs.Clear();
    }
}

/// <summary>A row that a sink got: its kind, the text of its primary key (all columns when there is none), its cells as text.</summary>
internal sealed record OutputRow(RowKind Kind, string Key, string[] Cells)
{
    public bool HasKey => Key.Length > 0;

    public string Text => $"[{string.Join(", ", Cells)}]";

    public override string ToString() => Kind.Code() + Text;
}

/// <summary>The <c>values</c> test connector of Flink's cases: rows of the case as a bounded changelog source, and a sink that keeps rows as text.</summary>
[Connector("values")]
public sealed class ValuesConnector : Connector
{
    public static OptionSchema OptionSchema { get; } = new(
        "values", "Rows of a conformance case.", Source: true, Sink: true,
        [
            new Option("changelog-mode", OptionType.Text, "Kinds of the source's rows.", Default: "I"),
            new Option("sink-insert-only", OptionType.Boolean, "Whether the sink takes inserts only.", Default: "true"),
            new Option("sink-changelog-mode-enforced", OptionType.Text, "Kinds that the sink takes."),
            new Option("bounded", OptionType.Boolean, "Ends after its rows.", Default: "true"),
            new Option("data-id", OptionType.Text, "Name of the rows."),
            new Option("runtime-source", OptionType.Text, "Which of Flink's source interfaces is meant."),
            new Option("runtime-sink", OptionType.Text, "Which of Flink's sink interfaces is meant."),
            new Option("filterable-fields", OptionType.Text, "Fields on which Flink pushes filters down."),
            new Option("disable-lookup", OptionType.Boolean, "Not a lookup table."),
            new Option("async", OptionType.Boolean, "Looks up asynchronously."),
            new Option("partition-list", OptionType.Text, "Partitions."),
            new Option("source.*", OptionType.Text, "Abilities of the source."),
            new Option("sink.*", OptionType.Text, "Abilities of the sink."),
            new Option("enable-watermark-push-down", OptionType.Boolean, "Ability of the source."),
            new Option("enable-projection-push-down", OptionType.Boolean, "Ability of the source."),
            new Option("nested-projection-supported", OptionType.Boolean, "Ability of the source."),
            new Option("failing-source", OptionType.Boolean, "Fails half way; Flink restarts."),
            new Option("table-source-class", OptionType.Text, "Class in Java."),
            new Option("table-sink-class", OptionType.Text, "Class in Java."),
            new Option("lookup.*", OptionType.Text, "Lookup cache."),
            new Option("scan.*", OptionType.Text, "Watermark options."),
        ],
        Formats: [], Bounded: true)
    { TakesUpdates = true, Partitions = true };

    public override OptionSchema Schema => OptionSchema;

    public override ISplitEnumerator CreateEnumerator(SourceContext context) => new OneSplit();

    public override ISplitReader CreateReader(SourceContext context) => new Reader(context, ValuesTables.Inputs.GetValueOrDefault(context.Table.Name, []));

    public override ISinkWriter CreateWriter(SinkContext context) => new Writer(ValuesTables.Outputs.GetOrAdd(context.Table.Name, _ => new()), context.Table.PrimaryKey);

    private sealed class OneSplit : ISplitEnumerator
    {
        public bool Finished { get; private set; }

        public ValueTask<ImmutableArray<Split>> DiscoverAsync(CancellationToken cancel)
        {
            ImmutableArray<Split> splits = Finished ? [] : [new Split("rows", "")];
            Finished = true;
            return ValueTask.FromResult(splits);
        }

        public byte[] Snapshot() => [Finished ? (byte)1 : (byte)0];

        public void Restore(ReadOnlySpan<byte> snapshot) => Finished = snapshot is [1];

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Reader(SourceContext context, JsonElement[] rows) : IComputedReader
    {
        private readonly int _pause = ValuesTables.Pauses.GetValueOrDefault(context.Table.Name, -1);
        private long _at;

        public SplitPosition Position => new(_at);

        public bool Ended => _at >= rows.Length;

        public long NextDueMs { get; private set; }

        public ValueTask OpenAsync(Split split, SplitPosition position, CancellationToken cancel)
        {
            _at = position.Offset;
            return default;
        }

        public int Fill(BatchBuilder to, int maxRows, long nowMs)
        {
            if (_at == _pause && NextDueMs == 0) NextDueMs = nowMs + 60_000;
            if (_at == _pause && nowMs < NextDueMs) return 0;
            int n = (int)Math.Min(maxRows, (_at < _pause ? _pause : rows.Length) - _at);
            for (int i = 0; i < n; i++)
            {
                var row = rows[_at++];
                for (int c = 0; c < context.Projection.Length; c++) JsonCell.Append(to.Columns[c], row[1 + context.Projection[c]]);
                if (to.HasKinds) to.AppendKinds(1)[0] = (byte)Kind(row[0].GetString()!);
                to.Advance(1);
            }

            return n;
        }

        private static RowKind Kind(string code) => code switch
        {
            "+I" => RowKind.Insert,
            "-U" => RowKind.UpdateBefore,
            "+U" => RowKind.UpdateAfter,
            "-D" => RowKind.Delete,
            _ => throw new FormatException($"row kind '{code}'"),
        };

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Writer(ConcurrentQueue<OutputRow> rows, ImmutableArray<int> key) : ISinkWriter
    {
        public void Encode(Batch batch, System.Buffers.IBufferWriter<byte> buffer)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                int row = batch.Selection is { } s ? s.Rows[i] : i;
                string[] cells = [.. batch.Columns.Select(c => JavaText.Cell(c, row))];
                rows.Enqueue(new OutputRow(batch.KindAt(row), string.Join(",", key.Select(k => cells[k])), cells));
            }
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel) => default;

        public ValueTask<ImmutableArray<byte[]>> PrepareAsync(long epoch, CancellationToken cancel) => ValueTask.FromResult<ImmutableArray<byte[]>>([]);

        public ValueTask DisposeAsync() => default;
    }
}

/// <summary>Where a SELECT's rows go: kept like those of a sink called <c>*</c>.</summary>
[Connector("collect")]
public sealed class CollectConnector : Connector
{
    public override OptionSchema Schema { get; } = new("collect", "Rows of a SELECT.", false, true, [], []) { TakesUpdates = true };

    public override ISinkWriter CreateWriter(SinkContext context) =>
        new ValuesConnector().CreateWriter(context with { Table = context.Table with { Name = CaseRun.SelectResult } });
}
