namespace OrleansStream.Engine.State;

/// <summary>
/// Which pages the last cut must still store. The cut copies nothing; a page that is written again before it is stored is copied first, and a page that leaves its
/// table before that is handed over.
/// </summary>
internal sealed unsafe class Epochs(PagePool pool)
{
    private readonly List<CutPage> _cut = [];

    /// <summary>Number of cuts so far, from 1 on: what a page written now is marked with.</summary>
    public long Current { get; private set; } = 1;

    public PagePool Pool { get; } = pool;

    /// <summary>The pages of the last cut, in the order in which tables added them.</summary>
    public IReadOnlyList<CutPage> Cut => _cut;

    /// <summary>Begins a cut: pages are added, then <see cref="Advance"/> ends it. What the cut before still held is given up.</summary>
    public void Begin()
    {
        for (int i = 0; i < _cut.Count; i++) Stored(i);
        _cut.Clear();
    }

    /// <summary>Adds a live page of <paramref name="table"/> to the cut in progress.</summary>
    public void Add(StoredTable table, PageHeader* page, int pageBytes)
    {
        _cut.Add(new CutPage { Table = table, Page = (nint)page, PageBytes = pageBytes, Epoch = page->Epoch, Id = page->Id });
        page->Pending = _cut.Count;
    }

    public void Advance() => Current++;

    /// <summary>Called before the first write to a page after a cut.</summary>
    public void BeforeWrite(PageHeader* page, int pageBytes)
    {
        if (page->Pending != 0)
        {
            int at = page->Pending - 1;
            page->Pending = 0;
            var entry = _cut[at];
            entry.Page = (nint)PageSpace.Copy(Pool, page, pageBytes);
            entry.Owned = true;
            _cut[at] = entry;
        }

        page->Epoch = Current;
    }

    /// <summary>A page leaves its table: it is released now, or when the cut has stored it.</summary>
    public void Retire(PageHeader* page, int pageBytes)
    {
        if (page->Pending == 0)
        {
            PageSpace.Release(Pool, page, pageBytes);
            return;
        }

        int at = page->Pending - 1;
        var entry = _cut[at];
        entry.Owned = true;
        _cut[at] = entry;
    }

    /// <summary>Page <paramref name="at"/> of the cut is stored, or need not be.</summary>
    public void Stored(int at)
    {
        var entry = _cut[at];
        if (entry.Page == 0) return;
        var page = (PageHeader*)entry.Page;
        if (entry.Owned) PageSpace.Release(Pool, page, entry.PageBytes);
        else page->Pending = 0;
        entry.Page = 0;
        _cut[at] = entry;
    }
}

/// <summary>A page as it was at a cut.</summary>
internal struct CutPage
{
    public StoredTable Table;

    /// <summary>Address; 0 once it is stored.</summary>
    public nint Page;
    public int PageBytes;

    /// <summary>The page's last write before the cut.</summary>
    public long Epoch;
    public long Id;

    /// <summary>Whether the page belongs to the cut alone: a copy, or dropped by its table.</summary>
    public bool Owned;
}
