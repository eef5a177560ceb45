using System.Collections.Immutable;

namespace OrleansStream.Columns;

/// <summary>A field of a ROW type or a column of a <see cref="Schema"/>.</summary>
public sealed record Field(string Name, SqlType Type)
{
    public override string ToString() => $"{SqlTypeText.Quote(Name)} {Type}";
}

/// <summary>
/// A SQL type with its nullability. Equal by structure. <see cref="ToString"/> gives the SQL text that <see cref="SqlTypeText.Parse"/> reads back;
/// plans store types as that text.
/// </summary>
/// <param name="Kind">the type's root.</param>
/// <param name="Nullable">whether NULL is a value; part of the type.</param>
/// <param name="Precision">DECIMAL digits, TIME/TIMESTAMP fraction digits, CHAR/VARCHAR/BINARY/VARBINARY length (<see cref="Unbounded"/> for STRING and BYTES).</param>
/// <param name="Scale">DECIMAL digits after the point.</param>
public sealed record SqlType(TypeKind Kind, bool Nullable = true, int Precision = 0, int Scale = 0)
{
    /// <summary>Length of STRING and BYTES.</summary>
    public const int Unbounded = int.MaxValue;

    /// <summary>Largest DECIMAL precision.</summary>
    public const int MaxDecimalPrecision = 38;

    /// <summary>Element of ARRAY and MULTISET, value of MAP.</summary>
    public SqlType? Element { get; init; }

    /// <summary>Key of MAP.</summary>
    public SqlType? Key { get; init; }

    /// <summary>Fields of ROW; empty otherwise.</summary>
    public ImmutableArray<Field> Fields { get; init; } = [];

    public static SqlType Boolean { get; } = new(TypeKind.Boolean);
    public static SqlType TinyInt { get; } = new(TypeKind.TinyInt);
    public static SqlType SmallInt { get; } = new(TypeKind.SmallInt);
    public static SqlType Int { get; } = new(TypeKind.Int);
    public static SqlType BigInt { get; } = new(TypeKind.BigInt);
    public static SqlType Float { get; } = new(TypeKind.Float);
    public static SqlType Double { get; } = new(TypeKind.Double);
    public static SqlType String { get; } = new(TypeKind.VarChar, true, Unbounded);
    public static SqlType Bytes { get; } = new(TypeKind.VarBinary, true, Unbounded);
    public static SqlType Date { get; } = new(TypeKind.Date);
    public static SqlType Null { get; } = new(TypeKind.Null);
    public static SqlType Decimal(int precision, int scale) => new(TypeKind.Decimal, true, precision, scale);
    public static SqlType Char(int length) => new(TypeKind.Char, true, length);
    public static SqlType VarChar(int length) => new(TypeKind.VarChar, true, length);
    public static SqlType Time(int precision = 0) => new(TypeKind.Time, true, precision);
    public static SqlType Timestamp(int precision = 6) => new(TypeKind.Timestamp, true, precision);
    public static SqlType TimestampLtz(int precision = 6) => new(TypeKind.TimestampLtz, true, precision);
    public static SqlType Array(SqlType element) => new(TypeKind.Array) { Element = element };
    public static SqlType Multiset(SqlType element) => new(TypeKind.Multiset) { Element = element };
    public static SqlType Map(SqlType key, SqlType value) => new(TypeKind.Map) { Key = key, Element = value };
    public static SqlType Row(params ImmutableArray<Field> fields) => new(TypeKind.Row) { Fields = fields };

    public SqlType WithNullable(bool nullable) => nullable == Nullable ? this : this with { Nullable = nullable };

    public SqlType NotNull => WithNullable(false);

    public bool IsText => Kind is TypeKind.Char or TypeKind.VarChar;
    public bool IsBinary => Kind is TypeKind.Binary or TypeKind.VarBinary;
    public bool IsTimestamp => Kind is TypeKind.Timestamp or TypeKind.TimestampLtz;
    public bool IsInteger => Kind is >= TypeKind.TinyInt and <= TypeKind.BigInt;
    public bool IsApproximate => Kind is TypeKind.Float or TypeKind.Double;
    public bool IsNumeric => Kind is >= TypeKind.TinyInt and <= TypeKind.Decimal;

    /// <summary>The layout of this type's values; NULL-typed columns lie as bytes that are all null.</summary>
    public Physical Physical => Kind switch
    {
        TypeKind.Null or TypeKind.Boolean or TypeKind.TinyInt => Physical.Int8,
        TypeKind.SmallInt => Physical.Int16,
        TypeKind.Int or TypeKind.Date or TypeKind.Time or TypeKind.IntervalYearMonth => Physical.Int32,
        TypeKind.BigInt or TypeKind.IntervalDayTime => Physical.Int64,
        TypeKind.Decimal => Precision <= 18 ? Physical.Int64 : Physical.Int128,
        TypeKind.Timestamp or TypeKind.TimestampLtz => Precision <= 3 ? Physical.Int64 : Physical.Int128,
        TypeKind.Float => Physical.Float32,
        TypeKind.Double => Physical.Float64,
        TypeKind.Char or TypeKind.VarChar or TypeKind.Binary or TypeKind.VarBinary => Physical.Text,
        TypeKind.Array => Physical.List,
        TypeKind.Map or TypeKind.Multiset => Physical.Map,
        TypeKind.Row => Physical.Row,
        _ => throw new InvalidOperationException($"no layout for {Kind}"),
    };

    /// <summary>Bytes a value of this layout takes in a record or column; 0 for nested types, which have no fixed width.</summary>
    public int Width => Physical switch
    {
        Physical.Int8 => 1,
        Physical.Int16 => 2,
        Physical.Int32 or Physical.Float32 => 4,
        Physical.Int64 or Physical.Float64 => 8,
        Physical.Int128 or Physical.Text => 16,
        _ => 0,
    };

    public bool Equals(SqlType? other) =>
        other is not null && Kind == other.Kind && Nullable == other.Nullable && Precision == other.Precision && Scale == other.Scale
        && Equals(Element, other.Element) && Equals(Key, other.Key) && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Kind, Nullable, Precision, Scale, Element, Key, Fields.Length);

    public override string ToString() => SqlTypeText.Print(this);
}
