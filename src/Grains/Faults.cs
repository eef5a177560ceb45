using OrleansStream.Contracts;
using OrleansStream.Engine.Checks;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Flow;
using OrleansStream.Runtime;

namespace OrleansStream.Grains;

/// <summary>What an exception means for a job.</summary>
internal static class Faults
{
    public static JobFault Of(Exception cause, string? where, DateTimeOffset at) => cause switch
    {
        MalformedRecordException m => new JobFault(MalformedRecordException.Code, m.Message, m.Line > 0 ? $"{m.Origin}:{m.Line}:{m.Column}" : m.Origin ?? where, at),
        _ when CodeOf(cause.Message) is { } code => new JobFault(code, cause.Message[(code.Length + 2)..], where, at),
        _ => new JobFault(FaultCodes.Unexpected, Said(cause), where, at),
    };

    /// <summary>The same would happen again: a person must change something first.</summary>
    public static bool AreFatal(Exception cause) => cause is not ObjectDisposedException
        && cause is MalformedRecordException or EvaluationException or ArithmeticException or FormatException or InvalidCastException
        or InvalidDataException or NotSupportedException or KeyNotFoundException or ArgumentException or FileNotFoundException or DirectoryNotFoundException
        or UnauthorizedAccessException or InvalidOperationException or NullRowtimeException or MemoryLimitException or OptionException or InvariantException;

    // Errors of the Engine and Runtime that have a code begin their message with it: OS5006: …
    private static string? CodeOf(string message) =>
        message.Length > 8 && message.StartsWith("OS5", StringComparison.Ordinal) && message[6] == ':' && message[7] == ' ' ? message[..6] : null;

    // For people: names of .NET types are of the log, which has the whole of it.
    private static string Said(Exception cause) => cause switch
    {
        AggregateException { InnerException: { } inner } => Said(inner),
        DivideByZeroException => "division by zero",
        OverflowException { Message: "Arithmetic operation resulted in an overflow." } => "a result is too large for its type",
        OutOfMemoryException => "the process has no memory left",
        TimeoutException => $"no answer in time: {cause.Message}",
        NullReferenceException or IndexOutOfRangeException or AccessViolationException =>
            $"an error of OrleansStream itself, its log has the details: {cause.Message}",
        _ => cause.Message,
    };
}
