using System.Runtime.InteropServices;

namespace OrleansStream.Engine.State;

/// <summary>The first bytes of a page; slots of one record size follow.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct PageHeader
{
    public const int Bytes = 64;

    /// <summary>Which cut the last write comes before: pages of the current number are dirty.</summary>
    public long Epoch;

    /// <summary>Number of the page within its table; never reused, so a newer part replaces the page of the same number.</summary>
    public long Id;

    /// <summary>Bytes of long texts; offsets in views are relative to it.</summary>
    public byte* Heap;
    public int HeapUsed;
    public int HeapBytes;

    /// <summary>Heap bytes that no view names any more.</summary>
    public int HeapGarbage;

    /// <summary>Records.</summary>
    public int Count;

    /// <summary>Slots that are not empty: records and removed ones.</summary>
    public int Used;

    /// <summary>How many low bits of the hash all its records share.</summary>
    public int Depth;

    /// <summary>1 + position in the list of the last cut while the page awaits storing; 0 otherwise.</summary>
    public int Pending;
}

/// <summary>What the fields of a table's records need to reach a page's heap: how to find the page of a record, and where memory comes from.</summary>
internal sealed unsafe class PageSpace(PagePool pool, int pageBytes)
{
    public PagePool Pool { get; } = pool;

    /// <summary>Size and alignment of every page of the table.</summary>
    public int PageBytes { get; set; } = pageBytes;

    public PageHeader* PageOf(nint record) => (PageHeader*)(record & -(nint)PageBytes);

    /// <summary>Bytes of a text that lies at an offset of the heap of the record's page.</summary>
    public ReadOnlySpan<byte> HeapText(nint record, int offset, int length) => new(PageOf(record)->Heap + offset, length);

    /// <summary>Words of records whose pages ought to be rebuilt, since texts that no view names take half of their heap; null = the owner looks after that itself.</summary>
    public List<ulong>? Wasteful { get; set; }

    /// <summary>Copies a text into the heap of the record's page; gives its offset.</summary>
    public int AppendText(nint record, ReadOnlySpan<byte> text)
    {
        int at = Reserve(record, text.Length);
        text.CopyTo(new Span<byte>(PageOf(record)->Heap + at, text.Length));
        return at;
    }

    /// <summary>Zeroed bytes in the heap of the record's page; gives their offset.</summary>
    public int Reserve(nint record, int length)
    {
        var page = PageOf(record);
        int need = page->HeapUsed + length;
        if (need < 0) throw new InvalidOperationException("texts of one page exceed 2 GiB");
        if (need > page->HeapBytes)
        {
            int bytes = (int)Math.Min(int.MaxValue, Math.Max(256L, Math.Max(need, page->HeapBytes * 2L)));
            page->Heap = (byte*)Pool.Reallocate((nint)page->Heap, page->HeapBytes, bytes);
            page->HeapBytes = bytes;
        }

        int at = page->HeapUsed;
        new Span<byte>(page->Heap + at, length).Clear();
        page->HeapUsed = need;
        if (page->HeapGarbage > PagePool.MinPageBytes && page->HeapGarbage > need / 2) Wasteful?.Add(*(ulong*)record);
        return at;
    }

    /// <summary>Gives the page and its heap back.</summary>
    public static void Release(PagePool pool, PageHeader* page, int pageBytes)
    {
        pool.Free((nint)page->Heap, page->HeapBytes);
        pool.Return((nint)page, pageBytes);
    }

    /// <summary>A copy of a page and its heap, in memory of its own.</summary>
    public static PageHeader* Copy(PagePool pool, PageHeader* page, int pageBytes)
    {
        var copy = (PageHeader*)pool.Take(pageBytes);
        Buffer.MemoryCopy(page, copy, pageBytes, pageBytes);
        copy->HeapBytes = page->HeapUsed;
        copy->Heap = null;
        if (page->HeapUsed > 0)
        {
            copy->Heap = (byte*)pool.Allocate(page->HeapUsed);
            Buffer.MemoryCopy(page->Heap, copy->Heap, page->HeapUsed, page->HeapUsed);
        }

        return copy;
    }
}
