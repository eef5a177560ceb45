using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>Operators, predicates, CASE, CAST.</summary>
internal sealed partial class ExpressionBinder
{
    private static CallExpr Call(string function, SqlType type, params ImmutableArray<Expr> arguments) => new(function, arguments, type);

    private static SqlType Logical(params ReadOnlySpan<Expr> operands)
    {
        bool nullable = false;
        foreach (Expr e in operands) nullable |= e.Type.Nullable;
        return SqlType.Boolean.WithNullable(nullable);
    }

    private Expr BindUnary(UnaryExpression u)
    {
        if (u.Operator == "NOT")
        {
            Expr condition = BindCondition(u.Operand, "NOT");
            return Bad(condition) ? condition : Call("NOT", Logical(condition), condition);
        }
        if (u is { Operator: "-", Operand: NumberLiteral number }) return Number(number, "-");
        Expr operand = Bind(u.Operand);
        if (Bad(operand)) return operand;
        if (!operand.Type.IsNumeric && operand.Type.Kind is not (TypeKind.IntervalDayTime or TypeKind.IntervalYearMonth or TypeKind.Null))
            return Error(Codes.TypeMismatch, u.Span, $"'{u.Operator}' wants a number, this is {Show(operand.Type)}");
        return u.Operator == "+" ? operand : Call("-", operand.Type, operand);
    }

    private Expr BindBinary(BinaryExpression b)
    {
        if (b.Operator is "AND" or "OR")
        {
            Expr first = BindCondition(b.Left, b.Operator), second = BindCondition(b.Right, b.Operator);
            return Bad(first, second) ? s_bad : Call(b.Operator, Logical(first, second), first, second);
        }
        Expr left = Bind(b.Left), right = Bind(b.Right);
        if (Bad(left, right)) return s_bad;
        return b.Operator switch
        {
            "=" or "<>" or "<" or "<=" or ">" or ">=" => Compare(b.Operator, left, right, b.Span),
            "||" => Concatenate(left, right, b.Span),
            "OVERLAPS" => Error(Codes.NotSupported, b.Span, "OVERLAPS is not supported yet", "compare the bounds"),
            _ => Arithmetic(b.Operator, left, right, b.Span),
        };
    }

    private Expr Compare(string op, Expr left, Expr right, TextSpan span)
    {
        if (Comparable(left, right, span) is not var (a, b)) return s_bad;
        return Call(op, Logical(a, b), a, b);
    }

    /// <summary>Both sides as one type, or null after a finding.</summary>
    private (Expr Left, Expr Right)? Comparable(Expr left, Expr right, TextSpan span)
    {
        SqlType a = left.Type, b = right.Type;
        // A constant that the other side's type holds exactly is one of that type: the column is compared as it is.
        if (a.IsNumeric && b.IsNumeric && a.Kind != TypeKind.Float && b.Kind != TypeKind.Float)
        {
            if (right is LiteralExpr r && left is not LiteralExpr && LiteralCast.Fold(r, a.NotNull) is { } asLeft) return (left, asLeft);
            if (left is LiteralExpr l && right is not LiteralExpr && LiteralCast.Fold(l, b.NotNull) is { } asRight) return (asRight, right);
        }
        SqlType? common = TypeRules.Common(a, b);
        // A text beside a time is read as that time.
        if (common is null && a.IsText && IsTemporal(b)) common = b;
        if (common is null && b.IsText && IsTemporal(a)) common = a;
        if (common is null)
        {
            string? help = (a.IsText && b.IsNumeric) || (b.IsText && a.IsNumeric) ? "there is no implicit cast between text and numbers: write a CAST" : null;
            Error(Codes.TypeMismatch, span, $"cannot compare {Show(a)} with {Show(b)}", help);
            return null;
        }
        if (common.IsText) common = SqlType.String;
        return (Casts.To(left, common), Casts.To(right, common));
    }

    private static bool IsTemporal(SqlType type) => type.IsTimestamp || type.Kind is TypeKind.Date or TypeKind.Time;

    private Expr Concatenate(Expr left, Expr right, TextSpan span)
    {
        if (!IsTextLike(left) || !IsTextLike(right))
            return Error(Codes.TypeMismatch, span, $"'||' wants texts, these are {Show(left.Type)} and {Show(right.Type)}", "CAST the operands to STRING");
        return Call("||", SqlType.String.WithNullable(left.Type.Nullable || right.Type.Nullable), Casts.To(left, SqlType.String), Casts.To(right, SqlType.String));
    }

    private static bool IsTextLike(Expr e) => e.Type.IsText || e.Type.Kind == TypeKind.Null;

    private Expr Arithmetic(string op, Expr left, Expr right, TextSpan span)
    {
        if (left.Type.Kind == TypeKind.Null && right.Type.Kind != TypeKind.Null) left = Casts.To(left, right.Type);
        if (right.Type.Kind == TypeKind.Null && left.Type.Kind != TypeKind.Null) right = Casts.To(right, left.Type);
        if (left.Type.IsNumeric && right.Type.IsNumeric) return NumericArithmetic(op, left, right, span);
        bool nullable = left.Type.Nullable || right.Type.Nullable;
        if (IsInterval(right.Type) && op is "+" or "-")
        {
            if (IsTemporal(left.Type)) return Call(op, left.Type.WithNullable(nullable), left, right);
            if (left.Type.Kind == right.Type.Kind) return Call(op, left.Type.WithNullable(nullable), left, right);
        }
        if (IsInterval(left.Type) && op == "+" && IsTemporal(right.Type)) return Call(op, right.Type.WithNullable(nullable), right, left);
        if (op == "*" && IsInterval(left.Type) && right.Type.IsInteger) return Call(op, left.Type.WithNullable(nullable), left, Casts.To(right, SqlType.BigInt));
        if (op == "*" && IsInterval(right.Type) && left.Type.IsInteger) return Call(op, right.Type.WithNullable(nullable), right, Casts.To(left, SqlType.BigInt));
        string? help = op == "-" && IsTemporal(left.Type) && IsTemporal(right.Type) ? "use TIMESTAMPDIFF(unit, from, to)" : null;
        return Error(Codes.TypeMismatch, span, $"'{op}' does not take {Show(left.Type)} and {Show(right.Type)}", help);
    }

    private static bool IsInterval(SqlType type) => type.Kind is TypeKind.IntervalDayTime or TypeKind.IntervalYearMonth;

    private Expr NumericArithmetic(string op, Expr left, Expr right, TextSpan span)
    {
        if (op is "/" or "%" && left is LiteralExpr && right is LiteralExpr { Value: { } divisor } && divisor.All(c => c is '0' or '.' or '-'))
            return Error(Codes.DivisionByZero, span, "division by zero");
        SqlType result = TypeRules.Arithmetic(op, left.Type, right.Type);
        if (result.Kind == TypeKind.Decimal)
        {
            // Precision differs from operand to operand; the kernels want DECIMAL on both sides, not one type.
            if (op == "/") result = result.WithNullable(true);
            Expr a = Casts.To(left, TypeRules.AsDecimal(left.Type)), b = Casts.To(right, TypeRules.AsDecimal(right.Type));
            return Call(op, DecimalMayOverflow(op, left.Type, right.Type) ? result.WithNullable(true) : result, a, b);
        }
        Expr call = Call(op, result, Casts.To(left, result), Casts.To(right, result));
        // The remainder has the type of the divisor (Calcite): MOD(BIGINT, INT) is INT.
        return op == "%" && result.Kind != right.Type.Kind ? Casts.To(call, right.Type.WithNullable(result.Nullable)) : call;
    }

    /// <summary>A DECIMAL result of more than 38 digits becomes NULL, so NULL is possible wherever the exact type would not fit.</summary>
    private static bool DecimalMayOverflow(string op, SqlType left, SqlType right)
    {
        SqlType a = TypeRules.AsDecimal(left), b = TypeRules.AsDecimal(right);
        int digits = op == "*" ? a.Precision + b.Precision + 1
            : Math.Max(a.Precision - a.Scale, b.Precision - b.Scale) + Math.Max(a.Scale, b.Scale) + 1;
        return op is "+" or "-" or "*" && digits > SqlType.MaxDecimalPrecision;
    }

    private Expr BindIs(IsExpression i)
    {
        string name = $"IS {(i.Not ? "NOT " : "")}{i.Test}";
        if (i.Test == "NULL")
        {
            Expr any = Bind(i.Operand);
            return Bad(any) ? any : Call(name, SqlType.Boolean.NotNull, any);
        }
        if (i.Test.StartsWith("JSON", StringComparison.Ordinal))
        {
            Expr text = Bind(i.Operand);
            if (Bad(text) || Resolved("IS JSON", [text, Word(i.Test is "JSON" ? "VALUE" : i.Test["JSON ".Length..])], i.Span) is not { } test || Bad(test)) return s_bad;
            return i.Not ? Call("NOT", test.Type, test) : test;
        }
        Expr operand = BindCondition(i.Operand, name);
        if (Bad(operand)) return operand;
        // UNKNOWN is the NULL of BOOLEAN.
        if (i.Test == "UNKNOWN") name = i.Not ? "IS NOT NULL" : "IS NULL";
        return Call(name, SqlType.Boolean.NotNull, operand);
    }

    private Expr BindIsDistinct(IsDistinctExpression d)
    {
        Expr left = Bind(d.Left), right = Bind(d.Right);
        if (Bad(left, right) || Comparable(left, right, d.Span) is not var (a, b)) return s_bad;
        return Call($"IS {(d.Not ? "NOT " : "")}DISTINCT FROM", SqlType.Boolean.NotNull, a, b);
    }

    private Expr BindBetween(BetweenExpression b)
    {
        Expr value = Bind(b.Operand), low = Bind(b.Low), high = Bind(b.High);
        if (Bad(value, low, high)) return s_bad;
        Expr within = Within(value, low, high, b.Span);
        if (b.Symmetric && !Bad(within))
        {
            Expr other = Within(value, high, low, b.Span);
            within = Bad(other) ? other : Call("OR", Logical(within, other), within, other);
        }
        return Bad(within) || !b.Not ? within : Call("NOT", within.Type, within);
    }

    private Expr Within(Expr value, Expr low, Expr high, TextSpan span)
    {
        Expr above = Compare(">=", value, low, span), below = Bad(above) ? above : Compare("<=", value, high, span);
        return Bad(above, below) ? s_bad : Call("AND", Logical(above, below), above, below);
    }

    private Expr BindInList(InListExpression i)
    {
        Expr value = Bind(i.Operand);
        Expr[] items = [.. i.Items.Select(Bind)];
        if (Bad(value) || items.Any(e => e is BadExpr)) return s_bad;
        SqlType? common = value.Type;
        foreach (Expr item in items)
        {
            if (Comparable(value, item, i.Span) is not var (a, _)) return s_bad;
            common = common is null ? a.Type : TypeRules.Common(common, a.Type) ?? a.Type;
        }
        if (common!.IsText) common = SqlType.String;
        ImmutableArray<Expr> arguments = [Casts.To(value, common), .. items.Select(e => Casts.To(e, common))];
        SqlType type = SqlType.Boolean.WithNullable(arguments.Any(a => a.Type.Nullable));
        Expr call = functions.Exists("IN") ? Call("IN", type, arguments)
            : arguments.Skip(1).Select(item => (Expr)Call("=", Logical(arguments[0], item), arguments[0], item)).Aggregate((a, b) => Call("OR", Logical(a, b), a, b));
        return i.Not ? Call("NOT", type, call) : call;
    }

    private Expr BindLike(LikeExpression l)
    {
        Expr value = Bind(l.Operand), pattern = Bind(l.Pattern);
        Expr? escape = l.Escape is null ? null : Bind(l.Escape);
        if (Bad(value, pattern) || escape is BadExpr) return s_bad;
        if (l.Operator == "RLIKE") return Error(Codes.NotSupported, l.Span, "RLIKE is not part of this dialect", "use REGEXP(text, pattern)");
        if (!IsTextLike(value) || !IsTextLike(pattern))
            return Error(Codes.TypeMismatch, l.Span, $"{l.Operator} wants texts, these are {Show(value.Type)} and {Show(pattern.Type)}");
        ImmutableArray<Expr> arguments = [Casts.To(value, SqlType.String), Casts.To(pattern, SqlType.String)];
        if (escape is not null) arguments = arguments.Add(Casts.To(escape, SqlType.String));
        Expr call = Resolved(l.Operator, arguments, l.Span) ?? Call(l.Operator, SqlType.Boolean.WithNullable(value.Type.Nullable || pattern.Type.Nullable), arguments);
        return l.Not && !Bad(call) ? Call("NOT", call.Type, call) : call;
    }

    private Expr BindCase(CaseExpression c)
    {
        Expr? operand = c.Operand is null ? null : Bind(c.Operand);
        var conditions = new List<Expr>();
        var results = new List<Expr>();
        foreach (WhenClause when in c.Whens)
        {
            conditions.Add(BindWhen(when, operand));
            results.Add(Bind(when.Result));
        }
        results.Add(c.Else is null ? new LiteralExpr(null, SqlType.Null) : Bind(c.Else));
        if (operand is BadExpr || conditions.Exists(e => e is BadExpr) || results.Exists(e => e is BadExpr)) return s_bad;
        if (TypeRules.Common(results.Select(r => r.Type)) is not { } type)
            return Error(Codes.TypeMismatch, c.Span, $"the results of this CASE have no type in common: {string.Join(", ", results.Select(r => Show(r.Type)).Distinct())}");
        if (type.Kind == TypeKind.Null) return Error(Codes.TypeMismatch, c.Span, "every result of this CASE is NULL", "give one of them a type by CAST(NULL AS …)");
        var arguments = ImmutableArray.CreateBuilder<Expr>();
        for (int i = 0; i < conditions.Count; i++)
        {
            arguments.Add(conditions[i]);
            arguments.Add(Casts.To(results[i], type));
        }
        arguments.Add(Casts.To(results[^1], type));
        return Call("CASE", type, arguments.ToImmutable());
    }

    private Expr BindWhen(WhenClause when, Expr? operand)
    {
        if (operand is null) return BindCondition(when.Conditions[0], "WHEN");
        if (Bad(operand)) return operand;
        Expr? any = null;
        foreach (Expression value in when.Conditions)
        {
            Expr right = Bind(value);
            Expr equal = Bad(right) ? right : Compare("=", operand, right, value.Span);
            if (Bad(equal)) return equal;
            any = any is null ? equal : Call("OR", Logical(any, equal), any, equal);
        }
        return any!;
    }

    private Expr BindCast(CastExpression c)
    {
        Expr operand = Bind(c.Operand);
        if (TypeBinder.Bind(c.Type, diagnostics) is not { } type || Bad(operand)) return s_bad;
        if (!Casts.Explicit(operand.Type, type))
        {
            string? help = operand.Type.IsTimestamp && type.IsNumeric ? "use UNIX_TIMESTAMP(…) or TIMESTAMPDIFF(…)"
                : operand.Type.IsNumeric && type.IsTimestamp ? "use TO_TIMESTAMP_LTZ(number, 3)" : null;
            return Error(Codes.InvalidCast, c.Span, $"{Show(operand.Type)} cannot be cast to {Show(type)}", help);
        }
        return Casts.To(operand, type, c.Try);
    }
}
