using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using Document = OrleansStream.Engine.Plan.Plan;

namespace OrleansStream.Engine.Checkpoints;

/// <summary>
/// Whether a plan can go on from a savepoint: state is found by the ids of operators, positions by those of sources, time by the stages that both plans have. Pure; what
/// does not fit is said, never left out silently.
/// </summary>
public static class SavepointFit
{
    /// <summary>The manifest that the plan's first generation starts from; null when there are <paramref name="findings"/>.</summary>
    /// <param name="dropState">state and positions that the plan has no place for may be left behind.</param>
    public static Manifest? Of(Savepoint savepoint, Document plan, bool dropState, ICollection<string> findings)
    {
        var taken = savepoint.Manifest;
        if (taken.HashVersion != RowHash.Version) findings.Add($"its keys are hashed by version {taken.HashVersion}, this is version {RowHash.Version}");
        var old = PlanJson.Read(savepoint.Plan);
        CompareStates(old, plan, dropState, findings);
        CompareSources(old, plan, dropState, findings);
        var stages = Stages(old, plan, findings);
        if (findings.Count > 0) return null;
        var sources = Sources(plan).Select(s => s.Uid).ToHashSet(StringComparer.Ordinal);
        return taken with
        {
            Generation = 0,
            Last = false,
            Shards = [.. taken.Shards.Where(s => stages.ContainsKey(s.Stage)).Select(s => s with { Stage = stages[s.Stage], Splits = [.. s.Splits.Where(p => sources.Contains(p.Source))] })],
            Enumerators = taken.Enumerators.Where(e => sources.Contains(e.Key)).ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }

    private static void CompareStates(Document old, Document plan, bool dropState, ICollection<string> findings)
    {
        var now = States(plan).ToDictionary(s => s.Uid, StringComparer.Ordinal);
        foreach (var was in States(old))
        {
            if (!now.TryGetValue(was.Uid, out var held))
            {
                if (!dropState) findings.Add($"the savepoint holds state of {was.Operator}, which this script does not have");
                continue;
            }

            foreach (var spec in held.Specs)
            {
                if (was.Specs.FirstOrDefault(s => s.Name == spec.Name) is not { } before || Shape(before) == Shape(spec)) continue;
                findings.Add($"{held.Operator} keeps '{spec.Name}' as {Shape(spec)}, the savepoint has it as {Shape(before)}");
            }
        }
    }

    private static void CompareSources(Document old, Document plan, bool dropState, ICollection<string> findings)
    {
        if (dropState) return;
        var now = Sources(plan).Select(s => s.Uid).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in Sources(old).Where(s => !now.Contains(s.Uid)))
            findings.Add($"the savepoint holds how far table '{gone.Table.Name}' was read, and this script does not read it");
    }

    // Old stage to new stage, for those that share operators or sources. Time belongs to the inputs of a stage: they must be the same ones.
    private static Dictionary<int, int> Stages(Document old, Document plan, ICollection<string> findings)
    {
        var map = new Dictionary<int, int>();
        foreach (var stage in plan.Stages)
        {
            var mine = Uids(stage);
            var shared = old.Stages.Where(o => Uids(o).Overlaps(mine)).ToArray();
            if (shared.Length == 0) continue;
            if (shared.Length > 1 || map.ContainsKey(shared[0].Id))
            {
                findings.Add($"stage '{stage.Name}' does not correspond to one stage of the savepoint's plan");
                continue;
            }

            if (Inputs(shared[0]) != Inputs(stage)) findings.Add($"stage '{stage.Name}' has other inputs than in the savepoint's plan");
            map.Add(shared[0].Id, stage.Id);
        }

        return map;
    }

    private static string Inputs(StagePlan stage) => string.Join(' ', stage.Inputs.Select(i => i is SourceInput s ? s.Uid : "exchange"));

    private static HashSet<string> Uids(StagePlan stage) =>
        [.. stage.Nodes.Select(n => n.Uid), .. stage.Inputs.OfType<SourceInput>().Select(s => s.Uid)];

    private static IEnumerable<SourceInput> Sources(Document plan) => plan.Stages.SelectMany(s => s.Inputs).OfType<SourceInput>();

    private static IEnumerable<(string Uid, string Operator, ImmutableArray<StateSpec> Specs)> States(Document plan) =>
        from stage in plan.Stages
        from node in stage.Nodes
        let specs = node.Spec.States([.. node.Inputs.Select(i => i.Node < 0 ? stage.Inputs[i.StageInput].Schema : stage.Nodes.First(n => n.Id == i.Node).Spec.Output)])
        where !specs.IsEmpty
        select (node.Uid, $"{node.Spec.Describe()} (operator {node.Uid})", specs);

    // As the parts have it: what differs here could not be read.
    private static string Shape(StateSpec s) => $"version {s.Version} {s.Kind} of {s.Key} {s.SubKey} → {s.Value}{(s.Ttl.Milliseconds > 0 ? " with a time to live" : "")}";
}
