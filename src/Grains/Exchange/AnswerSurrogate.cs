using OrleansStream.Engine.Flow;

namespace OrleansStream.Grains.Exchange;

/// <summary>An answer on the wire.</summary>
[GenerateSerializer, Immutable, Alias("answer")]
public struct AnswerSurrogate
{
    [Id(0)] public byte Kind;
    [Id(1)] public long Value;
}

[RegisterConverter]
public sealed class AnswerConverter : IConverter<Answer, AnswerSurrogate>
{
    public Answer ConvertFromSurrogate(in AnswerSurrogate surrogate) => new((AnswerKind)surrogate.Kind, surrogate.Value);

    public AnswerSurrogate ConvertToSurrogate(in Answer value) => new() { Kind = (byte)value.Kind, Value = value.Value };
}
