using OrleansStream.Columns;

namespace OrleansStream.Engine.Flow;

/// <summary>Where an operator's rows go. Nothing takes one row, nothing blocks.</summary>
public abstract class Output
{
    /// <summary>
    /// Hands rows on (columns of the operator's output schema, with selection, kinds and marks as they are). The batch is read before the call returns, or copied.
    /// </summary>
    public abstract void Append(Batch batch);

    /// <summary>
    /// A borrowed builder of the operator's output schema; rows written into it go on when it holds a batch at <see cref="Emit"/>, or when the operator's call returns.
    /// </summary>
    public abstract BatchBuilder Builder();

    /// <summary>Sends what the builder holds: call it when <c>Builder().Count</c> reaches <see cref="BatchSize"/>. Gives the (emptied) builder.</summary>
    public abstract BatchBuilder Emit();

    /// <summary>Rows of a batch: at most <see cref="Batch.MaxRows"/>; smaller in tests.</summary>
    public abstract int BatchSize { get; }

    /// <summary>Downstream has no room: an operator that can go on later returns and owes the rest to <see cref="Operator.Resume"/>.</summary>
    public abstract bool Full { get; }

    /// <summary>Tells the operators behind that no row at or below <paramref name="watermark"/> follows; lower than before = no effect. Held builder rows go first.</summary>
    public abstract void Advance(long watermark);
}
