using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Kernels;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("NOT", "NOT boolean", Doc = "The opposite; NULL stays NULL.", Example = "(NOT TRUE) = FALSE")]
public sealed class NotFunction : ScalarFunction
{
    public NotFunction() => Add(Overload.Of<Not, bool, bool>(Take.Boolean, SqlType.Boolean));
}
