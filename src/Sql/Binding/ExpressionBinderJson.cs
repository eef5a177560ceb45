using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>JSON functions: their clauses become constants before, or behind, the arguments.</summary>
internal sealed partial class ExpressionBinder
{
    private Expr BindJson(string name, ImmutableArray<JsonArgument> arguments, ImmutableArray<JsonClause> clauses, TextSpan span, CallExpression? call = null)
    {
        bool keyed = name is "JSON_OBJECT" or "JSON_OBJECTAGG";
        if (arguments.FirstOrDefault(a => a.Key is null == keyed) is { } odd)
            return Error(Codes.WrongArguments, odd.Span, keyed ? $"{name} takes keys with values: KEY 'a' VALUE 1" : $"{name} takes no keys");
        switch (name)
        {
            case "JSON_OBJECT" or "JSON_ARRAY":
                Expr[] members = [OnNull(name, clauses), .. arguments.SelectMany(a => a.Key is null ? [JsonOf(a.Value)] : new[] { Bind(a.Key), JsonOf(a.Value) })];
                return members.Any(m => m is BadExpr) ? s_bad : Resolved(name, [.. members], span)!;
            case "JSON_OBJECTAGG" or "JSON_ARRAYAGG":
                return BindJsonAggregate(name, arguments, clauses, span, call);
            default:
                Expr[] plain = [.. arguments.Select(a => Bind(a.Value))];
                if (plain.Length != 2) return Error(Codes.WrongArguments, span, $"{name} takes a text and a path");
                return plain.Any(p => p is BadExpr) ? s_bad : BindJsonPath(name, plain, clauses, span);
        }
    }

    private static LiteralExpr Word(string text) => new(text, SqlType.String.NotNull);

    private static LiteralExpr OnNull(string name, ImmutableArray<JsonClause> clauses) =>
        Word(clauses.FirstOrDefault(c => c.Text.EndsWith(" ON NULL", StringComparison.Ordinal)) is { } c ? c.Text[..^" ON NULL".Length] : name.StartsWith("JSON_OBJECT", StringComparison.Ordinal) ? "NULL" : "ABSENT");

    /// <summary>A value as JSON text: what is JSON already stays as it is.</summary>
    private Expr JsonOf(Expression syntax)
    {
        bool isJson = syntax is JsonExpression { Function: "JSON_OBJECT" or "JSON_ARRAY" or "JSON_QUERY" }
            || (syntax is CallExpression c && c.Function.Text.ToUpperInvariant() is "JSON_OBJECT" or "JSON_ARRAY" or "JSON");
        if (syntax is CallExpression { Arguments: [var only] } json && json.Function.Text.Equals("JSON", StringComparison.OrdinalIgnoreCase))
        {
            Expr text = Bind(only.Value);
            return Bad(text) ? text : Resolved("JSON", [text], syntax.Span)!;
        }
        Expr value = Bind(syntax);
        if (Bad(value) || isJson) return value;
        return Resolved("JSON_STRING", [value], syntax.Span)!;
    }

    private Expr BindJsonAggregate(string name, ImmutableArray<JsonArgument> arguments, ImmutableArray<JsonClause> clauses, TextSpan span, CallExpression? call)
    {
        if (!AllowAggregates) return Error(Codes.MisplacedAggregate, span, $"{name} is an aggregate and stands only in a select list, HAVING or ORDER BY");
        if (arguments.Length != 1) return Error(Codes.WrongArguments, span, $"{name} takes one value");
        if (_inAggregate) return Error(Codes.MisplacedAggregate, span, "an aggregate within an aggregate", "aggregate twice by a subquery");
        _inAggregate = true;
        try
        {
            Expr value = JsonOf(arguments[0].Value);
            Expr? key = arguments[0].Key is { } k ? Bind(k) : null;
            Expr? filter = call?.Filter is { } f ? BindCondition(f, "FILTER") : null;
            if (Bad(value) || key is BadExpr || filter is BadExpr) return s_bad;
            if (key is not null && !key.Type.IsText) return Error(Codes.WrongArguments, span, $"a key of {name} is a text, this is {Show(key.Type)}");
            bool absent = OnNull(name, clauses).Value == "ABSENT";
            // A value that is to be left out does not count.
            if (absent && value.Type.Nullable)
            {
                Expr present = Call("IS NOT NULL", SqlType.Boolean.NotNull, value);
                filter = filter is null ? present : Call("AND", SqlType.Boolean.WithNullable(filter.Type.Nullable), filter, present);
            }
            ImmutableArray<Expr> bound = key is null ? [value] : [Casts.To(key, SqlType.String), value];
            // A group without values gives [] or {}.
            return new AggregateExpr(new BoundAggregate(name, bound, call?.Distinct ?? false, filter, SqlType.String.NotNull));
        }
        finally { _inAggregate = false; }
    }

    private Expr BindJsonPath(string name, Expr[] plain, ImmutableArray<JsonClause> clauses, TextSpan span)
    {
        (string Word, Expr? Value) On(string when, string otherwise)
        {
            JsonClause? c = clauses.FirstOrDefault(c => c.Text.EndsWith($" ON {when}", StringComparison.Ordinal));
            return c is null ? (otherwise, null) : (c.Text[..^$" ON {when}".Length], c.Value is null ? null : Bind(c.Value));
        }
        SqlType? returning = clauses.FirstOrDefault(c => c.Returning is not null) is { } r ? TypeBinder.Bind(r.Returning!, diagnostics) : null;
        string error = On("ERROR", name == "JSON_EXISTS" ? "FALSE" : "NULL").Word;
        switch (name)
        {
            case "JSON_EXISTS": return Resolved(name, [.. plain, Word(error)], span)!;
            case "JSON_QUERY":
                string wrapper = clauses.FirstOrDefault(c => c.Text.EndsWith("WRAPPER", StringComparison.Ordinal))?.Text ?? "WITHOUT WRAPPER";
                wrapper = wrapper.StartsWith("WITHOUT", StringComparison.Ordinal) ? "WITHOUT" : wrapper.Contains("UNCONDITIONAL", StringComparison.Ordinal) || !wrapper.Contains("CONDITIONAL", StringComparison.Ordinal) ? "UNCONDITIONAL" : "CONDITIONAL";
                bool array = returning?.Kind == TypeKind.Array;
                if (array && !returning!.Element!.IsText || returning is not null && !array && !returning.IsText)
                    return Error(Codes.WrongArguments, span, $"JSON_QUERY returns a text or an array of texts, not {Show(returning)}");
                string empty = On("EMPTY", "NULL").Word;
                if (array && (empty == "EMPTY OBJECT" || error == "EMPTY OBJECT")) return Error(Codes.WrongArguments, span, "an empty object is no array");
                return Resolved(name, [.. plain, Word(wrapper), Word(empty), Word(error), .. array ? new[] { Word("ARRAY") } : []], span)!;
            default:
                (string onEmpty, Expr? whenEmpty) = On("EMPTY", "NULL");
                (string onError, Expr? whenError) = On("ERROR", "NULL");
                Expr Default(Expr? e) => e is null ? new LiteralExpr(null, SqlType.String) : Casts.To(e, SqlType.String);
                if (whenEmpty is BadExpr || whenError is BadExpr) return s_bad;
                if (Resolved(name, [.. plain, Word(onEmpty), Default(whenEmpty), Word(onError), Default(whenError)], span) is not { } value || Bad(value)) return s_bad;
                return returning is null || returning.IsText ? value : Casts.To(value, returning, onError != "ERROR");
        }
    }
}
