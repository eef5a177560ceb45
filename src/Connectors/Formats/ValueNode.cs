using OrleansStream.Columns;

namespace OrleansStream.Connectors.Formats;

/// <summary>How a value of a type is written.</summary>
public enum ValueOp : byte
{
    Null, Boolean, Int8, Int16, Int32, Int64, Decimal64, Decimal128, Float, Double, Text, Binary, Date, Time,
    TimestampMs, TimestampNs, LtzMs, LtzNs, Months, Millis, List, Map, Row,

    /// <summary>No SQL type: <c>+I</c>, <c>-U</c>, <c>+U</c> or <c>-D</c>.</summary>
    RowKind,
}

/// <summary>A type as encoders walk it: what to do, the column of the batch at hand, and nested types. Encoders switch on <see cref="Op"/>: no virtual call a value.</summary>
public sealed class ValueNode
{
    public ValueNode(SqlType type, string name = "")
    {
        Type = type;
        Name = name;
        Op = OpOf(type);
        Children = type.Kind switch
        {
            TypeKind.Row => [.. type.Fields.Select(f => new ValueNode(f.Type, f.Name))],
            TypeKind.Array => [new ValueNode(type.Element!)],
            TypeKind.Map => [new ValueNode(type.Key!), new ValueNode(type.Element!)],
            TypeKind.Multiset => [new ValueNode(type.Element!), new ValueNode(SqlType.Int.NotNull)],
            _ => [],
        };
    }

    public SqlType Type { get; }

    public string Name { get; }

    /// <summary>What a format that names its fields writes before the value.</summary>
    public byte[] Label { get; set; } = [];

    public ValueOp Op { get; }

    public ValueNode[] Children { get; }

    public Column Column { get; private set; } = null!;

    public FixedColumn<T> Fixed<T>() where T : unmanaged => (FixedColumn<T>)Column;

    public TextColumn Text => (TextColumn)Column;

    /// <summary>Nodes for the columns of a schema.</summary>
    public static ValueNode[] Of(Schema schema) => [.. schema.Fields.Select(f => new ValueNode(f.Type, f.Name))];

    /// <summary>Turns to the column of another batch, nested ones included.</summary>
    public void Bind(Column column)
    {
        Column = column;
        switch (column)
        {
            case RowColumn r:
                for (int i = 0; i < Children.Length; i++) Children[i].Bind(r.Children[i]);
                break;
            case ListColumn l:
                Children[0].Bind(l.Elements);
                break;
            case MapColumn m:
                Children[0].Bind(m.Keys);
                Children[1].Bind(m.Items);
                break;
        }
    }

    private static ValueOp OpOf(SqlType type) => type.Kind switch
    {
        TypeKind.Null => ValueOp.Null,
        TypeKind.Boolean => ValueOp.Boolean,
        TypeKind.TinyInt => ValueOp.Int8,
        TypeKind.SmallInt => ValueOp.Int16,
        TypeKind.Int => ValueOp.Int32,
        TypeKind.BigInt => ValueOp.Int64,
        TypeKind.Float => ValueOp.Float,
        TypeKind.Double => ValueOp.Double,
        TypeKind.Decimal => type.Physical == Physical.Int64 ? ValueOp.Decimal64 : ValueOp.Decimal128,
        TypeKind.Char or TypeKind.VarChar => ValueOp.Text,
        TypeKind.Binary or TypeKind.VarBinary => ValueOp.Binary,
        TypeKind.Date => ValueOp.Date,
        TypeKind.Time => ValueOp.Time,
        TypeKind.Timestamp => type.Physical == Physical.Int64 ? ValueOp.TimestampMs : ValueOp.TimestampNs,
        TypeKind.TimestampLtz => type.Physical == Physical.Int64 ? ValueOp.LtzMs : ValueOp.LtzNs,
        TypeKind.IntervalYearMonth => ValueOp.Months,
        TypeKind.IntervalDayTime => ValueOp.Millis,
        TypeKind.Array => ValueOp.List,
        TypeKind.Map or TypeKind.Multiset => ValueOp.Map,
        TypeKind.Row => ValueOp.Row,
        _ => throw new InvalidOperationException($"no text for {type}"),
    };
}
