using OrleansStream.Engine.Flow;

namespace OrleansStream.Grains.Exchange;

/// <summary>An answer on the wire.</summary>
[GenerateSerializer, Immutable, Alias("answer")]
public readonly record struct AnswerSurrogate([property: Id(0)] byte Kind, [property: Id(1)] long Value);

[RegisterConverter]
public sealed class AnswerConverter : IConverter<Answer, AnswerSurrogate>
{
    public Answer ConvertFromSurrogate(in AnswerSurrogate surrogate) => new((AnswerKind)surrogate.Kind, surrogate.Value);

    public AnswerSurrogate ConvertToSurrogate(in Answer value) => new((byte)value.Kind, value.Value);
}
