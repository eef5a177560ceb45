using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Physical;

namespace OrleansStream.Sql.Planning;

/// <summary>
/// Cuts a physical plan at its exchanges: what is connected otherwise is one stage. Also the fourth pass: each operator gets the id under which its state is found.
/// </summary>
internal sealed class StageCutter
{
    private readonly List<PhysicalNode> _nodes;
    private readonly Dictionary<PhysicalNode, PhysicalNode> _group = new(ReferenceEqualityComparer.Instance);
    private readonly Uids _uids = new();
    private readonly long _watermarkInterval;
    private readonly List<Exchange> _exchanges = [];

    private StageCutter(IEnumerable<PhysicalNode> roots, long watermarkInterval)
    {
        _watermarkInterval = watermarkInterval;
        _nodes = BottomUp(roots);
    }

    public static Plan Cut(ImmutableArray<PhysicalNode> sinks, ImmutableSortedDictionary<string, string> settings, long watermarkInterval) =>
        new StageCutter(sinks, watermarkInterval).Build(settings);

    private static List<PhysicalNode> BottomUp(IEnumerable<PhysicalNode> roots)
    {
        var order = new List<PhysicalNode>();
        var seen = new HashSet<PhysicalNode>(ReferenceEqualityComparer.Instance);
        void Visit(PhysicalNode node)
        {
            if (!seen.Add(node)) return;
            foreach (PhysicalNode input in node.Inputs) Visit(input);
            order.Add(node);
        }
        foreach (PhysicalNode root in roots) Visit(root);
        return order;
    }

    private PhysicalNode Find(PhysicalNode node)
    {
        while (!ReferenceEquals(_group[node], node)) node = _group[node];
        return node;
    }

    /// <summary>No stage needs, through others, what it gives itself.</summary>
    public static bool IsAcyclic(ImmutableArray<PhysicalNode> sinks) => Order(new StageCutter(sinks, 0).Groups()) is not null;

    /// <summary>Nodes by stage, each stage's in topological order.</summary>
    private List<List<PhysicalNode>> Groups()
    {
        foreach (PhysicalNode node in _nodes) _group[node] = node;
        foreach (PhysicalNode node in _nodes.Where(n => n is not PhysicalExchange))
        {
            foreach (PhysicalNode input in node.Inputs.Where(i => i is not PhysicalExchange))
                _group[Find(input)] = Find(node);
        }
        return [.. _nodes.Where(n => n is not PhysicalExchange).GroupBy(Find, ReferenceEqualityComparer.Instance).Select(g => g.ToList())];
    }

    private Plan Build(ImmutableSortedDictionary<string, string> settings)
    {
        List<List<PhysicalNode>> stages = Order(Groups()) ?? throw new InvalidOperationException("the stages of this plan feed each other in a circle");
        var stageOf = new Dictionary<PhysicalNode, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < stages.Count; i++)
            foreach (PhysicalNode node in stages[i]) stageOf[node] = i;
        var places = new Dictionary<PhysicalNode, NodeInput>(ReferenceEqualityComparer.Instance);
        ImmutableArray<StagePlan> plans = [.. stages.Select((nodes, id) => Stage(id, nodes, stageOf, places))];
        return new Plan(Plan.CurrentFormat, plans, [.. _exchanges], settings);
    }

    /// <summary>Topological: a stage stands behind those that feed it. Null if there is a circle.</summary>
    private static List<List<PhysicalNode>>? Order(List<List<PhysicalNode>> stages)
    {
        var ordered = new List<List<PhysicalNode>>();
        var placed = new HashSet<PhysicalNode>(ReferenceEqualityComparer.Instance);
        while (stages.Count > 0)
        {
            List<PhysicalNode>? next = stages.Find(s => s.SelectMany(n => n.Inputs).OfType<PhysicalExchange>().All(e => placed.Contains(e.Input)));
            if (next is null) return null;
            stages.Remove(next);
            ordered.Add(next);
            placed.UnionWith(next);
        }
        return ordered;
    }

    private StagePlan Stage(int id, List<PhysicalNode> nodes, Dictionary<PhysicalNode, int> stageOf, Dictionary<PhysicalNode, NodeInput> places)
    {
        var inputs = ImmutableArray.CreateBuilder<StageInput>();
        var plans = ImmutableArray.CreateBuilder<NodePlan>();
        var delivered = new Dictionary<PhysicalExchange, NodeInput>(ReferenceEqualityComparer.Instance);
        foreach (PhysicalNode node in nodes)
        {
            if (node is PhysicalScan scan)
            {
                places[scan] = NodeInput.FromStageInput(inputs.Count);
                inputs.Add(Source(scan));
                continue;
            }
            var ports = ImmutableArray.CreateBuilder<NodeInput>();
            foreach (PhysicalNode input in node.Inputs)
            {
                if (input is not PhysicalExchange exchange) { ports.Add(places[input]); continue; }
                if (!delivered.TryGetValue(exchange, out NodeInput place))
                {
                    place = delivered[exchange] = NodeInput.FromStageInput(inputs.Count);
                    inputs.Add(Receive(exchange, id, inputs.Count, stageOf, places));
                }
                ports.Add(place);
            }
            places[node] = NodeInput.FromNode(plans.Count);
            plans.Add(new NodePlan(plans.Count, _uids.Of(node), node.Spec()!, ports.ToImmutable()));
        }
        bool single = nodes.Exists(n => Enumerable.Range(0, n.Inputs.Length).Any(p => n.Requires(p).Kind == DistributionKind.Single));
        return new StagePlan(id, Name(nodes), single ? 1 : 0, inputs.ToImmutable(), plans.ToImmutable());
    }

    private ExchangeInput Receive(PhysicalExchange exchange, int stage, int input, Dictionary<PhysicalNode, int> stageOf, Dictionary<PhysicalNode, NodeInput> places)
    {
        NodeInput from = places[exchange.Input];
        int node = from.Node >= 0 ? from.Node : -1 - from.StageInput;
        ExchangeKind kind = exchange.Target.Kind switch
        {
            DistributionKind.Single => ExchangeKind.Single,
            DistributionKind.Hash => ExchangeKind.Hash,
            _ => ExchangeKind.Rebalance,
        };
        Schema schema = exchange.Input.Schema;
        bool changelog = exchange.Traits.ModifyKinds != ModifyKinds.Insert;
        var edge = new Exchange(_exchanges.Count, stageOf[exchange.Input], node, stage, input, kind, exchange.Target.Keys, schema, changelog);
        _exchanges.Add(edge);
        return new ExchangeInput(edge.Id, schema);
    }

    private SourceInput Source(PhysicalScan scan)
    {
        CatalogTable table = scan.Table;
        ImmutableArray<int> physical = table.ReadColumns;
        var payload = new Schema([.. physical.Select(p => new Field(table.Columns[p].Name, table.Columns[p].Type))]);
        string connector = scan.Options.First(o => o.Key == "connector").Value;
        var reference = new TableRef(table.Name, connector, PhysicalBuilder.TableOptions(scan.Options), payload,
            [.. table.PrimaryKey.Select(k => physical.IndexOf(k))], [.. table.PartitionKeys.Select(k => physical.IndexOf(k))])
        {
            Metadata = physical.Where(c => table.Columns[c].Kind == ColumnKind.Metadata).ToImmutableSortedDictionary(c => physical.IndexOf(c), c => table.Columns[c].Metadata.Key),
        };
        ImmutableArray<int> projection = [.. scan.Positions.Where(p => table.Columns[p].Kind != ColumnKind.Computed).Select(p => physical.IndexOf(p))];
        ImmutableArray<Expr> computed = [.. scan.Positions.Where(p => table.Columns[p].Kind == ColumnKind.Computed).Select(scan.Computed)];
        WatermarkSpec? watermark = table.Watermark is null ? null
            : new WatermarkSpec(scan.Positions.IndexOf(table.RowtimeColumn), scan.Local(table.Watermark), _watermarkInterval);
        bool changelog = scan.Traits.ModifyKinds != ModifyKinds.Insert;
        return new SourceInput(reference, projection, computed, watermark, _uids.Of(scan), scan.Schema) { Changelog = changelog };
    }

    private static string Name(List<PhysicalNode> nodes)
    {
        IEnumerable<string> parts = nodes.Where(n => n is not (PhysicalProject or PhysicalFilter)).Select(n => n switch
        {
            PhysicalScan s => s.Table.Name,
            PhysicalSink s => s.Target.Name,
            PhysicalGroupAggregate g => $"{(g.Group.Calls.IsEmpty ? "Distinct" : "GroupAggregate")}({g.Group.Phase.ToString().ToLowerInvariant()})",
            PhysicalSliceWindow w => $"{w.Function.Kind}Window({w.Phase.ToString().ToLowerInvariant()})",
            PhysicalTumbleWindow t => $"TumbleWindow({t.Window.Phase.ToString().ToLowerInvariant()})",
            _ => n.GetType().Name["Physical".Length..],
        });
        return string.Join(" → ", parts);
    }
}
