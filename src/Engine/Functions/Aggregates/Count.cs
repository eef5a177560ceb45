using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("COUNT", "COUNT(*)", "COUNT(value1 [, value2]*)", Doc = "The number of rows, or of rows in which no argument is NULL.")]
public sealed class Count : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments) => new(Name, arguments, SqlType.BigInt.NotNull);

    public override Aggregate Bind(AggregateCall call) => call.Type.Kind == TypeKind.BigInt ? new Rows(call) : throw Unknown(call);

    private sealed unsafe class Rows(AggregateCall call) : Aggregate(call)
    {
        public override ImmutableArray<SqlType> State { get; } = [SqlType.BigInt.NotNull];

        public override ImmutableArray<SqlType> Partial => State;

        public override bool Retracts => true;

        public override void Add(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records) => Change(batch, rows, records, 1);

        public override void Retract(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records) => Change(batch, rows, records, -1);

        public override void MergePartial(StoredTable table, Batch batch, int first, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
        {
            int offset = Offset;
            ref long v = ref MemoryMarshal.GetReference(((FixedColumn<long>)batch.Columns[first]).Values);
            for (int i = 0; i < rows.Length; i++) *(long*)(records[i] + offset) += Unsafe.Add(ref v, rows[i]);
        }

        public override void Merge(StoredTable table, ReadOnlySpan<nint> records, StoredTable fromTable, ReadOnlySpan<nint> from)
        {
            for (int i = 0; i < records.Length; i++) *(long*)(records[i] + Offset) += *(long*)(from[i] + Offset);
        }

        public override void WritePartial(StoredTable table, ReadOnlySpan<nint> records, BatchBuilder to, int first) => WriteResult(table, records, to.Columns[first]);

        public override void WriteResult(StoredTable table, ReadOnlySpan<nint> records, ColumnBuilder to)
        {
            var span = ((FixedBuilder<long>)to).Append(records.Length);
            for (int i = 0; i < span.Length; i++) span[i] = *(long*)(records[i] + Offset);
        }

        private void Change(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records, long by)
        {
            int offset = Offset;
            bool nulls = false;
            foreach (int a in Call.Arguments) nulls |= batch.Columns[a].Nulls.Any;
            if (!nulls)
            {
                foreach (nint r in records) *(long*)(r + offset) += by;
                return;
            }

            for (int i = 0; i < rows.Length; i++)
            {
                bool isNull = false;
                foreach (int a in Call.Arguments) isNull |= batch.Columns[a].IsNull(rows[i]);
                if (!isNull) *(long*)(records[i] + offset) += by;
            }
        }
    }
}
