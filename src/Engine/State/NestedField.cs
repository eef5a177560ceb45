using System.Buffers;
using OrleansStream.Columns;

namespace OrleansStream.Engine.State;

/// <summary>ARRAY, MAP, MULTISET and ROW: the bytes of <see cref="CellBytes"/>, kept as a text. Values are equal when these are.</summary>
internal sealed class NestedField(SqlType type, int offset, NullBit bit, PageSpace space) : TextField(type, offset, bit, space)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public override void Write(Column column, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            bool isNull = Null.Nullable && column.IsNull(rows[i]);
            if (Null.Nullable) SetNull(records[i], isNull);
            Set(records[i], isNull ? default : Bytes(column, rows[i]));
        }
    }

    public override void Compare(Column column, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records, Span<ulong> differ)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            if (records[i] == 0) continue;
            bool isNull = Null.Nullable && column.IsNull(rows[i]);
            bool same = (!Null.Nullable || isNull == IsNull(records[i])) && (isNull || Get(records[i]).SequenceEqual(Bytes(column, rows[i])));
            if (!same) Bitmap.Set(differ, i);
        }
    }

    public override void Read(ReadOnlySpan<nint> records, ColumnBuilder to)
    {
        foreach (nint r in records)
        {
            if (Null.Nullable && IsNull(r)) to.AppendNulls(1);
            else CellBytes.ReadPresent(Get(r), to);
        }
    }

    private ReadOnlySpan<byte> Bytes(Column column, int row)
    {
        _bytes.ResetWrittenCount();
        CellBytes.Write(column, Type.NotNull, row, _bytes);
        return _bytes.WrittenSpan;
    }
}
