using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Makes whole changes of upserts: +I and +U of a key that is there replace its row, -D (of which only the key is sure) takes the row as it was. A row that changes nothing
/// is not sent, unless a TTL must be refreshed behind; a delete of what is not there is ignored. Output: the input's columns.
/// </summary>
/// <param name="Keys">the primary key.</param>
/// <param name="Before">whether the old row is sent before the new one.</param>
/// <param name="TtlMs">ms of processing time after which an unused key is forgotten; 0 = never.</param>
[Operator("changelog_normalize")]
public sealed record ChangelogNormalizeSpec(Schema Output, ImmutableArray<int> Keys, bool Before, long TtlMs = 0) : OperatorSpec(Output)
{
    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [RowState(inputs[0])];

    public override Operator Create() => new ChangelogNormalize(this);

    public override string Describe() => $"ChangelogNormalize(key=[{string.Join(", ", Keys.Select(k => $"${k}"))}]{(Before ? ", before" : "")})";

    internal StateSpec RowState(Schema input) => new("rows", 1, StateKind.Value, input.Select(Keys.AsSpan()), null, input.Select(JoinSide.Others(input, Keys)), new Ttl(TtlMs));
}

public sealed unsafe class ChangelogNormalize(ChangelogNormalizeSpec spec) : KeyedChanges([.. spec.Keys])
{
    private readonly int[] _keys = [.. spec.Keys];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly RecordSet _touched = new();
    private readonly int[] _last = new int[Batch.MaxRows];
    private readonly nint[] _old = new nint[Batch.MaxRows];
    private readonly int[] _newRows = new int[Batch.MaxRows];
    private readonly nint[] _newRecords = new nint[Batch.MaxRows];
    private readonly nint[] _dead = new nint[Batch.MaxRows];
    private ValueTable _rows = null!;
    private int[] _others = [];
    private (bool Key, int Field)[] _fields = [];
    private int _deadCount;

    public override bool EmitsKinds => true;

    public override void Open(OperatorContext c)
    {
        var input = c.Inputs[0];
        _rows = c.State.Value(spec.RowState(input));
        _others = JoinSide.Others(input, spec.Keys);
        _fields = JoinSide.FieldsOf(input, spec.Keys, _others);
        Start(c, spec.Output, spec.Before);
    }

    private protected override void Step(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        var records = _records.AsSpan(0, rows.Length);
        _rows.Resolve(batch, _keys, rows, hashes, Access.Write, records, _isNew);
        _touched.Collect(records);

        // The last row of a key decides; one that says what is no longer so (-U) says nothing.
        _last.AsSpan(0, _touched.Count).Fill(-1);
        for (int i = 0; i < rows.Length; i++) if (batch.KindAt(rows[i]) != RowKind.UpdateBefore) _last[_touched.Indexes[i]] = rows[i];
        int old = 0, alive = 0;
        _deadCount = 0;
        for (int i = 0; i < _touched.Count; i++)
        {
            bool existed = !Bitmap.Get(_isNew, _touched.Firsts[i]);
            bool lives = _last[i] < 0 ? existed : batch.KindAt(_last[i]).IsAdd();
            if (!lives) _dead[_deadCount++] = _touched.Records[i];
            if (_last[i] < 0) continue;
            if (existed && lives) Changes.Update(old, alive);
            else if (existed) Changes.Delete(old);
            else if (lives) Changes.Insert(alive);
            if (existed) _old[old++] = _touched.Records[i];
            if (lives) (_newRows[alive], _newRecords[alive++]) = (_last[i], _touched.Records[i]);
        }

        for (int c = 0; c < _fields.Length; c++) Field(c).Read(_old.AsSpan(0, old), Changes.Before.Columns[c]);
        Changes.Before.Advance(old);
        _rows.WriteValues(batch, _others, _newRows.AsSpan(0, alive), _newRecords.AsSpan(0, alive));
        Changes.After.Append(batch, _newRows.AsSpan(0, alive));
        if (spec.TtlMs == 0) Changes.DropUnchanged(0);
    }

    private protected override void Retire()
    {
        if (_deadCount > 0) _rows.Remove(_dead.AsSpan(0, _deadCount));
        _deadCount = 0;
    }

    private RecordField Field(int column) => _fields[column].Key ? _rows.KeyFields[_fields[column].Field] : _rows.ValueFields[_fields[column].Field];
}
