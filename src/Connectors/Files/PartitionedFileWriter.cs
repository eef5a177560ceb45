using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Connectors.Files;

/// <summary>
/// As <see cref="FileWriter"/>, for a table that is PARTITIONED BY columns: one file a shard and partition, in the partition's folder within the epoch's. The partition
/// columns are not in the records. A buffer holds, for each partition of a batch, its folder and its bytes, both preceded by their lengths.
/// </summary>
public sealed class PartitionedFileWriter(string path, SinkContext context, Func<Schema, IFormatEncoder> encoder, string extension, string ifNull) : ISinkWriter
{
    private readonly string _staging = FileStaging.Folder(path, context.Job, context.Sink);
    private readonly int[] _keys = [.. context.Table.PartitionKeys];
    private readonly int[] _others = [.. Enumerable.Range(0, context.Table.Schema.Count).Except(context.Table.PartitionKeys)];
    private readonly IFormatEncoder _encoder = encoder(context.Table.Schema.Select([.. Enumerable.Range(0, context.Table.Schema.Count).Except(context.Table.PartitionKeys)]));
    private readonly Evaluator[] _texts =
    [
        .. context.Table.PartitionKeys.Select(k => Evaluator.Bind(new CastExpr(new ColumnExpr(k, context.Table.Schema[k].Type), SqlType.String), context.Table.Schema, EvaluationContext.At(0))),
    ];

    private readonly Dictionary<string, Selection> _selections = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Dictionary<string, Open> _open = new(StringComparer.Ordinal);
    private long _opened;

    private sealed class Open(SafeFileHandle file, string name)
    {
        public SafeFileHandle File { get; } = file;

        public string Name { get; } = name;

        public long Length { get; set; }
    }

    public void Encode(Batch batch, IBufferWriter<byte> buffer)
    {
        Group(batch);
        var view = new Batch(context.Table.Schema.Select(_others), [.. _others.Select(c => batch.Columns[c])])
        {
            Length = batch.Length,
            KindArray = batch.KindArray,
            KindsStart = batch.KindsStart,
        };
        foreach (var (folder, rows) in _selections)
        {
            if (rows.Count == 0) continue;
            _bytes.ResetWrittenCount();
            view.Selection = rows;
            _encoder.Encode(view, _bytes);
            Put(buffer, Encoding.UTF8.GetBytes(folder));
            Put(buffer, _bytes.WrittenSpan);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel)
    {
        // Lengths grow when all is written: a call that is made again writes the same bytes at the same places.
        var lengths = new Dictionary<Open, long>();
        while (!buffer.IsEmpty)
        {
            string folder = Encoding.UTF8.GetString(Take(ref buffer).Span);
            var bytes = Take(ref buffer);
            if (!_open.TryGetValue(folder, out var open)) _open.Add(folder, open = NewFile());
            long at = lengths.GetValueOrDefault(open, open.Length);
            await RandomAccess.WriteAsync(open.File, bytes, at, cancel);
            lengths[open] = at + bytes.Length;
        }

        foreach (var (open, length) in lengths) open.Length = length;
    }

    public ValueTask<ImmutableArray<byte[]>> PrepareAsync(long epoch, CancellationToken cancel)
    {
        if (_open.Count == 0) return new(ImmutableArray<byte[]>.Empty);
        string root = FileStaging.EpochFolder(_staging, context.Generation, epoch);
        string name = string.Create(CultureInfo.InvariantCulture, $"part-{context.Shard:D4}.{extension}");
        foreach (var (folder, open) in _open)
        {
            // Called again after an IOException: what has moved is not there any more.
            if (!open.File.IsClosed) RandomAccess.FlushToDisk(open.File);
            open.File.Dispose();
            string target = Path.Combine(root, folder);
            FileStaging.Create(target);
            if (File.Exists(open.Name)) File.Move(open.Name, Path.Combine(target, name), overwrite: true);
            Disk.Sync(target);
        }

        _open.Clear();
        return new([Encoding.UTF8.GetBytes(Path.GetFileName(root))]);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var open in _open.Values)
        {
            open.File.Dispose();
            File.Delete(open.Name);
        }

        _open.Clear();
        return default;
    }

    // The rows of each partition, in order.
    private void Group(Batch batch)
    {
        foreach (var s in _selections.Values) s.SetCount(0);
        TextColumn[] texts = [.. _texts.Select(t => (TextColumn)t.Evaluate(batch))];
        Selection? rows = null;
        for (int n = 0, last = -1; n < batch.Count; n++)
        {
            int row = batch.Selection is { } s ? s.Rows[n] : n;
            if (last < 0 || !_keys.All(k => CellEquality.Same(batch.Columns[k], row, batch.Columns[k], last)))
            {
                string folder = string.Join('/', _keys.Select((k, i) => PartitionPath.Folder(context.Table.Schema[k].Name, texts[i].IsNull(row) ? null : Encoding.UTF8.GetString(texts[i][row]), ifNull)));
                if (!_selections.TryGetValue(folder, out rows)) _selections.Add(folder, rows = new Selection());
            }

            int count = rows!.Count;
            rows.Writable(Batch.MaxRows)[count] = row;
            rows.SetCount(count + 1);
            last = row;
        }
    }

    private Open NewFile()
    {
        string folder = Path.Combine(_staging, "open");
        FileStaging.Create(folder);
        string name = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{context.Generation}-{context.Shard}-{_opened++}"));
        return new Open(File.OpenHandle(name, FileMode.Create, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous), name);
    }

    private static void Put(IBufferWriter<byte> to, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(4), bytes.Length);
        to.Advance(4);
        to.Write(bytes);
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> from)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(from.Span);
        var bytes = from.Slice(4, length);
        from = from[(4 + length)..];
        return bytes;
    }
}
