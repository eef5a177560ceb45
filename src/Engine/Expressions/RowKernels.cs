namespace OrleansStream.Engine.Expressions;

// The per-row form of a function: a struct, so that the loop over a batch is compiled for it. A type parameter is bool, sbyte, short, int, long, Int128, float,
// double or Text; the result may also be a TextSink. Rows with a NULL argument are not asked (they are NULL). False = the result is NULL.

public interface IUnary<TA, TR> where TA : struct where TR : struct
{
    bool Invoke(TA a, ref TR result);
}

public interface IBinary<TA, TB, TR> where TA : struct where TB : struct where TR : struct
{
    bool Invoke(TA a, TB b, ref TR result);
}

public interface ITernary<TA, TB, TC, TR> where TA : struct where TB : struct where TC : struct where TR : struct
{
    bool Invoke(TA a, TB b, TC c, ref TR result);
}

public interface IQuaternary<TA, TB, TC, TD, TR> where TA : struct where TB : struct where TC : struct where TD : struct where TR : struct
{
    bool Invoke(TA a, TB b, TC c, TD d, ref TR result);
}

/// <summary>Without arguments: one value a batch.</summary>
public interface INullary<TR> where TR : struct
{
    bool Invoke(Evaluation evaluation, ref TR result);
}
