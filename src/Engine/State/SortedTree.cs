using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansStream.Columns;

namespace OrleansStream.Engine.State;

/// <summary>The entries of one key of a sorted map: in memory only, rebuilt at restore.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct Tree
{
    public const int Bytes = 64;

    public nint Root;
    public nint First;
    public nint Last;

    /// <summary>An entry with its key that is not in the tree yet; what says the key of a new tree.</summary>
    public nint Spare;

    /// <summary>Header word of the key's records.</summary>
    public ulong Word;
    public int Count;
    public int Note;

    /// <summary>Whether the step in progress must end with a look at this tree.</summary>
    public bool Touched;
}

/// <summary>
/// Binary search trees through links in the records themselves, balanced by random priorities (treaps): expected depth 1.4 log₂ n. Order: sub-key, then arrival.
/// </summary>
internal sealed unsafe class SortedTree
{
    /// <summary>Left, right, parent (a root has its tree's address plus one), priority, tag.</summary>
    public const int LinkBytes = 32;

    private readonly int _left;
    private readonly int _right;
    private readonly int _parent;
    private readonly int _priority;
    private readonly int _tag;
    private readonly int _arrival;
    private readonly int _words;
    private readonly int _word;
    private readonly TextField? _text;
    private uint _random = 0x9E3779B9;

    /// <param name="links">offset of the links in a record.</param>
    /// <param name="arrival">offset of the arrival number.</param>
    /// <param name="subKey">offsets of the sub-key's fields: none, or numbers one behind the other, or one text.</param>
    /// <param name="text">the sub-key's field when it is a text.</param>
    public SortedTree(int links, int arrival, int[] subKey, TextField? text)
    {
        (_left, _right, _parent, _priority, _tag) = (links, links + 8, links + 16, links + 24, links + 28);
        _arrival = arrival;
        _text = text;
        _words = text is null ? subKey.Length : 0;
        if (_words > 0) _word = subKey[0];
        for (int w = 0; w < _words; w++) if (subKey[w] != _word + (8 * w)) throw new NotSupportedException("the numbers of a sub-key do not lie together");
    }

    public ref int TagOf(nint r) => ref *(int*)(r + _tag);

    /// <summary>Writes the sub-key at a position of encoded columns.</summary>
    public void Write(nint r, Column[] subKeys, int at)
    {
        if (_text is not null) _text.Set(r, ((TextColumn)subKeys[0])[at]);
        for (int w = 0; w < _words; w++) ((long*)(r + _word))[w] = ((FixedColumn<long>)subKeys[w]).Values[at];
    }

    /// <summary>Compares an encoded sub-key with that of a record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Compare(Column[] subKeys, int at, nint r)
    {
        if (_text is not null) return ((TextColumn)subKeys[0])[at].SequenceCompareTo(_text.Get(r));
        for (int w = 0; w < _words; w++)
        {
            long mine = Unsafe.As<FixedColumn<long>>(subKeys[w]).Values[at], theirs = ((long*)(r + _word))[w];
            if (mine != theirs) return mine < theirs ? -1 : 1;
        }

        return 0;
    }

    public nint AtLeast(nint root, Column[] subKeys, int at)
    {
        nint found = 0;
        for (nint r = root; r != 0;)
        {
            if (Compare(subKeys, at, r) <= 0)
            {
                found = r;
                r = Left(r);
            }
            else r = Right(r);
        }

        return found;
    }

    public nint Next(nint r)
    {
        if (Right(r) != 0) return Leftmost(Right(r));
        nint parent = Parent(r);
        while (parent != 0 && Right(parent) == r) (r, parent) = (parent, Parent(parent));
        return parent;
    }

    public nint Previous(nint r)
    {
        if (Left(r) != 0)
        {
            for (r = Left(r); Right(r) != 0;) r = Right(r);
            return r;
        }

        nint parent = Parent(r);
        while (parent != 0 && Left(parent) == r) (r, parent) = (parent, Parent(parent));
        return parent;
    }

    /// <summary>The tree that a record is in.</summary>
    public Tree* TreeOf(nint r)
    {
        while ((*(nint*)(r + _parent) & 1) == 0) r = *(nint*)(r + _parent);
        return (Tree*)(*(nint*)(r + _parent) - 1);
    }

    /// <summary>Inserts a record, whose sub-key and arrival are written.</summary>
    public void Insert(Tree* t, nint r)
    {
        Left(r) = Right(r) = 0;
        _random = (_random * 1664525) + 1013904223;
        *(uint*)(r + _priority) = _random;
        t->Count++;
        if (t->Root == 0)
        {
            (t->Root, t->First, t->Last) = (r, r, r);
            *(nint*)(r + _parent) = (nint)t + 1;
            return;
        }

        // What comes in order goes to an end without a search.
        nint at = t->Last;
        bool right = Compare(r, at) > 0;
        if (!right && Compare(r, t->First) < 0) at = t->First;
        else if (!right)
        {
            for (nint next = t->Root; next != 0; next = right ? Right(at) : Left(at))
            {
                at = next;
                right = Compare(r, at) > 0;
            }
        }

        *(nint*)(r + _parent) = at;
        if (right) Right(at) = r;
        else Left(at) = r;
        if (right && at == t->Last) t->Last = r;
        if (!right && at == t->First) t->First = r;
        while (Parent(r) is var parent && parent != 0 && *(uint*)(parent + _priority) < *(uint*)(r + _priority)) RotateUp(t, r, parent);
    }

    /// <summary>Takes a record out of its tree.</summary>
    public void Remove(Tree* t, nint r)
    {
        t->Count--;
        if (t->First == r) t->First = Next(r);
        if (t->Last == r) t->Last = Previous(r);
        while (Left(r) != 0 && Right(r) != 0)
            RotateUp(t, *(uint*)(Left(r) + _priority) > *(uint*)(Right(r) + _priority) ? Left(r) : Right(r), r);
        nint child = Left(r) != 0 ? Left(r) : Right(r), parent = *(nint*)(r + _parent);
        if (child != 0) *(nint*)(child + _parent) = parent;
        Replace(t, parent, r, child);
    }

    private ref nint Left(nint r) => ref *(nint*)(r + _left);

    private ref nint Right(nint r) => ref *(nint*)(r + _right);

    // 0 for a root.
    private nint Parent(nint r)
    {
        nint parent = *(nint*)(r + _parent);
        return (parent & 1) == 0 ? parent : 0;
    }

    private nint Leftmost(nint r)
    {
        while (Left(r) != 0) r = Left(r);
        return r;
    }

    private void Replace(Tree* t, nint parent, nint old, nint with)
    {
        if ((parent & 1) != 0) t->Root = with;
        else if (Left(parent) == old) Left(parent) = with;
        else Right(parent) = with;
    }

    private void RotateUp(Tree* t, nint r, nint parent)
    {
        nint above = *(nint*)(parent + _parent), middle;
        if (Left(parent) == r)
        {
            middle = Right(r);
            Left(parent) = middle;
            Right(r) = parent;
        }
        else
        {
            middle = Left(r);
            Right(parent) = middle;
            Left(r) = parent;
        }

        if (middle != 0) *(nint*)(middle + _parent) = parent;
        *(nint*)(parent + _parent) = r;
        *(nint*)(r + _parent) = above;
        Replace(t, above, parent, r);
    }

    public bool SameSubKey(nint a, nint b)
    {
        if (_text is not null) return _text.Get(a).SequenceEqual(_text.Get(b));
        for (int w = 0; w < _words; w++) if (((long*)(a + _word))[w] != ((long*)(b + _word))[w]) return false;
        return true;
    }

    private int Compare(nint a, nint b)
    {
        if (_text is not null)
        {
            int c = _text.Get(a).SequenceCompareTo(_text.Get(b));
            if (c != 0) return c;
        }

        for (int w = 0; w < _words; w++)
        {
            long mine = ((long*)(a + _word))[w], theirs = ((long*)(b + _word))[w];
            if (mine != theirs) return mine < theirs ? -1 : 1;
        }

        return (*(long*)(a + _arrival)).CompareTo(*(long*)(b + _arrival));
    }
}
