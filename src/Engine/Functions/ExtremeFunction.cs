using System.Collections.Immutable;
using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions;

/// <summary>GREATEST and LEAST: any NULL makes NULL.</summary>
public abstract class ExtremeFunction(bool greatest) : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.IsEmpty || TypeRules.Common(arguments.Select(a => a.Type)) is not { Width: > 0 } common) return null;
        return new ResolvedCall(Name, [.. arguments.Select(a => common.WithNullable(a.Type.Nullable))], common);
    }

    public override Node Bind(BoundCall call)
    {
        var nodes = call.Arguments.Select(a => Casting.To(a, call.Type.WithNullable(a.Type.Nullable), call.Evaluation)).ToList();
        return nodes.Skip(1).Aggregate(nodes[0], (x, y) => Pair(call.Type, x, y));
    }

    private Node Pair(SqlType type, Node a, Node b) => type.Physical switch
    {
        Physical.Int8 when type.Kind == TypeKind.Boolean => Numbers<byte>(type, a, b),
        Physical.Int8 => Numbers<sbyte>(type, a, b),
        Physical.Int16 => Numbers<short>(type, a, b),
        Physical.Int32 => Numbers<int>(type, a, b),
        Physical.Int64 => Numbers<long>(type, a, b),
        Physical.Int128 => Numbers<Int128>(type, a, b),
        Physical.Float32 => Numbers<float>(type, a, b),
        Physical.Float64 => Numbers<double>(type, a, b),
        _ => new BinaryNode<OfTexts, Text, Text, TextSink>(type, new(greatest), a, b),
    };

    private BinaryNode<OfNumbers<T>, T, T, T> Numbers<T>(SqlType type, Node a, Node b) where T : struct, INumber<T> => new(type, new(greatest), a, b);

    private readonly struct OfNumbers<T>(bool greatest) : IBinary<T, T, T> where T : struct, INumber<T>
    {
        public bool Invoke(T a, T b, ref T result)
        {
            result = a > b == greatest ? a : b;
            return true;
        }
    }

    private readonly struct OfTexts(bool greatest) : IBinary<Text, Text, TextSink>
    {
        public bool Invoke(Text a, Text b, ref TextSink result)
        {
            result.Append(a.Bytes.SequenceCompareTo(b.Bytes) > 0 == greatest ? a.Bytes : b.Bytes);
            return true;
        }
    }
}
