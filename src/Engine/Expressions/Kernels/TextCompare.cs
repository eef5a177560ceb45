using System.Runtime.CompilerServices;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions.Kernels;

/// <summary>What a comparison of texts makes of "less, equal, greater".</summary>
internal interface IOrder
{
    static abstract bool Of(int order);
}

internal readonly struct LessOrder : IOrder
{
    public static bool Of(int order) => order < 0;
}

internal readonly struct LessOrEqualOrder : IOrder
{
    public static bool Of(int order) => order <= 0;
}

internal readonly struct GreaterOrder : IOrder
{
    public static bool Of(int order) => order > 0;
}

internal readonly struct GreaterOrEqualOrder : IOrder
{
    public static bool Of(int order) => order >= 0;
}

/// <summary>Texts by their bytes.</summary>
internal readonly struct OrderTexts<TOrder> : IBinary<Text, Text, bool> where TOrder : struct, IOrder
{
    public bool Invoke(Text a, Text b, ref bool result)
    {
        result = TOrder.Of(a.Bytes.SequenceCompareTo(b.Bytes));
        return true;
    }
}

/// <summary>a = b or a &lt;&gt; b on texts. Most pairs are decided by the first eight bytes of their views (length and prefix), inline ones by all sixteen.</summary>
internal sealed class EqualTextNode(SqlType type, Node a, Node b, bool negated) : Node(type)
{
    private readonly FixedColumn<byte> _result = new(type);

    public override bool Guarded => a.Guarded || b.Guarded;

    public override Column Evaluate(in Rows rows)
    {
        TextColumn ca = (TextColumn)a.Evaluate(rows), cb = (TextColumn)b.Evaluate(rows);
        var to = _result.Writable(rows.Length);
        var nulls = NullBits.Union(_result, rows.Length, ca, cb);
        int count = rows.Count;
        for (int i = 0; i < count; i++)
        {
            int row = rows.All ? i : rows.Selected[i];
            if (!nulls.IsEmpty && Bitmap.Get(nulls, row)) continue;
            to[row] = Equals(ca, cb, row) != negated ? (byte)1 : (byte)0;
        }

        return _result;
    }

    public override void Select(in Rows rows, Selection result)
    {
        TextColumn ca = (TextColumn)a.Evaluate(rows), cb = (TextColumn)b.Evaluate(rows);
        var to = result.Writable(rows.Length);
        int n = 0;
        int count = rows.Count;
        bool nulls = ca.Nulls.Any || cb.Nulls.Any;
        for (int i = 0; i < count; i++)
        {
            int row = rows.All ? i : rows.Selected[i];
            if (nulls && (ca.IsNull(row) || cb.IsNull(row))) continue;
            to[n] = row;
            n += Equals(ca, cb, row) != negated ? 1 : 0;
        }

        result.SetCount(n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Equals(TextColumn ca, TextColumn cb, int row)
    {
        ref ulong x = ref Unsafe.As<TextView, ulong>(ref Unsafe.AsRef(in ca.Views[row]));
        ref ulong y = ref Unsafe.As<TextView, ulong>(ref Unsafe.AsRef(in cb.Views[row]));
        if (x != y) return false;
        if (Unsafe.Add(ref x, 1) == Unsafe.Add(ref y, 1) && (int)x <= TextView.MaxInline) return true;
        return (int)x > TextView.MaxInline && ca[row].SequenceEqual(cb[row]);
    }
}
