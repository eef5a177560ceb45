using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>The aggregate calls of an operator over the records of its table: all of them at once, each with its FILTER.</summary>
internal sealed partial class Accumulators
{
    private readonly Aggregate[] _each;
    private readonly IDistinct?[] _distinct;
    private readonly ExtremeCall?[] _extremes;
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];

    /// <param name="retracts">whether rows may be taken back.</param>
    public Accumulators(ImmutableArray<AggregateCall> calls, bool retracts = false)
    {
        _each = [.. calls.Select(c => FunctionCatalog.Bind(c, retracts))];
        _distinct = new IDistinct?[_each.Length];
        _extremes = new ExtremeCall?[_each.Length];
    }

    /// <summary>Columns of a partial row, all calls together.</summary>
    public ImmutableArray<SqlType> Partial => [.. _each.SelectMany(a => a.Partial)];

    /// <summary>Whether <see cref="Apply"/> reads the keys' hashes: a DISTINCT call does, and a retractable extreme.</summary>
    public bool NeedHashes { get; private set; }

    /// <summary>Value fields of the records.</summary>
    public Schema State => new([.. _each.SelectMany((a, i) => a.State.Select((t, w) => new Field($"{i}.{w}", t)))]);

    /// <summary>Says where the value fields lie; those of the calls begin at value field <paramref name="first"/>.</summary>
    public void Bind(RecordLayout layout, int first)
    {
        for (int i = 0; i < _each.Length; i++)
        {
            var a = _each[i];
            if (a.Call.Distinct && _distinct[i] is null) throw new NotSupportedException($"{a.Call}: DISTINCT needs a table of what was seen");
            a.Bind(layout, first);
            _extremes[i]?.Bind(layout);
            first += a.State.Length;
        }
    }

    /// <summary>The tables beside the records: what DISTINCT calls have seen, and values among which an extreme is sought again.</summary>
    public static IEnumerable<StateSpec> Tables(ImmutableArray<AggregateCall> calls, bool retracts, Schema key, Ttl ttl)
    {
        for (int i = 0; i < calls.Length; i++)
        {
            if (calls[i].Distinct) yield return DistinctCall.State($"distinct{i}", calls[i], key, ttl);
            if (retracts && FunctionCatalog.KeepsValues(calls[i])) yield return ExtremeCall.State($"values{i}", calls[i], key, ttl);
        }
    }

    /// <summary>Declares <see cref="Tables"/>; before <see cref="Bind"/>, which refuses DISTINCT calls otherwise.</summary>
    public void BindTables(OperatorState state, bool retracts, Schema key, int[] keys, Ttl ttl)
    {
        for (int i = 0; i < _each.Length; i++)
        {
            var call = _each[i].Call;
            if (call.Distinct) _distinct[i] = new DistinctCall(call, state.Map(DistinctCall.State($"distinct{i}", call, key, ttl)), keys);
            if (retracts && FunctionCatalog.KeepsValues(call)) _extremes[i] = new ExtremeCall(_each[i], state.Map(ExtremeCall.State($"values{i}", call, key, ttl)), keys);
            NeedHashes |= _distinct[i] is not null || _extremes[i] is not null;
        }
    }

    /// <summary>Adds or takes away, as the row kinds say: <c>rows[i]</c> into <c>records[i]</c>.</summary>
    /// <param name="hashes">of the keys, by position in the batch.</param>
    public void Apply(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records, ReadOnlySpan<ulong> hashes)
    {
        for (int i = 0; i < _each.Length; i++)
        {
            var a = _each[i];
            if (a.Call.Filter < 0 && _distinct[i] is null)
            {
                if (_extremes[i] is { } e) e.Apply(table, batch, rows, records, hashes);
                else a.Apply(table, batch, rows, records);
                continue;
            }

            int n = rows.Length;
            if (a.Call.Filter >= 0) n = Keep(batch.Columns[a.Call.Filter], rows, records);
            else
            {
                rows.CopyTo(_rows);
                records.CopyTo(_records);
            }

            if (n > 0 && _distinct[i] is { } distinct) n = distinct.Keep(batch, hashes, _rows.AsSpan(0, n), _records.AsSpan(0, n));
            if (n == 0) continue;
            if (_extremes[i] is { } extreme) extreme.Apply(table, batch, _rows.AsSpan(0, n), _records.AsSpan(0, n), hashes);
            else a.Apply(table, batch, _rows.AsSpan(0, n), _records.AsSpan(0, n));
        }
    }

    /// <summary>Merges partial rows, whose columns begin at <paramref name="first"/>.</summary>
    public void MergePartial(StoredTable table, Batch batch, int first, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        foreach (var a in _each)
        {
            a.MergePartial(table, batch, first, rows, records);
            first += a.Partial.Length;
        }
    }

    /// <summary>Merges <c>from[i]</c>, a record of another table of this layout, into <c>records[i]</c>.</summary>
    public void Merge(StoredTable table, ReadOnlySpan<nint> records, StoredTable fromTable, ReadOnlySpan<nint> from)
    {
        foreach (var a in _each) a.Merge(table, records, fromTable, from);
    }

    public void WritePartial(StoredTable table, ReadOnlySpan<nint> records, BatchBuilder to, int first)
    {
        foreach (var a in _each)
        {
            a.WritePartial(table, records, to, first);
            first += a.Partial.Length;
        }
    }

    public void WriteResults(StoredTable table, ReadOnlySpan<nint> records, BatchBuilder to, int first)
    {
        foreach (var a in _each) a.WriteResult(table, records, to.Columns[first++]);
    }

    // Rows where the filter is TRUE, with their records.
    private int Keep(Column filter, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        var values = ((FixedColumn<byte>)filter).Values;
        var nulls = filter.Nulls;
        int n = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            _rows[n] = rows[i];
            _records[n] = records[i];
            n += values[rows[i]] != 0 && !nulls[rows[i]] ? 1 : 0;
        }

        return n;
    }
}
