using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.Tests.Expressions;
using OrleansStream.Sql.Planning;

namespace OrleansStream.Engine.Tests.Functions;

/// <summary>What an expression of SQL came to.</summary>
/// <param name="Text">CAST(… AS STRING), null = NULL.</param>
/// <param name="Error">findings or the failure; null = none.</param>
/// <param name="Planned">whether there was a plan: the failure, if any, came from evaluating.</param>
internal sealed record SqlValue(string? Text, string? Error, bool Planned);

/// <summary>Evaluates expressions as SQL text: SELECT expression over a table of one row, planned by the product, its projections run by the product's evaluator.</summary>
internal static class SqlExpression
{
    private static readonly ConnectorSchemas Connectors = new([new OptionSchema("datagen", "One row.", true, false, [], [], true)]);

    /// <param name="columns">SQL of the columns that the expression names.</param>
    public static SqlValue Evaluate(string sql, IEnumerable<KeyValuePair<string, string>>? columns = null, string zone = "UTC")
    {
        var list = columns?.ToList() ?? [];
        string from = list.Count == 0 ? "dual" : $"(SELECT {string.Join(", ", list.Select(c => $"{c.Value} AS {c.Key}"))} FROM dual)";
        string script = $"CREATE TABLE dual (x INT) WITH ('connector' = 'datagen');\nSELECT {sql} FROM {from};";
        PlanResult result = SqlScript.Plan(script, new PlannerOptions(), Connectors);
        if (result.HasErrors || result.Job is not { } plan) return new SqlValue(null, result.Report, false);
        try
        {
            return new SqlValue(Run(plan, EvaluationContext.At(0) with { TimeZone = TimeZones.Find(zone)! }), null, true);
        }
        catch (Exception e) when (e is EvaluationException or InvalidDataException)
        {
            return new SqlValue(null, e.Message, e is EvaluationException);
        }
    }

    // The chain of the only stage that reads the source: projections, perhaps none, in front of the sink.
    private static string? Run(OrleansStream.Engine.Plan.Plan plan, EvaluationContext context)
    {
        var stage = plan.Stages[0];
        var source = (SourceInput)stage.Inputs[0];
        var batch = Rowset.Of(source.Schema, [.. new[] { source.Schema.Fields.Select(_ => (string?)null).ToArray() }]);
        batch.Length = 1;
        foreach (var node in stage.Nodes)
        {
            if (node.Spec is not ProjectSpec project) continue;
            var evaluator = Evaluator.Bind(project.Items, batch.Schema, context);
            var columns = new Column[project.Output.Count];
            evaluator.Evaluate(batch, columns);
            batch = new Batch(project.Output, columns) { Length = 1 };
        }

        var last = batch.Columns[0];
        var schema = Schema.Of(("c", last.Type));
        if (last.Type.IsBinary) return Print((TextColumn)last);
        var text = Evaluator.Bind(new CastExpr(new ColumnExpr(0, last.Type), SqlType.String), schema, context).Evaluate(new Batch(schema, [last]) { Length = 1 });
        return text.IsNull(0) ? null : Encoding.UTF8.GetString(((TextColumn)text)[0]);
    }

    private static string? Print(TextColumn column) => column.IsNull(0) ? null : $"x'{System.Convert.ToHexStringLower(column[0])}'";
}
