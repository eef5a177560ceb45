using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Connectors.Formats;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Connectors.Print;

/// <summary>Writes each row as a line of text: <c>+I[1, abc, null]</c>.</summary>
[Connector("print")]
public sealed class PrintConnector : Connector
{
    private static readonly OptionSchema Declared = new(
        "print",
        "Writes each row as a line: its kind, then its values, as +I[1, abc, null].",
        Source: false,
        Sink: true,
        [
            new Option("print-identifier", OptionType.Text, "Stands before each line, with '> ' after it."),
            new Option("standard-error", OptionType.Boolean, "Accepted for scripts written for Flink; where lines go is the host's choice.", Default: "false"),
        ],
        [])
    {
        TakesUpdates = true,
        Partitions = true,
    };

    public override OptionSchema Schema => Declared;

    public override ISinkWriter CreateWriter(SinkContext context)
    {
        string? id = new OptionValues(Declared.Options, context.Table.Options).Find("print-identifier");
        return new Writer(context, id is null ? "" : $"{id}> ");
    }

    private sealed class Writer(SinkContext context, string prefix) : ISinkWriter
    {
        private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix);
        private readonly ValueNode[] _columns = ValueNode.Of(context.Table.Schema);

        public void Encode(Batch batch, IBufferWriter<byte> buffer)
        {
            for (int c = 0; c < _columns.Length; c++) _columns[c].Bind(batch.Columns[c]);
            var w = new ByteWriter(buffer);
            if (batch.Selection is { } s) foreach (int row in s.Rows) Line(batch, row, ref w);
            else for (int row = 0; row < batch.Length; row++) Line(batch, row, ref w);
            w.Flush();
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel)
        {
            string text = Encoding.UTF8.GetString(buffer.Span);
            foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries)) context.Services.Print(line);
            return default;
        }

        public ValueTask<ImmutableArray<byte[]>> PrepareAsync(long epoch, CancellationToken cancel) => new(ImmutableArray<byte[]>.Empty);

        public ValueTask DisposeAsync() => default;

        private void Line(Batch batch, int row, ref ByteWriter w)
        {
            w.Bytes(_prefix);
            w.Bytes(Kinds[(int)batch.KindAt(row)]);
            w.Byte((byte)'[');
            for (int c = 0; c < _columns.Length; c++)
            {
                if (c > 0) w.Bytes(", "u8);
                RowText.Write(ref w, _columns[c], row);
            }

            w.Bytes("]\n"u8);
        }
    }

    private static readonly byte[][] Kinds = [.. Enum.GetValues<RowKind>().Select(k => Encoding.UTF8.GetBytes(k.Code()))];
}
