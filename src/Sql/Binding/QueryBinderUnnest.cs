using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>UNNEST: alone, or joined with what stands before it, whose columns it sees.</summary>
internal sealed partial class QueryBinder
{
    private Source? BindJoinUnnest(JoinTable j, UnnestTable unnest)
    {
        if (j.Kind is "RIGHT" or "FULL" || j.Natural || j.Using.Length > 0) return NotYet(j.Span, $"{j.Kind} JOIN UNNEST does not exist in streaming", "write CROSS JOIN or LEFT JOIN … ON TRUE");
        if (BindFrom(j.Left) is not { } left || BindUnnest(left, unnest, j.Kind == "LEFT") is not { } source) return null;
        if (j.On is null or BooleanLiteral { Value: true }) return source;
        if (j.Kind == "LEFT") return NotYet(j.On.Span, "LEFT JOIN UNNEST with a condition is not supported", "write ON TRUE");
        Expr condition = new ExpressionBinder(source.Scope, functions, diagnostics).BindCondition(j.On, "ON");
        if (condition is BadExpr) return null;
        ImmutableArray<Expr> all = [.. source.Query.Columns.Select((c, i) => new ColumnExpr(i, c.Type))];
        return source with { Query = new BoundSelect(source.Query, condition, null, null, null, [], null, all, false, source.Query.Columns) };
    }

    private Source? BindUnnest(Source left, UnnestTable u, bool outer)
    {
        Expr collection = new ExpressionBinder(left.Scope, functions, diagnostics).Bind(u.Value);
        if (collection is BadExpr) return null;
        if (collection.Type.Kind is not (TypeKind.Array or TypeKind.Map or TypeKind.Multiset))
        {
            diagnostics.Error(Codes.TypeMismatch, u.Value.Span, $"UNNEST takes an ARRAY, MAP or MULTISET, this is {collection.Type.WithNullable(true)}");
            return null;
        }
        var columns = new List<RelColumn>(Elements(collection.Type));
        if (u.WithOrdinality) columns.Add(new RelColumn("ORDINALITY", SqlType.Int.NotNull));
        if (outer) columns = columns.ConvertAll(c => c with { Type = c.Type.WithNullable(true) });
        if (u.Alias is { Columns.Length: > 0 } alias)
        {
            if (alias.Columns.Length != columns.Count)
            {
                diagnostics.Error(Codes.WrongArguments, alias.Span, $"{alias.Columns.Length} names for {columns.Count} columns");
                return null;
            }
            columns = [.. columns.Select((c, i) => c with { Name = alias.Columns[i].Name })];
        }
        ImmutableArray<RelColumn> both = [.. left.Query.Columns, .. columns];
        Scope scope = Scope.Join(left.Scope, Scope.Of(u.Alias?.Name.Name, [.. columns]), both, []);
        return new Source(new BoundUnnest(left.Query, collection, outer, u.WithOrdinality, both), scope);
    }

    private static IEnumerable<RelColumn> Elements(SqlType collection)
    {
        if (collection.Kind == TypeKind.Map) return [new RelColumn("KEY", collection.Key!), new RelColumn("VALUE", collection.Element!)];
        SqlType element = collection.Element!;
        return element.Kind == TypeKind.Row ? element.Fields.Select(f => new RelColumn(f.Name, f.Type.WithNullable(f.Type.Nullable || element.Nullable))) : [new RelColumn("f0", element)];
    }
}
