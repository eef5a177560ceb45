using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Functions;

/// <summary>Makes a class an aggregate function of the catalog.</summary>
/// <param name="name">upper case.</param>
/// <param name="signatures">how it is called, for messages and documentation.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class AggregateAttribute(string name, params string[] signatures) : Attribute
{
    public string Name { get; } = name;

    public string[] Signatures { get; } = signatures;

    public string[] Aliases { get; init; } = [];

    /// <summary>One sentence.</summary>
    public required string Doc { get; init; }
}

/// <summary>An aggregate function of the catalog: what it takes and gives, and the making of an <see cref="Aggregate"/> for a call.</summary>
public abstract class AggregateFunction
{
    /// <summary>Upper-case name; set by the catalog.</summary>
    public string Name { get; internal set; } = "";

    public AggregateAttribute About { get; internal set; } = null!;

    /// <summary>
    /// The types to which the arguments are to be cast, and the result's type (nullable unless it is right over no rows: an operator that never shows empty groups may
    /// narrow it), or null when the function does not take these.
    /// </summary>
    public abstract ResolvedCall? Resolve(ImmutableArray<SqlType> arguments);

    /// <summary>The aggregate of a call without DISTINCT; FILTER is the operator's: it passes only the rows that count.</summary>
    /// <exception cref="InvalidDataException">the plan's call does not fit the function.</exception>
    public abstract Aggregate Bind(AggregateCall call);

    /// <summary>As <see cref="Bind"/>, for input whose rows may be taken back; null when the function cannot take them back.</summary>
    public virtual Aggregate? BindRetracting(AggregateCall call) => Bind(call) is { Retracts: true } bound ? bound : KeepsValues ? Bind(call) : null;

    /// <summary>Rows are taken back by counting, per group, how many rows hold each value: the operator does that, and needs a table for it.</summary>
    public virtual bool KeepsValues => false;

    protected InvalidDataException Unknown(AggregateCall call) => new($"no aggregate {Name}({string.Join(", ", call.ArgumentTypes)}) with result {call.Type}");
}

/// <summary>
/// One aggregate call over the records of tables. Its state is one or more value fields of the record, all of one width (8 or 16 bytes) and NOT NULL, so that they lie
/// side by side in the order of <see cref="State"/>; all zero is the state of no row. Every method is a loop over many records.
/// </summary>
public abstract class Aggregate(AggregateCall call)
{
    public AggregateCall Call { get; } = call;

    /// <summary>Types of the value fields that hold the state.</summary>
    public abstract ImmutableArray<SqlType> State { get; }

    /// <summary>Columns of a partial row: what crosses the exchange when rows are reduced before it.</summary>
    public abstract ImmutableArray<SqlType> Partial { get; }

    /// <summary>Whether <see cref="Retract"/> undoes <see cref="Add"/> without remembering the rows.</summary>
    public virtual bool Retracts => false;

    /// <summary>Whether partial rows may be made of rows that are taken back: their order does not matter.</summary>
    public virtual bool RetractsInParts => Retracts;

    /// <summary>Offset of the first state field in a record; set when the operator opens.</summary>
    public int Offset { get; private set; }

    /// <summary>Number of the first state field among the table's value fields.</summary>
    public int Field { get; private set; }

    /// <summary>Says where the state lies: it begins at value field <paramref name="field"/>.</summary>
    public void Bind(RecordLayout layout, int field)
    {
        Field = field;
        if (!State.IsEmpty) Offset = layout.ValueOffsets[field];
    }

    /// <summary>Adds <c>rows[i]</c> of the batch to <c>records[i]</c>; a NULL argument changes nothing.</summary>
    public abstract void Add(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records);

    /// <summary>Takes <c>rows[i]</c> away again.</summary>
    /// <exception cref="NotSupportedException">unless <see cref="Retracts"/>.</exception>
    public virtual void Retract(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records) =>
        throw new NotSupportedException($"{Call} cannot take rows back");

    /// <summary>Adds or takes away, as the row kinds say.</summary>
    public void Apply(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        if (!batch.HasKinds)
        {
            Add(table, batch, rows, records);
            return;
        }

        // Runs of equal direction keep the order of rows, on which FIRST_VALUE and its kin depend.
        for (int start = 0; start < rows.Length;)
        {
            bool adds = batch.KindAt(rows[start]).IsAdd();
            int end = start + 1;
            while (end < rows.Length && batch.KindAt(rows[end]).IsAdd() == adds) end++;
            if (adds) Add(table, batch, rows[start..end], records[start..end]);
            else Retract(table, batch, rows[start..end], records[start..end]);
            start = end;
        }
    }

    /// <summary>Merges partial rows, whose columns begin at <paramref name="first"/>.</summary>
    public abstract void MergePartial(StoredTable table, Batch batch, int first, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records);

    /// <summary>Merges the state of <c>from[i]</c>, a record of another table of the same layout (panes into windows), into <c>records[i]</c>.</summary>
    public abstract void Merge(StoredTable table, ReadOnlySpan<nint> records, StoredTable fromTable, ReadOnlySpan<nint> from);

    /// <summary>Appends the partial row of each record to columns [first, first + Partial) of the builder.</summary>
    public abstract void WritePartial(StoredTable table, ReadOnlySpan<nint> records, BatchBuilder to, int first);

    /// <summary>Appends the result of each record.</summary>
    public abstract void WriteResult(StoredTable table, ReadOnlySpan<nint> records, ColumnBuilder to);
}
