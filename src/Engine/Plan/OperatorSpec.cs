using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;

namespace OrleansStream.Engine.Plan;

/// <summary>Names an operator in plans; found by one scan at start.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class OperatorAttribute(string name) : Attribute
{
    /// <summary>Lower case with underscores: <c>tumble_window</c>.</summary>
    public string Name { get; } = name;
}

/// <summary>
/// What the plan stores of an operator: an immutable record, read back by <see cref="PlanJson"/> under its <see cref="OperatorAttribute"/>.
/// It lies in one file with the operator that it makes.
/// </summary>
/// <param name="Output">columns that the operator emits.</param>
public abstract record OperatorSpec(Schema Output)
{
    /// <summary>The tables that the operator will declare in <see cref="Operator.Open"/>, given its inputs: a plan says which state it keeps.</summary>
    public virtual ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [];

    /// <summary>A new operator, not opened yet.</summary>
    public abstract Operator Create();

    /// <summary>One line for EXPLAIN and golden plans: the name and what matters, without the output schema.</summary>
    public abstract string Describe();
}
