using OrleansStream.Columns;

namespace OrleansStream.Cli.Output;

/// <summary>
/// The result as it is now: changes applied in order. A row that an update takes away and gives back keeps its place. Rows are texts, one a column.
/// </summary>
/// <param name="limit">rows kept; beyond it the oldest go.</param>
internal sealed class ResultTable(int limit)
{
    private readonly SortedDictionary<long, string[]> _rows = [];
    private readonly Dictionary<string, Stack<long>> _places = [];
    private long _next;
    private long? _vacated;

    /// <summary>Rows that had to go because there were more than the limit.</summary>
    public long Dropped { get; private set; }

    public int Count => _rows.Count;

    public IEnumerable<string[]> Rows => _rows.Values;

    /// <summary>The last rows, oldest first.</summary>
    public IEnumerable<string[]> Last(int rows) => _rows.Skip(Math.Max(0, _rows.Count - rows)).Select(r => r.Value);

    public void Apply(RowKind kind, string[] row)
    {
        string key = string.Join('\u001f', row);
        if (kind.IsAdd()) Add(key, row, kind == RowKind.UpdateAfter ? _vacated : null);
        _vacated = kind.IsAdd() ? null : Remove(key);
    }

    private void Add(string key, string[] row, long? place)
    {
        long at = place ?? _next++;
        _rows[at] = row;
        if (!_places.TryGetValue(key, out var places)) _places[key] = places = new Stack<long>(1);
        places.Push(at);
        if (_rows.Count <= limit) return;
        var oldest = _rows.First();
        Remove(string.Join('\u001f', oldest.Value), oldest.Key);
        Dropped++;
    }

    private long? Remove(string key)
    {
        if (!_places.TryGetValue(key, out var places)) return null;
        long at = places.Pop();
        if (places.Count == 0) _places.Remove(key);
        _rows.Remove(at);
        return at;
    }

    private void Remove(string key, long at)
    {
        _rows.Remove(at);
        var left = new Stack<long>(_places[key].Where(p => p != at).Reverse());
        if (left.Count == 0) _places.Remove(key);
        else _places[key] = left;
    }
}
