using System.Runtime.InteropServices;

namespace OrleansStream.Columns;

/// <summary>
/// Writes batches of one schema: by spans per column, or by gathering rows of other batches. <see cref="Build"/> gives an immutable batch (for a frame);
/// <see cref="Borrow"/> shows what was written until <see cref="Reset"/> (inside a chain, nothing allocated).
/// </summary>
public sealed class BatchBuilder
{
    private readonly bool _withHashes;
    private readonly FixedBuilder<byte> _kinds = new(SqlType.TinyInt);
    private readonly FixedBuilder<long> _hashes = new(SqlType.BigInt);
    private readonly Batch _view;
    private RowKind[] _kindView = [];

    /// <param name="schema">columns to write.</param>
    /// <param name="withKinds">whether rows carry a <see cref="RowKind"/>.</param>
    /// <param name="withHashes">whether rows carry the hash of their key.</param>
    public BatchBuilder(Schema schema, bool withKinds = false, bool withHashes = false)
    {
        Schema = schema;
        HasKinds = withKinds;
        _withHashes = withHashes;
        Columns = [.. schema.Fields.Select(f => ColumnBuilder.Create(f.Type))];
        _view = Batch.CreateView(schema);
    }

    public Schema Schema { get; }

    public bool HasKinds { get; }

    public ColumnBuilder[] Columns { get; }

    /// <summary>Complete rows: those of every column (callers append to all columns, then call <see cref="Advance"/>).</summary>
    public int Count { get; private set; }

    public long Bytes => Columns.Sum(c => c.Bytes);

    public FixedBuilder<T> Fixed<T>(int column) where T : unmanaged => (FixedBuilder<T>)Columns[column];

    public TextBuilder Text(int column) => (TextBuilder)Columns[column];

    /// <summary>Kinds of the rows about to be advanced over, all <see cref="RowKind.Insert"/> (0) until written.</summary>
    public Span<byte> AppendKinds(int rows)
    {
        var span = _kinds.Append(rows);
        span.Clear();
        return span;
    }

    /// <summary>Says that every column has got <paramref name="rows"/> more rows; fills in kinds that nobody wrote.</summary>
    public void Advance(int rows)
    {
        Count += rows;
        if (HasKinds && _kinds.Count < Count) AppendKinds(Count - _kinds.Count);
    }

    /// <summary>Appends the rows of a batch that count, with kinds and hashes when this builder carries them.</summary>
    public void Append(Batch batch)
    {
        if (batch.Selection is { } s) Append(batch, s.Rows);
        else AppendRange(batch, 0, batch.Length);
    }

    /// <summary>Appends rows [start, start + length) of a batch, selected or not: whole spans are copied.</summary>
    public void AppendRange(Batch batch, int start, int length)
    {
        if (length == 0) return;
        for (int c = 0; c < Columns.Length; c++) Columns[c].AppendRange(batch.Columns[c], start, length);
        if (HasKinds)
        {
            var to = _kinds.Append(length);
            if (!batch.HasKinds) to.Clear();
            else MemoryMarshal.Cast<RowKind, byte>(batch.Kinds.Slice(start, length)).CopyTo(to);
        }

        if (_withHashes) MemoryMarshal.Cast<ulong, long>(batch.Hashes.Slice(start, length)).CopyTo(_hashes.Append(length));
        Count += length;
    }

    /// <summary>Appends the rows of <paramref name="batch"/> at the given positions.</summary>
    public void Append(Batch batch, ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty) return;
        for (int c = 0; c < Columns.Length; c++) Columns[c].Gather(batch.Columns[c], rows);
        if (HasKinds)
        {
            var to = _kinds.Append(rows.Length);
            if (!batch.HasKinds) to.Clear();
            else for (int i = 0; i < rows.Length; i++) to[i] = (byte)batch.KindAt(rows[i]);
        }

        if (_withHashes)
        {
            var to = _hashes.Append(rows.Length);
            var from = batch.Hashes;
            for (int i = 0; i < rows.Length; i++) to[i] = (long)from[rows[i]];
        }

        Count += rows.Length;
    }

    /// <summary>Appends hashes of rows whose columns were written by hand.</summary>
    public Span<long> AppendHashes(int rows) => _hashes.Append(rows);

    /// <summary>An immutable batch of all that was written; the builder starts anew.</summary>
    public Batch Build()
    {
        var columns = new Column[Columns.Length];
        for (int c = 0; c < columns.Length; c++) columns[c] = Columns[c].Build();
        var batch = new Batch(Schema, columns) { Length = Count };
        if (HasKinds) batch.KindArray = MemoryMarshal.Cast<byte, RowKind>(_kinds.Written).ToArray();
        if (_withHashes) batch.HashArray = MemoryMarshal.Cast<long, ulong>(_hashes.Written).ToArray();
        _kinds.Reset();
        _hashes.Reset();
        Count = 0;
        return batch;
    }

    /// <summary>A batch that shows what was written, valid until <see cref="Reset"/>; the same object each time.</summary>
    public Batch Borrow()
    {
        for (int c = 0; c < Columns.Length; c++) Columns[c].Show(_view.Columns[c]);
        _view.Length = Count;
        _view.Selection = null;
        _view.Marks = null;
        if (HasKinds)
        {
            if (_kindView.Length < Count) _kindView = new RowKind[Math.Max(Count, Batch.MaxRows)];
            MemoryMarshal.Cast<byte, RowKind>(_kinds.Written).CopyTo(_kindView);
            _view.KindArray = _kindView;
        }

        return _view;
    }

    public void Reset()
    {
        foreach (var c in Columns) c.Reset();
        _kinds.Reset();
        _hashes.Reset();
        Count = 0;
    }
}
