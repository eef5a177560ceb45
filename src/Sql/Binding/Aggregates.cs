using OrleansStream.Columns;
using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Binding;

/// <summary>Result types of aggregates.</summary>
internal static class Aggregates
{
    private static readonly HashSet<string> s_names =
    [
        "COUNT", "SUM", "AVG", "MIN", "MAX", "FIRST_VALUE", "LAST_VALUE", "STDDEV_POP", "STDDEV_SAMP", "VAR_POP", "VAR_SAMP", "VARIANCE", "STDDEV",
        "LISTAGG", "COLLECT", "ARRAY_AGG", "PERCENTILE",
    ];

    public static IEnumerable<string> Names => s_names;

    public static bool Exists(string name) => s_names.Contains(name);

    /// <summary>The result's type; null with a message in <paramref name="problem"/> if the arguments do not fit.</summary>
    public static SqlType? ResultType(string name, Expr[] arguments, out string problem)
    {
        problem = $"{name} takes one argument";
        if (name == "COUNT") return SqlType.BigInt.NotNull;
        if (name == "PERCENTILE")
        {
            problem = "PERCENTILE takes a number, a percentage of 0 to 1 (or an array of them) that is not NULL, and possibly how often the number counts";
            bool fits = arguments.Length is 2 or 3 && !arguments.Any(a => a is LiteralExpr { Value: { } v } && a == arguments[1] && !(double.TryParse(v, System.Globalization.CultureInfo.InvariantCulture, out double p) && p is >= 0 and <= 1));
            return fits ? FunctionCatalog.Aggregates[name].Resolve([.. arguments.Select(a => a.Type)])?.Result : null;
        }
        if (arguments.Length != 1 && !(name == "LISTAGG" && arguments.Length == 2)) return null;
        SqlType of = arguments[0].Type;
        switch (name)
        {
            case "MIN" or "MAX":
                problem = $"{name} does not take {of.WithNullable(true)}: it has no order";
                return of.Kind is TypeKind.Map or TypeKind.Multiset or TypeKind.Array or TypeKind.Row or TypeKind.Null ? null : of;
            case "FIRST_VALUE" or "LAST_VALUE":
                return of;
            case "LISTAGG":
                problem = $"LISTAGG wants texts, not {of.WithNullable(true)}";
                return of.IsText ? SqlType.String.WithNullable(of.Nullable) : null;
            case "COLLECT":
                return SqlType.Multiset(of.NotNull).NotNull;
            case "ARRAY_AGG":
                return SqlType.Array(of);
        }
        problem = $"{name} wants numbers, not {of.WithNullable(true)}";
        if (!of.IsNumeric) return null;
        SqlType result = name switch
        {
            "SUM" => of.Kind == TypeKind.Decimal ? SqlType.Decimal(SqlType.MaxDecimalPrecision, of.Scale) : of,
            // As Flink has them: the average of integers is an integer.
            "AVG" or "VAR_POP" or "VAR_SAMP" or "STDDEV_POP" or "STDDEV_SAMP" or "VARIANCE" or "STDDEV" =>
                of.Kind == TypeKind.Decimal ? SqlType.Decimal(SqlType.MaxDecimalPrecision, Math.Max(6, of.Scale)) : of,
            _ => of,
        };
        return result.WithNullable(of.Nullable || name is "VAR_SAMP" or "STDDEV_SAMP" or "VARIANCE" or "STDDEV");
    }
}
