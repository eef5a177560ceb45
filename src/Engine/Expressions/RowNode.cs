using System.Runtime.CompilerServices;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions;

/// <summary>Drives the per-row form of a function over the wanted rows of a batch.</summary>
internal abstract class RowNode<TR> : Node where TR : struct
{
    private readonly Column? _fixed;
    private readonly TextArena? _texts;

    protected RowNode(SqlType type) : base(type)
    {
        if (typeof(TR) == typeof(TextSink)) _texts = new TextArena(type);
        else _fixed = Column.Create(type);
    }

    public override bool Guarded => true;

    protected Column Result => _texts?.Column ?? _fixed!;

    protected Sink Begin(int rows) => _texts is null
        ? new Sink(ref Values<TR>.Writable(_fixed!, rows), null, ref Unsafe.NullRef<TextView>())
        : new Sink(ref Unsafe.NullRef<TR>(), _texts, ref System.Runtime.InteropServices.MemoryMarshal.GetReference(_texts.Begin(rows)));

    /// <summary>Takes the results: fixed values into an array, texts through the arena.</summary>
    protected readonly ref struct Sink(ref TR values, TextArena? texts, ref TextView views)
    {
        private readonly ref TR _values = ref values;
        private readonly ref TextView _views = ref views;
        private readonly TextArena? _texts = texts;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TR Open()
        {
            if (typeof(TR) != typeof(TextSink)) return default;
            _texts!.Open();
            var writer = new TextSink(_texts);
            return Unsafe.As<TextSink, TR>(ref writer);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Close(int row, in TR result)
        {
            if (typeof(TR) != typeof(TextSink)) Unsafe.Add(ref _values, row) = result;
            else Unsafe.Add(ref _views, row) = _texts!.Close();
        }
    }
}

internal sealed class UnaryNode<TKernel, TA, TR>(SqlType type, TKernel kernel, Node a) : RowNode<TR>(type)
    where TKernel : struct, IUnary<TA, TR> where TA : struct where TR : struct
{
    public override Column Evaluate(in Rows rows)
    {
        var ca = a.Evaluate(rows);
        var values = new Values<TA>(ca);
        var sink = Begin(rows.Length);
        var nulls = NullBits.Union(Result, rows.Length, ca);
        int count = rows.Count;
        for (int i = 0; i < count; i++)
        {
            int row = rows.All ? i : rows.Selected[i];
            if (!nulls.IsEmpty && Bitmap.Get(nulls, row)) continue;
            var r = sink.Open();
            if (kernel.Invoke(values[row], ref r)) sink.Close(row, r);
            else NullBits.Set(ref nulls, Result, rows.Length, row);
        }

        return Result;
    }
}

internal sealed class BinaryNode<TKernel, TA, TB, TR>(SqlType type, TKernel kernel, Node a, Node b) : RowNode<TR>(type)
    where TKernel : struct, IBinary<TA, TB, TR> where TA : struct where TB : struct where TR : struct
{
    public override Column Evaluate(in Rows rows)
    {
        Column ca = a.Evaluate(rows), cb = b.Evaluate(rows);
        var va = new Values<TA>(ca);
        var vb = new Values<TB>(cb);
        var sink = Begin(rows.Length);
        var nulls = NullBits.Union(Result, rows.Length, ca, cb);
        int count = rows.Count;
        for (int i = 0; i < count; i++)
        {
            int row = rows.All ? i : rows.Selected[i];
            if (!nulls.IsEmpty && Bitmap.Get(nulls, row)) continue;
            var r = sink.Open();
            if (kernel.Invoke(va[row], vb[row], ref r)) sink.Close(row, r);
            else NullBits.Set(ref nulls, Result, rows.Length, row);
        }

        return Result;
    }
}

internal sealed class TernaryNode<TKernel, TA, TB, TC, TR>(SqlType type, TKernel kernel, Node a, Node b, Node c) : RowNode<TR>(type)
    where TKernel : struct, ITernary<TA, TB, TC, TR> where TA : struct where TB : struct where TC : struct where TR : struct
{
    public override Column Evaluate(in Rows rows)
    {
        Column ca = a.Evaluate(rows), cb = b.Evaluate(rows), cc = c.Evaluate(rows);
        var va = new Values<TA>(ca);
        var vb = new Values<TB>(cb);
        var vc = new Values<TC>(cc);
        var sink = Begin(rows.Length);
        var nulls = NullBits.Union(Result, rows.Length, ca, cb, cc);
        int count = rows.Count;
        for (int i = 0; i < count; i++)
        {
            int row = rows.All ? i : rows.Selected[i];
            if (!nulls.IsEmpty && Bitmap.Get(nulls, row)) continue;
            var r = sink.Open();
            if (kernel.Invoke(va[row], vb[row], vc[row], ref r)) sink.Close(row, r);
            else NullBits.Set(ref nulls, Result, rows.Length, row);
        }

        return Result;
    }
}

internal sealed class QuaternaryNode<TKernel, TA, TB, TC, TD, TR>(SqlType type, TKernel kernel, Node a, Node b, Node c, Node d) : RowNode<TR>(type)
    where TKernel : struct, IQuaternary<TA, TB, TC, TD, TR> where TA : struct where TB : struct where TC : struct where TD : struct where TR : struct
{
    public override Column Evaluate(in Rows rows)
    {
        Column ca = a.Evaluate(rows), cb = b.Evaluate(rows), cc = c.Evaluate(rows), cd = d.Evaluate(rows);
        var va = new Values<TA>(ca);
        var vb = new Values<TB>(cb);
        var vc = new Values<TC>(cc);
        var vd = new Values<TD>(cd);
        var sink = Begin(rows.Length);
        var nulls = NullBits.Union(Result, rows.Length, ca, cb, cc, cd);
        int count = rows.Count;
        for (int i = 0; i < count; i++)
        {
            int row = rows.All ? i : rows.Selected[i];
            if (!nulls.IsEmpty && Bitmap.Get(nulls, row)) continue;
            var r = sink.Open();
            if (kernel.Invoke(va[row], vb[row], vc[row], vd[row], ref r)) sink.Close(row, r);
            else NullBits.Set(ref nulls, Result, rows.Length, row);
        }

        return Result;
    }
}

/// <summary>One value a batch, in every row.</summary>
internal sealed class NullaryNode<TKernel, TR>(SqlType type, TKernel kernel, Evaluation evaluation) : RowNode<TR>(type)
    where TKernel : struct, INullary<TR> where TR : struct
{
    public override Column Evaluate(in Rows rows)
    {
        var sink = Begin(rows.Length);
        Span<ulong> nulls = default;
        for (int i = 0; i < rows.Length; i++)
        {
            var r = sink.Open();
            if (kernel.Invoke(evaluation, ref r)) sink.Close(i, r);
            else NullBits.Set(ref nulls, Result, rows.Length, i);
        }

        return Result;
    }
}
