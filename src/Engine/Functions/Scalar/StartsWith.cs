using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("STARTSWITH", "STARTSWITH(expr, startExpr)", Doc = "Whether the first text begins with the second.", Example = "STARTSWITH('Flink', 'Fl') = TRUE")]
public sealed class StartsWith : ScalarFunction
{
    public StartsWith()
    {
        Add(Overload.Of<Kernel, Text, Text, bool>(Take.Text, Take.Text, SqlType.Boolean));
        Add(Overload.Of<Kernel, Text, Text, bool>(Take.Binary, Take.Binary, SqlType.Boolean));
    }

    private readonly struct Kernel : IBinary<Text, Text, bool>
    {
        public bool Invoke(Text a, Text b, ref bool result)
        {
            result = a.Bytes.StartsWith(b.Bytes);
            return true;
        }
    }
}
