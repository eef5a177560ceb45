using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>Type syntax to types, with the dialect's defaults: DECIMAL is DECIMAL(10, 0), TIMESTAMP is TIMESTAMP(6), VARCHAR is STRING.</summary>
internal static class TypeBinder
{
    private static readonly string[] s_names =
    [
        "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL", "CHAR", "VARCHAR", "STRING", "BINARY", "VARBINARY",
        "BYTES", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ", "ARRAY", "MAP", "MULTISET", "ROW",
    ];

    /// <summary>The type, or null after a finding.</summary>
    public static SqlType? Bind(TypeSyntax syntax, DiagnosticBag diagnostics)
    {
        SqlType? type = Plain(syntax, diagnostics);
        return syntax.NotNull ? type?.NotNull : type;
    }

    private static SqlType? Plain(TypeSyntax t, DiagnosticBag diagnostics)
    {
        switch (t.Name)
        {
            case "BOOLEAN": return SqlType.Boolean;
            case "TINYINT": return SqlType.TinyInt;
            case "SMALLINT": return SqlType.SmallInt;
            case "INT" or "INTEGER": return SqlType.Int;
            case "BIGINT": return SqlType.BigInt;
            case "FLOAT": return SqlType.Float;
            case "DOUBLE": return SqlType.Double;
            case "REAL": return SqlType.Float;
            case "STRING": return SqlType.String;
            case "BYTES": return SqlType.Bytes;
            case "DATE": return SqlType.Date;
            case "NULL": return SqlType.Null;
            case "DECIMAL" or "DEC" or "NUMERIC": return Decimal(t, diagnostics);
            case "CHAR" or "CHARACTER": return Sized(t, TypeKind.Char, 1, diagnostics);
            case "VARCHAR": return Sized(t, TypeKind.VarChar, SqlType.Unbounded, diagnostics);
            case "BINARY": return Sized(t, TypeKind.Binary, 1, diagnostics);
            case "VARBINARY": return Sized(t, TypeKind.VarBinary, SqlType.Unbounded, diagnostics);
            case "TIME": return Fraction(t, TypeKind.Time, 0, diagnostics);
            case "TIMESTAMP": return Fraction(t, TypeKind.Timestamp, 6, diagnostics);
            case "TIMESTAMP_LTZ": return Fraction(t, TypeKind.TimestampLtz, 6, diagnostics);
            case "ARRAY" or "MULTISET":
                SqlType? element = Bind(t.Elements[0], diagnostics);
                if (element is null) return null;
                return t.Name == "ARRAY" ? SqlType.Array(element) : SqlType.Multiset(element);
            case "MAP":
                SqlType? key = Bind(t.Elements[0], diagnostics), value = Bind(t.Elements[1], diagnostics);
                return key is null || value is null ? null : SqlType.Map(key, value);
            case "ROW": return Row(t, diagnostics);
        }
        if (t.Name.StartsWith("INTERVAL ", StringComparison.Ordinal))
            return new SqlType(t.Name.Contains("YEAR", StringComparison.Ordinal) || t.Name.Contains("MONTH", StringComparison.Ordinal) ? TypeKind.IntervalYearMonth : TypeKind.IntervalDayTime);
        if (t.Name is "BITMAP" or "VARIANT" or "RAW" or "STRUCTURED" or "GEOGRAPHY")
        {
            diagnostics.Error(Codes.NotSupported, t.Span, $"the type {t.Name} is not supported yet");
            return null;
        }
        string? help = Suggest.DidYouMean(t.Name, s_names);
        if (t.Name.EndsWith("WITH TIME ZONE", StringComparison.Ordinal)) help = "use TIMESTAMP_LTZ, an instant shown in the session's time zone";
        diagnostics.Error(Codes.InvalidType, t.Span, $"unknown type {t.Name}", help);
        return null;
    }

    private static SqlType? Decimal(TypeSyntax t, DiagnosticBag diagnostics)
    {
        int precision = t.Arguments.Length > 0 ? t.Arguments[0] : 10;
        int scale = t.Arguments.Length > 1 ? t.Arguments[1] : 0;
        if (precision is >= 1 and <= SqlType.MaxDecimalPrecision && scale >= 0 && scale <= precision && t.Arguments.Length <= 2)
            return SqlType.Decimal(precision, scale);
        diagnostics.Error(Codes.InvalidType, t.Span, "DECIMAL takes a precision from 1 to 38 and a scale from 0 to the precision");
        return null;
    }

    private static SqlType? Sized(TypeSyntax t, TypeKind kind, int otherwise, DiagnosticBag diagnostics)
    {
        int length = t.Arguments.Length > 0 ? t.Arguments[0] : otherwise;
        if (length >= 1) return new SqlType(kind, true, length);
        diagnostics.Error(Codes.InvalidType, t.Span, $"{t.Name} takes a length of at least 1");
        return null;
    }

    private static SqlType? Fraction(TypeSyntax t, TypeKind kind, int otherwise, DiagnosticBag diagnostics)
    {
        int digits = t.Arguments.Length > 0 ? t.Arguments[0] : otherwise;
        if (digits <= 9) return new SqlType(kind, true, digits);
        diagnostics.Error(Codes.InvalidType, t.Span, $"{t.Name} takes 0 to 9 digits of a second");
        return null;
    }

    private static SqlType? Row(TypeSyntax t, DiagnosticBag diagnostics)
    {
        var fields = ImmutableArray.CreateBuilder<Field>(t.Fields.Length);
        foreach (FieldSyntax field in t.Fields)
        {
            SqlType? type = Bind(field.Type, diagnostics);
            if (type is null) return null;
            if (fields.Any(f => f.Name == field.Name.Name))
            {
                diagnostics.Error(Codes.Duplicate, field.Name.Span, $"the field '{field.Name.Name}' stands twice in this ROW");
                return null;
            }
            fields.Add(new Field(field.Name.Name, type));
        }
        return SqlType.Row(fields.ToImmutable());
    }
}
