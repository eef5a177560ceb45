using System.Globalization;
using System.Text;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Planning;

/// <summary>Plans as text: stages with what they read and run, and the exchanges between them.</summary>
public static class PlanPrinter
{
    public static string Print(Plan plan)
    {
        var text = new StringBuilder();
        foreach (StagePlan stage in plan.Stages)
        {
            string shards = stage.Parallelism == 0 ? "default" : stage.Parallelism.ToString(CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"stage {stage.Id}: {stage.Name}, shards={shards}\n");
            for (int i = 0; i < stage.Inputs.Length; i++) text.Append(CultureInfo.InvariantCulture, $"  in {i}: {Input(stage.Inputs[i])}\n");
            foreach (NodePlan node in stage.Nodes)
            {
                string inputs = string.Join(", ", node.Inputs.Select(n => n.Node >= 0 ? $"node {n.Node}" : $"in {n.StageInput}"));
                text.Append(CultureInfo.InvariantCulture, $"  node {node.Id}: {node.Spec.Describe()} <- {inputs}, uid={node.Uid}\n");
                text.Append(CultureInfo.InvariantCulture, $"    out {node.Spec.Output}\n");
                foreach (StateSpec state in States(stage, node)) text.Append(CultureInfo.InvariantCulture, $"    state {State(state)}\n");
            }
        }
        foreach (Exchange e in plan.Exchanges)
        {
            string from = e.FromNode >= 0 ? $"node {e.FromNode}" : $"in {-1 - e.FromNode}";
            string keys = e.Kind == ExchangeKind.Hash ? $"[{string.Join(", ", e.Keys.Select(k => "$" + k))}]" : "";
            text.Append(CultureInfo.InvariantCulture, $"exchange {e.Id}: stage {e.FromStage} {from} -> stage {e.ToStage} in {e.ToInput}, {e.Kind.ToString().ToLowerInvariant()}{keys}{(e.Changelog ? ", changelog" : "")}\n");
        }
        foreach ((string key, string value) in plan.Settings) text.Append(CultureInfo.InvariantCulture, $"set {key}={value}\n");
        return text.ToString();
    }

    private static string Input(StageInput input)
    {
        if (input is not SourceInput s) return $"exchange {((ExchangeInput)input).Exchange}";
        string options = string.Join(", ", s.Table.Options.Select(o => $"{o.Key}={o.Value}"));
        string computed = s.Computed.IsEmpty ? "" : $", computed=[{string.Join(", ", s.Computed)}]";
        string watermark = s.Watermark is null ? "" : $", watermark=[${s.Watermark.RowtimeColumn}: {s.Watermark.Expression}, every {s.Watermark.IntervalMs} ms]";
        return $"source {s.Table.Name}({s.Table.Connector}: {options}), read=[{string.Join(", ", s.Projection.Select(p => s.Table.Schema[p].Name))}]{computed}{watermark}{(s.Changelog ? ", changelog" : "")}, uid={s.Uid}";
    }

    private static System.Collections.Immutable.ImmutableArray<StateSpec> States(StagePlan stage, NodePlan node) =>
        node.Spec.States([.. node.Inputs.Select(i => i.Node >= 0 ? stage.Nodes[i.Node].Spec.Output : stage.Inputs[i.StageInput].Schema)]);

    private static string State(StateSpec s) => $"{s.Name} v{s.Version} {s.Kind} key={s.Key}{(s.SubKey is null ? "" : $" sub-key={s.SubKey}")} value={s.Value}";
}
