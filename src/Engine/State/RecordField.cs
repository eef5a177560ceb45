using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansStream.Columns;

namespace OrleansStream.Engine.State;

/// <summary>One field of a table's records: moves values between a column and records, many at once.</summary>
internal abstract unsafe class RecordField(SqlType type, int offset, NullBit bit, PageSpace space)
{
    public SqlType Type { get; } = type;

    public int Offset { get; } = offset;

    public NullBit Null { get; } = bit;

    protected PageSpace Space { get; } = space;

    public static RecordField Create(SqlType type, int offset, NullBit bit, PageSpace space) => type.Physical switch
    {
        Physical.Int8 => new FixedField<byte>(type, offset, bit, space),
        Physical.Int16 => new FixedField<short>(type, offset, bit, space),
        Physical.Int32 => new FixedField<int>(type, offset, bit, space),
        Physical.Int64 => new FixedField<long>(type, offset, bit, space),
        Physical.Int128 => new FixedField<Int128>(type, offset, bit, space),
        Physical.Float32 => new FloatField<float, int>(type, offset, bit, space),
        Physical.Float64 => new FloatField<double, long>(type, offset, bit, space),
        Physical.Text => new TextField(type, offset, bit, space),
        Physical.List or Physical.Map or Physical.Row => new NestedField(type, offset, bit, space),
        _ => throw new NotSupportedException($"no state field of type {type}"),
    };

    /// <summary>Writes the value of <c>rows[i]</c> into <c>records[i]</c>; NULL writes zeros and the null bit.</summary>
    public abstract void Write(Column column, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records);

    /// <summary>Sets bit i of <paramref name="differ"/> where the value of <c>rows[i]</c> is not that of <c>records[i]</c> (NULL equals NULL); entries of record 0 are skipped.</summary>
    public abstract void Compare(Column column, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records, Span<ulong> differ);

    /// <summary>Appends the field of each record to a builder.</summary>
    public abstract void Read(ReadOnlySpan<nint> records, ColumnBuilder to);

    /// <summary>After a record's bytes were copied to another page: brings its long text along from the old page's heap.</summary>
    public virtual void Moved(nint record, byte* oldHeap)
    {
    }

    /// <summary>Whether two records of this table hold the same value (NULL equals NULL).</summary>
    public abstract bool Same(nint a, nint b);

    /// <summary>As <see cref="Same(nint, nint)"/>, for a record of another table, whose field is <paramref name="other"/>.</summary>
    public abstract bool Same(nint mine, RecordField other, nint theirs);

    /// <summary>
    /// Sets bit i of <paramref name="differ"/> where <c>mine[i]</c> and <c>theirs[i]</c>, a record of another table whose field is <paramref name="other"/>, are not equal
    /// (NULL equals NULL); entries where mine is 0 are skipped.
    /// </summary>
    public virtual void CompareRecords(ReadOnlySpan<nint> mine, RecordField other, ReadOnlySpan<nint> theirs, Span<ulong> differ)
    {
        for (int i = 0; i < mine.Length; i++) if (mine[i] != 0 && !Same(mine[i], other, theirs[i])) Bitmap.Set(differ, i);
    }

    /// <summary>Copies the value of a record of another table.</summary>
    public abstract void CopyFrom(nint mine, RecordField other, nint theirs);

    /// <summary>Sets the field to its zero, not NULL.</summary>
    public abstract void Zero(nint record);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsNull(nint record) => (*(byte*)(record + Null.Offset) & Null.Mask) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetNull(nint record, bool value)
    {
        byte* b = (byte*)(record + Null.Offset);
        *b = value ? (byte)(*b | Null.Mask) : (byte)(*b & ~Null.Mask);
    }

    /// <summary>Adds this field's null bits to the words of rows, when the word holds them.</summary>
    public void MarkNulls(Column column, ReadOnlySpan<int> rows, ulong* words)
    {
        if (!column.Nulls.Any || !Null.Nullable || Null.Offset != RecordWord.NullByte) return;
        var nulls = column.Nulls;
        for (int i = 0; i < rows.Length; i++) if (nulls[rows[i]]) words[i] = RecordWord.WithNull(words[i], Null.Mask);
    }

    protected void ReadNulls(ReadOnlySpan<nint> records, ColumnBuilder to, int at)
    {
        if (!Null.Nullable) return;
        for (int i = 0; i < records.Length; i++) if (IsNull(records[i])) to.SetNull(at + i);
    }
}

/// <summary>A field of a fixed width whose values are equal when their bits are.</summary>
internal unsafe class FixedField<T>(SqlType type, int offset, NullBit bit, PageSpace space) : RecordField(type, offset, bit, space) where T : unmanaged
{
    public override void Write(Column column, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        ref T v = ref MemoryMarshal.GetReference(((FixedColumn<T>)column).Values);
        var nulls = column.Nulls;
        if (!Null.Nullable)
        {
            for (int i = 0; i < rows.Length; i++) *(T*)(records[i] + Offset) = Unsafe.Add(ref v, rows[i]);
            return;
        }

        for (int i = 0; i < rows.Length; i++)
        {
            bool isNull = nulls[rows[i]];
            *(T*)(records[i] + Offset) = isNull ? default : Unsafe.Add(ref v, rows[i]);
            SetNull(records[i], isNull);
        }
    }

    public override void Compare(Column column, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records, Span<ulong> differ)
    {
        ref T v = ref MemoryMarshal.GetReference(((FixedColumn<T>)column).Values);
        var nulls = column.Nulls;
        for (int i = 0; i < rows.Length; i++)
        {
            nint r = records[i];
            if (r == 0) continue;
            bool isNull = Null.Nullable && nulls[rows[i]];
            bool same = Null.Nullable && isNull != IsNull(r) ? false : isNull || Same(*(T*)(r + Offset), Unsafe.Add(ref v, rows[i]));
            if (!same) Bitmap.Set(differ, i);
        }
    }

    public override void Read(ReadOnlySpan<nint> records, ColumnBuilder to)
    {
        int at = to.Count;
        var values = ((FixedBuilder<T>)to).Append(records.Length);
        for (int i = 0; i < values.Length; i++) values[i] = *(T*)(records[i] + Offset);
        ReadNulls(records, to, at);
    }

    public override bool Same(nint a, nint b)
    {
        if (Null.Nullable && IsNull(a) != IsNull(b)) return false;
        return Same(*(T*)(a + Offset), *(T*)(b + Offset));
    }

    public override bool Same(nint mine, RecordField other, nint theirs) =>
        IsNull(mine) == other.IsNull(theirs) && Same(*(T*)(mine + Offset), *(T*)(theirs + other.Offset));

    public override void CompareRecords(ReadOnlySpan<nint> mine, RecordField other, ReadOnlySpan<nint> theirs, Span<ulong> differ)
    {
        int to = Offset, from = other.Offset;
        if (Null.Nullable || other.Null.Nullable || GetType() != typeof(FixedField<T>))
        {
            base.CompareRecords(mine, other, theirs, differ);
            return;
        }

        for (int i = 0; i < mine.Length; i++)
            if (mine[i] != 0 && !EqualityComparer<T>.Default.Equals(*(T*)(mine[i] + to), *(T*)(theirs[i] + from))) Bitmap.Set(differ, i);
    }

    public override void CopyFrom(nint mine, RecordField other, nint theirs)
    {
        *(T*)(mine + Offset) = *(T*)(theirs + other.Offset);
        if (Null.Nullable) SetNull(mine, other.IsNull(theirs));
    }

    public override void Zero(nint record)
    {
        *(T*)(record + Offset) = default;
        if (Null.Nullable) SetNull(record, false);
    }

    protected virtual bool Same(T a, T b) => EqualityComparer<T>.Default.Equals(a, b);
}

/// <summary>FLOAT and DOUBLE: −0.0 equals 0.0 and NaN equals NaN, as they hash.</summary>
internal sealed class FloatField<T, TBits>(SqlType type, int offset, NullBit bit, PageSpace space) : FixedField<T>(type, offset, bit, space)
    where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> where TBits : unmanaged
{
    protected override bool Same(T a, T b) => a == b || (T.IsNaN(a) && T.IsNaN(b));
}

/// <summary>Text and binary: a <see cref="TextView"/> whose long bytes lie in the heap of the record's page. CHAR compares without its trailing spaces, as it hashes.</summary>
internal unsafe class TextField(SqlType type, int offset, NullBit bit, PageSpace space) : RecordField(type, offset, bit, space)
{
    private readonly bool _padded = type.Kind == TypeKind.Char;

    public override void Write(Column column, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        var text = (TextColumn)column;
        var nulls = column.Nulls;
        for (int i = 0; i < rows.Length; i++)
        {
            bool isNull = Null.Nullable && nulls[rows[i]];
            if (Null.Nullable) SetNull(records[i], isNull);
            Set(records[i], isNull ? default : text[rows[i]]);
        }
    }

    /// <summary>Writes one text (which may not lie in this page's heap): over the old one, when there is room.</summary>
    public void Set(nint record, ReadOnlySpan<byte> value)
    {
        ref var view = ref *(TextView*)(record + Offset);
        if (value.Length > TextView.MaxInline && Room(in view) >= value.Length)
        {
            var to = new Span<byte>(Space.PageOf(record)->Heap + view.Offset, value.Length);
            value.CopyTo(to);
            view = TextView.Of(to, Room(in view), view.Offset);
            return;
        }

        Space.PageOf(record)->HeapGarbage += Room(in view);
        view = value.Length <= TextView.MaxInline ? TextView.Inline(value) : TextView.Of(value, 0, Space.AppendText(record, value));
    }

    /// <summary>Adds bytes (that do not lie in this page's heap) behind the text. Room for as many again is kept, so that a text that grows is seldom copied.</summary>
    public void Append(nint record, ReadOnlySpan<byte> more)
    {
        ref var view = ref *(TextView*)(record + Offset);
        var old = Get(record);
        int length = checked(old.Length + more.Length);
        if (length <= TextView.MaxInline)
        {
            Span<byte> joined = stackalloc byte[TextView.MaxInline];
            old.CopyTo(joined);
            more.CopyTo(joined[old.Length..]);
            view = TextView.Inline(joined[..length]);
            return;
        }

        int room = Room(in view), offset = view.Offset;
        if (room < length)
        {
            // A copy on the stack: an inline text lies in the view, which is about to be written.
            var before = view;
            Space.PageOf(record)->HeapGarbage += room;
            room = (int)Math.Min(2L * length, Array.MaxLength);
            offset = Space.Reserve(record, room);
            var source = before.IsInline ? TextView.InlineBytes(in before) : Space.HeapText(record, before.Offset, before.Length);
            source.CopyTo(new Span<byte>(Space.PageOf(record)->Heap + offset, source.Length));
        }

        var whole = new Span<byte>(Space.PageOf(record)->Heap + offset, length);
        more.CopyTo(whole[(length - more.Length)..]);
        view = TextView.Of(whole, room, offset);
    }

    // In the heap a view's buffer number says how many bytes are its own; 0 = as many as it is long.
    private static int Room(ref readonly TextView view) => view.IsInline ? 0 : Math.Max(view.Buffer, view.Length);

    public ReadOnlySpan<byte> Get(nint record)
    {
        ref var view = ref *(TextView*)(record + Offset);
        return view.IsInline ? TextView.InlineBytes(in view) : Space.HeapText(record, view.Offset, view.Length);
    }

    public override void Compare(Column column, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records, Span<ulong> differ)
    {
        var text = (TextColumn)column;
        var views = text.Views;
        var nulls = column.Nulls;
        for (int i = 0; i < rows.Length; i++)
        {
            nint r = records[i];
            if (r == 0) continue;
            int row = rows[i];
            if (Null.Nullable)
            {
                bool isNull = nulls[row];
                if (isNull != IsNull(r))
                {
                    Bitmap.Set(differ, i);
                    continue;
                }

                if (isNull) continue;
            }

            if (!(_padded ? SamePadded(text[row], r) : Same(in views[row], text, row, r))) Bitmap.Set(differ, i);
        }
    }

    public override void Read(ReadOnlySpan<nint> records, ColumnBuilder to)
    {
        int at = to.Count;
        var builder = (TextBuilder)to;
        for (int i = 0; i < records.Length; i++) builder.Append(Get(records[i]));
        ReadNulls(records, to, at);
    }

    public override bool Same(nint a, nint b)
    {
        if (Null.Nullable && IsNull(a) != IsNull(b)) return false;
        return _padded ? SamePadded(Get(a), b) : Get(a).SequenceEqual(Get(b));
    }

    public override bool Same(nint mine, RecordField other, nint theirs)
    {
        if (IsNull(mine) != other.IsNull(theirs)) return false;
        var value = ((TextField)other).Get(theirs);
        return _padded ? SamePadded(value, mine) : Get(mine).SequenceEqual(value);
    }

    public override void CopyFrom(nint mine, RecordField other, nint theirs)
    {
        Set(mine, ((TextField)other).Get(theirs));
        if (Null.Nullable) SetNull(mine, other.IsNull(theirs));
    }

    public override void Zero(nint record)
    {
        Set(record, default);
        if (Null.Nullable) SetNull(record, false);
    }

    /// <summary>Asks for the cache line where a long text begins.</summary>
    public void Prefetch(nint record)
    {
        ref var view = ref *(TextView*)(record + Offset);
        if (!view.IsInline) System.Runtime.Intrinsics.X86.Sse.Prefetch0(Space.PageOf(record)->Heap + view.Offset);
    }

    public override void Moved(nint record, byte* oldHeap)
    {
        ref var view = ref *(TextView*)(record + Offset);
        if (!view.IsInline) view = view.Rebased(0, Space.AppendText(record, new ReadOnlySpan<byte>(oldHeap + view.Offset, view.Length)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Same(ref readonly TextView view, TextColumn column, int row, nint record)
    {
        ref var mine = ref *(TextView*)(record + Offset);
        ref ulong a = ref Unsafe.As<TextView, ulong>(ref Unsafe.AsRef(in view));
        ref ulong b = ref Unsafe.As<TextView, ulong>(ref mine);
        if (a != b) return false;
        if (view.IsInline) return Unsafe.Add(ref a, 1) == Unsafe.Add(ref b, 1);
        return column[row].SequenceEqual(Space.HeapText(record, mine.Offset, mine.Length));
    }

    private bool SamePadded(ReadOnlySpan<byte> value, nint record) => value.TrimEnd((byte)' ').SequenceEqual(Get(record).TrimEnd((byte)' '));
}
