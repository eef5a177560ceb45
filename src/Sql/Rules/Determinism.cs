using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Rules;

/// <summary>Whether an expression gives the same for the same row, however often it is evaluated.</summary>
internal static class Determinism
{
    private static readonly HashSet<string> s_varying =
    [
        "RAND", "RAND_INTEGER", "UUID", "NOW", "CURRENT_TIMESTAMP", "CURRENT_TIME", "CURRENT_DATE", "LOCALTIME", "LOCALTIMESTAMP",
        "CURRENT_ROW_TIMESTAMP", "UNIX_TIMESTAMP", "PROCTIME", "CURRENT_WATERMARK",
    ];

    public static bool Holds(Expr e) => !ExprTree.All(e).Any(x => x is CallExpr c && s_varying.Contains(c.Function));
}
