using OrleansStream.Columns;

namespace OrleansStream.Engine.Functions;

/// <summary>Result types of arithmetic, and the type that several values have in common (SQL standard, as Flink has it).</summary>
public static class TypeRules
{
    /// <summary>Least scale that an overlong DECIMAL result keeps when its precision is cut to 38.</summary>
    private const int KeptScale = 6;

    /// <summary>Digits of DECIMAL that an integer type needs.</summary>
    public static int Digits(TypeKind kind) => kind switch
    {
        TypeKind.TinyInt => 3,
        TypeKind.SmallInt => 5,
        TypeKind.Int => 10,
        _ => 19,
    };

    public static SqlType AsDecimal(SqlType type) =>
        type.Kind == TypeKind.Decimal ? type : SqlType.Decimal(Digits(type.Kind), 0).WithNullable(type.Nullable);

    /// <summary>Type of <paramref name="left"/> op <paramref name="right"/> for numbers.</summary>
    public static SqlType Arithmetic(string op, SqlType left, SqlType right)
    {
        bool nullable = left.Nullable || right.Nullable;
        if (left.Kind == TypeKind.Decimal || right.Kind == TypeKind.Decimal)
        {
            if (left.IsApproximate || right.IsApproximate) return SqlType.Double.WithNullable(nullable);
            return DecimalArithmetic(op, AsDecimal(left), AsDecimal(right)).WithNullable(nullable);
        }
        return Numeric(left, right).WithNullable(nullable);
    }

    private static SqlType DecimalArithmetic(string op, SqlType a, SqlType b)
    {
        int p1 = a.Precision, s1 = a.Scale, p2 = b.Precision, s2 = b.Scale;
        int whole = Math.Max(p1 - s1, p2 - s2);
        return op switch
        {
            "+" or "-" => Bounded(whole + Math.Max(s1, s2) + 1, Math.Max(s1, s2)),
            "*" => Bounded(p1 + p2 + 1, s1 + s2),
            "/" => Bounded(p1 - s1 + s2 + Math.Max(KeptScale, s1 + p2 + 1), Math.Max(KeptScale, s1 + p2 + 1)),
            _ => SqlType.Decimal(Math.Min(p1 - s1, p2 - s2) + Math.Max(s1, s2), Math.Max(s1, s2)),
        };
    }

    /// <summary>More than 38 digits: the scale gives way, but no further than to 6.</summary>
    private static SqlType Bounded(int precision, int scale)
    {
        if (precision <= SqlType.MaxDecimalPrecision) return SqlType.Decimal(precision, scale);
        int whole = precision - scale;
        int kept = Math.Max(SqlType.MaxDecimalPrecision - whole, Math.Min(scale, KeptScale));
        return SqlType.Decimal(SqlType.MaxDecimalPrecision, kept);
    }

    /// <summary>Whether an exact result of <paramref name="op"/> (+, −, ×) may have more than 38 digits, and so be NULL.</summary>
    public static bool MayOverflow(string op, SqlType left, SqlType right)
    {
        SqlType a = AsDecimal(left), b = AsDecimal(right);
        int digits = op == "*" ? a.Precision + b.Precision + 1
            : Math.Max(a.Precision - a.Scale, b.Precision - b.Scale) + Math.Max(a.Scale, b.Scale) + 1;
        return op is "+" or "-" or "*" && digits > SqlType.MaxDecimalPrecision;
    }

    /// <summary>The wider of two number types, without nullability.</summary>
    private static SqlType Numeric(SqlType a, SqlType b)
    {
        if (a.Kind == TypeKind.Decimal || b.Kind == TypeKind.Decimal)
        {
            if (a.IsApproximate || b.IsApproximate) return SqlType.Double;
            SqlType x = AsDecimal(a), y = AsDecimal(b);
            int scale = Math.Max(x.Scale, y.Scale);
            return SqlType.Decimal(Math.Min(SqlType.MaxDecimalPrecision, Math.Max(x.Precision - x.Scale, y.Precision - y.Scale) + scale), scale);
        }
        if (a.IsApproximate && b.IsApproximate) return new SqlType((TypeKind)Math.Max((byte)a.Kind, (byte)b.Kind));
        if (a.IsApproximate || b.IsApproximate) return new SqlType(a.IsApproximate ? a.Kind : b.Kind);
        return new SqlType((TypeKind)Math.Max((byte)a.Kind, (byte)b.Kind));
    }

    /// <summary>The type to which all can be cast without loss, or null. Nullable if one is.</summary>
    public static SqlType? Common(IEnumerable<SqlType> types)
    {
        SqlType? common = null;
        foreach (SqlType type in types)
        {
            common = common is null ? type : Common(common, type);
            if (common is null) return null;
        }
        return common;
    }

    public static SqlType? Common(SqlType a, SqlType b)
    {
        bool nullable = a.Nullable || b.Nullable || a.Kind == TypeKind.Null || b.Kind == TypeKind.Null;
        return CommonKind(a, b)?.WithNullable(nullable);
    }

    private static SqlType? CommonKind(SqlType a, SqlType b)
    {
        if (a.Kind == TypeKind.Null) return b;
        if (b.Kind == TypeKind.Null) return a;
        if (a.IsNumeric && b.IsNumeric) return Numeric(a, b);
        if (a.IsText && b.IsText) return Longer(a, b, TypeKind.Char, TypeKind.VarChar);
        if (a.IsBinary && b.IsBinary) return Longer(a, b, TypeKind.Binary, TypeKind.VarBinary);
        if (a.Kind == TypeKind.Date && b.IsTimestamp) return b;
        if (b.Kind == TypeKind.Date && a.IsTimestamp) return a;
        if (a.Kind != b.Kind)
            return a.IsTimestamp && b.IsTimestamp ? SqlType.TimestampLtz(Math.Max(a.Precision, b.Precision)) : null;
        switch (a.Kind)
        {
            case TypeKind.Timestamp or TypeKind.TimestampLtz or TypeKind.Time:
                return a with { Precision = Math.Max(a.Precision, b.Precision) };
            case TypeKind.Array or TypeKind.Multiset:
                SqlType? element = Common(a.Element!, b.Element!);
                return element is null ? null : a with { Element = element };
            case TypeKind.Map:
                SqlType? key = Common(a.Key!, b.Key!), value = Common(a.Element!, b.Element!);
                return key is null || value is null ? null : a with { Key = key, Element = value };
            case TypeKind.Row:
                return CommonRow(a, b);
            default:
                return a;
        }
    }

    private static SqlType? CommonRow(SqlType a, SqlType b)
    {
        if (a.Fields.Length != b.Fields.Length) return null;
        var fields = new Field[a.Fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            SqlType? type = Common(a.Fields[i].Type, b.Fields[i].Type);
            if (type is null) return null;
            fields[i] = new Field(a.Fields[i].Name, type);
        }
        return SqlType.Row([.. fields]);
    }

    /// <summary>Two lengths of CHAR have VARCHAR in common, so that the shorter one is not padded.</summary>
    private static SqlType Longer(SqlType a, SqlType b, TypeKind padded, TypeKind varying)
    {
        if (a.Kind == padded && b.Kind == padded && a.Precision == b.Precision) return a;
        return new SqlType(varying, true, Math.Max(a.Precision, b.Precision));
    }

    /// <summary>Both mean the same values, whatever their nullability.</summary>
    public static bool SameButNullability(SqlType a, SqlType b) => a.WithNullable(true) == b.WithNullable(true);
}
