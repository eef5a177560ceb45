namespace OrleansStream.Columns;

/// <summary>The SQL types of the dialect (Flink SQL, without RAW and STRUCTURED).</summary>
public enum TypeKind : byte
{
    Null,
    Boolean,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Float,
    Double,
    Decimal,
    Char,
    VarChar,
    Binary,
    VarBinary,
    Date,
    Time,
    Timestamp,
    TimestampLtz,
    IntervalYearMonth,
    IntervalDayTime,
    Array,
    Map,
    Multiset,
    Row,
}

/// <summary>How the values of a column lie in memory.</summary>
public enum Physical : byte
{
    /// <summary>BOOLEAN (0 or 1) and TINYINT (two's complement): one byte.</summary>
    Int8,
    Int16,

    /// <summary>INT, DATE (days since 1970-01-01), TIME (ms of day), INTERVAL YEAR TO MONTH (months).</summary>
    Int32,

    /// <summary>BIGINT, TIMESTAMP(p ≤ 3) and TIMESTAMP_LTZ(p ≤ 3) (ms since 1970-01-01T00:00), INTERVAL DAY TO SECOND (ms), DECIMAL(p ≤ 18) (unscaled).</summary>
    Int64,

    /// <summary>DECIMAL(p &gt; 18) (unscaled), TIMESTAMP(p &gt; 3) (ns since 1970-01-01T00:00).</summary>
    Int128,
    Float32,
    Float64,

    /// <summary>CHAR, VARCHAR (UTF-8), BINARY, VARBINARY: <see cref="TextView"/> over shared buffers.</summary>
    Text,
    List,
    Map,
    Row,
}
