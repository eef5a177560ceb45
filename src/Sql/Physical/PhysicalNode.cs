using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>
/// A step as it will run. Each kind answers, in its file: given these inputs, what can it emit; what does it need of each input; which spec does the plan store.
/// Traits are filled in by the passes.
/// </summary>
public abstract record PhysicalNode(ImmutableArray<PhysicalNode> Inputs, ImmutableArray<RelColumn> Columns)
{
    public Traits Traits { get; init; } = Traits.None;

    public Schema Schema => RelColumn.Schema(Columns);

    /// <summary>What messages call it: a word or two for people.</summary>
    public abstract string Title { get; }

    /// <summary>One line: the operator and what it does, names for people.</summary>
    public abstract string Describe();

    /// <summary>What makes the operator itself over edits of the query around it: no names, no column positions, no lists that grow with the select list.</summary>
    public abstract string Identity { get; }

    /// <summary>Kinds of changes it can emit, given those of its inputs.</summary>
    public abstract ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs);

    /// <summary>Kinds of changes that a port can take.</summary>
    public virtual ModifyKinds Accepts(int port) => ModifyKinds.All;

    /// <summary>How updates must reach a port so that its own output can be as <paramref name="asked"/>.</summary>
    public virtual UpdateKind NeedsUpdates(int port, UpdateKind asked) => UpdateKind.BeforeAndAfter;

    /// <summary>How updates leave it, given how they are asked for and how they reach it: a step that only forwards cannot change their form.</summary>
    public virtual UpdateKind GivesUpdates(UpdateKind asked, ImmutableArray<UpdateKind> inputs) => inputs.IsEmpty ? UpdateKind.BeforeAndAfter : inputs.Max();

    /// <summary>How deletes must reach a port so that its own output can be as <paramref name="asked"/>.</summary>
    public virtual DeleteKind NeedsDeletes(int port, DeleteKind asked) => DeleteKind.Full;

    /// <summary>Where rows of a port must be.</summary>
    public virtual Distribution Requires(int port) => Distribution.Any;

    /// <summary>Where its output is, given where its inputs are.</summary>
    public abstract Distribution Gives(ImmutableArray<Distribution> inputs);

    /// <summary>Column sets by which updates of its output are addressed.</summary>
    public virtual ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs) => [];

    /// <summary>What people are told while the engine has no such operator; null when it has.</summary>
    public virtual string? NotYet => null;

    /// <summary>What the plan stores; null for nodes that are no operators: sources and exchanges.</summary>
    public virtual OperatorSpec? Spec() => null;

    public PhysicalNode WithInputs(ImmutableArray<PhysicalNode> inputs) =>
        inputs.AsSpan().SequenceEqual(Inputs.AsSpan(), ReferenceEqualityComparer.Instance) ? this : this with { Inputs = inputs };

    public virtual bool Equals(PhysicalNode? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    protected static string List<T>(IEnumerable<T> items) => $"[{string.Join(", ", items)}]";

    /// <summary>Columns of the input by name, for people.</summary>
    protected string Names(IEnumerable<int> columns) => List(columns.Select(c => Inputs[0].Columns[c].Name));

    /// <summary>Where columns go in an output that forwards some of them: their new positions, or null if one is gone.</summary>
    protected static ImmutableArray<int>? Follow(ImmutableArray<int> columns, Func<int, int> position)
    {
        ImmutableArray<int> moved = [.. columns.Select(position)];
        return moved.Contains(-1) ? null : moved;
    }
}
