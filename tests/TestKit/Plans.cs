using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.TestKit;

/// <summary>Builds plans for tests, stage by stage.</summary>
public sealed class PlanBuilder
{
    private readonly List<StagePlan> _stages = [];
    private readonly List<Exchange> _exchanges = [];
    private readonly Dictionary<string, string> _settings = [];
    private int _nodes;

    public static TableRef Table(string name, Schema schema) => new(name, "memory", ImmutableSortedDictionary<string, string>.Empty, schema, [], []);

    public PlanBuilder Set(string name, object value)
    {
        _settings[name] = value.ToString()!;
        return this;
    }

    /// <summary>A stage that reads a table as it is; <paramref name="rowtime"/> (a column, or −1) makes watermarks.</summary>
    public StageBuilder Source(string table, Schema schema, int rowtime = -1, int parallelism = 1, long intervalMs = 0)
    {
        var mark = rowtime < 0 ? null : new WatermarkSpec(rowtime, new ColumnExpr(rowtime, schema[rowtime].Type), intervalMs);
        return new StageBuilder(this, parallelism, [new SourceInput(Table(table, schema), [.. Enumerable.Range(0, schema.Count)], [], mark, $"src-{table}", schema)]);
    }

    /// <summary>A stage that receives exchanges from nodes of earlier stages.</summary>
    public StageBuilder Stage(int parallelism, params (int Stage, int Node, Schema Schema, ExchangeKind Kind, int[] Keys)[] inputs)
    {
        int stage = _stages.Count;
        var ins = ImmutableArray.CreateBuilder<StageInput>();
        foreach (var (from, node, schema, kind, keys) in inputs)
        {
            ins.Add(new ExchangeInput(_exchanges.Count, schema));
            _exchanges.Add(new Exchange(_exchanges.Count, from, node, stage, ins.Count - 1, kind, [.. keys], schema, Changelog: false));
        }

        return new StageBuilder(this, parallelism, ins.DrainToImmutable());
    }

    public Plan Build() => new(Plan.CurrentFormat, [.. _stages], [.. _exchanges], _settings.ToImmutableSortedDictionary(StringComparer.Ordinal));

    public sealed class StageBuilder(PlanBuilder plan, int parallelism, ImmutableArray<StageInput> inputs)
    {
        private readonly List<NodePlan> _added = [];

        /// <summary>Adds an operator; its ports read stage inputs (~i) or nodes. Gives the node's id.</summary>
        public StageBuilder Node(OperatorSpec spec, out int id, params int[] from)
        {
            id = plan._nodes++;
            _added.Add(new NodePlan(id, $"n{id}", spec, [.. from.Select(f => f < 0 ? NodeInput.FromStageInput(~f) : NodeInput.FromNode(f))]));
            return this;
        }

        public StageBuilder Sink(string table, Schema schema, int from) => Node(new SinkSpec(Table(table, schema), false, []), out _, from);

        /// <summary>A sink that takes updates.</summary>
        public StageBuilder Changes(string table, Schema schema, int from) => Node(new SinkSpec(Table(table, schema), true, []), out _, from);

        /// <summary>Gives the stage's id.</summary>
        public int End()
        {
            int id = plan._stages.Count;
            plan._stages.Add(new StagePlan(id, $"stage {id}", parallelism, inputs, [.. _added]));
            return id;
        }
    }
}
