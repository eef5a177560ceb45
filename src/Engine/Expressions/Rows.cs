using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions;

/// <summary>
/// The rows of the batch in progress for which a result is wanted. Results are addressed by position; only these positions need be right.
/// </summary>
public readonly ref struct Rows
{
    internal Rows(int length, ReadOnlySpan<int> selected, bool all, int set)
    {
        Length = length;
        Selected = selected;
        All = all;
        Set = set;
    }

    /// <summary>Rows that lie in the batch: the length of every result.</summary>
    public int Length { get; }

    /// <summary>The wanted positions, ascending; meaningless when <see cref="All"/>.</summary>
    public ReadOnlySpan<int> Selected { get; }

    /// <summary>All positions are wanted.</summary>
    public bool All { get; }

    /// <summary>Names this set of rows within the evaluation of one batch; see <see cref="Evaluation.Contains"/>.</summary>
    public int Set { get; }

    public int Count => All ? Length : Selected.Length;

    /// <summary>Whether computing every row beats picking the wanted ones: vectors do four to thirty-two rows in the time of one.</summary>
    public bool Dense => All || Selected.Length * 4 >= Length;
}
