namespace OrleansStream.Engine.Flow;

/// <summary>
/// The receiving end of a link: takes 0, 1, 2, … once each, of one generation. A pure value: <see cref="Offer"/> says what to answer and what is expected next.
/// </summary>
/// <param name="Next">the sequence expected.</param>
public readonly record struct LinkSequence(int Generation, long Next)
{
    /// <param name="newest">the newest generation of the job that the receiver knows.</param>
    public (LinkSequence After, Answer Answer) Offer(int generation, long sequence, int newest)
    {
        if (generation < newest) return (this, new Answer(AnswerKind.Stale, newest));
        if (generation != Generation) return (this, new Answer(AnswerKind.NotHere));
        if (sequence < Next) return (this, new Answer(AnswerKind.Duplicate));
        if (sequence > Next) return (this, new Answer(AnswerKind.Gap, Next));
        return (this with { Next = Next + 1 }, new Answer(AnswerKind.Taken));
    }
}
