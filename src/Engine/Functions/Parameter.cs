using OrleansStream.Columns;

namespace OrleansStream.Engine.Functions;

/// <summary>What an argument may be, and the type to which it is cast (nullability is the argument's); null = not acceptable.</summary>
public delegate SqlType? Parameter(SqlType given);

/// <summary>The usual parameters.</summary>
public static class Take
{
    /// <summary>CHAR, VARCHAR → STRING.</summary>
    public static SqlType? Text(SqlType given) => given.IsText ? SqlType.String : Null(given, SqlType.String);

    /// <summary>CHAR, VARCHAR → STRING; BINARY, VARBINARY → BYTES.</summary>
    public static SqlType? TextOrBinary(SqlType given) => given.IsBinary ? SqlType.Bytes : Text(given);

    public static SqlType? Binary(SqlType given) => given.IsBinary ? SqlType.Bytes : Null(given, SqlType.Bytes);

    public static SqlType? Boolean(SqlType given) => given.Kind == TypeKind.Boolean ? SqlType.Boolean : Null(given, SqlType.Boolean);

    /// <summary>TINYINT, SMALLINT, INT → INT.</summary>
    public static SqlType? Int(SqlType given) => given.IsInteger && given.Kind != TypeKind.BigInt ? SqlType.Int : Null(given, SqlType.Int);

    /// <summary>Integers → BIGINT.</summary>
    public static SqlType? BigInt(SqlType given) => given.IsInteger ? SqlType.BigInt : Null(given, SqlType.BigInt);

    /// <summary>Numbers → DOUBLE.</summary>
    public static SqlType? Double(SqlType given) => given.IsNumeric ? SqlType.Double : Null(given, SqlType.Double);

    public static SqlType? Float(SqlType given) => given.Kind == TypeKind.Float ? SqlType.Float : null;

    public static SqlType? Decimal(SqlType given) => given.Kind == TypeKind.Decimal ? given : null;

    public static SqlType? Date(SqlType given) => given.Kind == TypeKind.Date ? SqlType.Date : Null(given, SqlType.Date);

    /// <summary>TIMESTAMP(p), DATE → TIMESTAMP(3).</summary>
    public static SqlType? Timestamp(SqlType given) => given.Kind is TypeKind.Timestamp or TypeKind.Date ? SqlType.Timestamp(3) : Null(given, SqlType.Timestamp(3));

    public static SqlType? TimestampLtz(SqlType given) => given.Kind == TypeKind.TimestampLtz ? SqlType.TimestampLtz(3) : null;

    /// <summary>A parameter that takes exactly one kind of type, as it is.</summary>
    public static Parameter Exactly(TypeKind kind) => given => given.Kind == kind ? given : null;

    public static SqlType? Any(SqlType given) => given;

    private static SqlType? Null(SqlType given, SqlType type) => given.Kind == TypeKind.Null ? type : null;
}
