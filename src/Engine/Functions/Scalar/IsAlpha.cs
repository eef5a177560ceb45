using System.Collections.Immutable;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("IS_ALPHA", "IS_ALPHA(string)", Doc = "Whether the text consists of letters and is not empty; FALSE for NULL.", Example = "IS_ALPHA('ab') = TRUE")]
public sealed class IsAlpha : ScalarFunction
{
    public IsAlpha() => Add(Overload.Of<Kernel, Text, bool>(Take.Text, SqlType.Boolean));

    private readonly struct Kernel : IUnary<Text, bool>
    {
        public bool Invoke(Text a, ref bool result)
        {
            var text = a.Bytes;
            result = !text.IsEmpty;
            while (result && !text.IsEmpty)
            {
                Rune.DecodeFromUtf8(text, out var rune, out int taken);
                result = Rune.IsLetter(rune);
                text = text[taken..];
            }

            return true;
        }
    }

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) => base.Resolve(arguments) is { } r ? r with { Result = SqlType.Boolean.NotNull } : null;

    // NULL is FALSE here.
    public override Node Bind(BoundCall call) => new IsNode(call.Type, base.Bind(call), true, false);
}
