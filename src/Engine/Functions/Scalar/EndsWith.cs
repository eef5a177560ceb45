using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ENDSWITH", "ENDSWITH(expr, endExpr)", Doc = "Whether the first text ends with the second.", Example = "ENDSWITH('Flink', 'nk') = TRUE")]
public sealed class EndsWith : ScalarFunction
{
    public EndsWith()
    {
        Add(Overload.Of<Kernel, Text, Text, bool>(Take.Text, Take.Text, SqlType.Boolean));
        Add(Overload.Of<Kernel, Text, Text, bool>(Take.Binary, Take.Binary, SqlType.Boolean));
    }

    private readonly struct Kernel : IBinary<Text, Text, bool>
    {
        public bool Invoke(Text a, Text b, ref bool result)
        {
            result = a.Bytes.EndsWith(b.Bytes);
            return true;
        }
    }
}
