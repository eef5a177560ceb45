using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Connect;

/// <summary>What a decoder consumed: <paramref name="Bytes"/> of the input, <paramref name="Records"/> in them, of which <paramref name="Malformed"/> gave no row.</summary>
public readonly record struct Decoded(int Bytes, int Records, int Malformed);

/// <summary>
/// Bytes of whole records into columns, by a scanner that knows the schema. Not thread-safe; keeps no input.
/// </summary>
public interface IFormatDecoder
{
    /// <summary>
    /// Decodes records from the start of <paramref name="input"/> until <paramref name="maxRows"/> rows were appended or it ends.
    /// </summary>
    /// <param name="position">offset of the input's first byte in its source, for error messages.</param>
    /// <exception cref="MalformedRecordException">a record is malformed and the policy is to fail.</exception>
    Decoded Decode(ReadOnlySpan<byte> input, long position, BatchBuilder to, int maxRows);

    /// <summary>Who takes malformed records: they are then skipped and counted, whatever the format's own policy; null = nobody.</summary>
    IMalformedRecords? Malformed { get => null; set => throw new NotSupportedException("this format cannot hand malformed records on"); }
}

/// <summary>Takes records that a decoder cannot read.</summary>
public interface IMalformedRecords
{
    /// <param name="record">its bytes, without the line's end.</param>
    /// <param name="position">offset of its first byte in its source.</param>
    /// <param name="reason">what is wrong, for people.</param>
    void Add(ReadOnlySpan<byte> record, long position, string reason);
}

/// <summary>Rows into bytes.</summary>
public interface IFormatEncoder
{
    /// <summary>Appends the rows of a batch that count, in order.</summary>
    void Encode(Batch batch, IBufferWriter<byte> to);
}

/// <summary>A record that the format cannot read: fails the job unless the table's policy says otherwise.</summary>
public sealed class MalformedRecordException(string message, string? source, long line, int column) : Exception(message)
{
    /// <summary>Stable code of the error.</summary>
    public const string Code = "OS5001";

    /// <summary>File or partition.</summary>
    public string? Origin { get; } = source;

    /// <summary>Line, from 1; 0 when unknown.</summary>
    public long Line { get; } = line;

    /// <summary>Byte in the line, from 1.</summary>
    public int Column { get; } = column;
}

/// <summary>A format: one file under Connectors/Formats, found by <see cref="FormatAttribute"/>.</summary>
public abstract class Format
{
    /// <summary>Its options, without the prefix of its name.</summary>
    public abstract ImmutableArray<Option> Options { get; }

    /// <param name="schema">the columns to fill, in order (already projected).</param>
    /// <param name="options">the format's options, without prefix.</param>
    /// <param name="origin">file or partition, for messages.</param>
    public abstract IFormatDecoder CreateDecoder(Schema schema, IReadOnlyDictionary<string, string> options, Func<string> origin);

    /// <summary>
    /// A decoder of the columns that <paramref name="projection"/> keeps of a table; formats that find fields by position need to know those that nobody reads.
    /// </summary>
    public virtual IFormatDecoder CreateDecoder(Schema table, ImmutableArray<int> projection, IReadOnlyDictionary<string, string> options, Func<string> origin) =>
        CreateDecoder(table.Select(projection.AsSpan()), options, origin);

    public abstract IFormatEncoder CreateEncoder(Schema schema, IReadOnlyDictionary<string, string> options);

    /// <summary>Cuts a stream of bytes into whole records: the length of the longest prefix of <paramref name="bytes"/> that ends with a record; 0 = none is whole.</summary>
    public abstract int WholeRecords(ReadOnlySpan<byte> bytes);

    /// <summary>The same, for formats whose options say what ends a record.</summary>
    public virtual int WholeRecords(ReadOnlySpan<byte> bytes, IReadOnlyDictionary<string, string> options) => WholeRecords(bytes);

    /// <summary>Whether the format carries row kinds.</summary>
    public virtual bool Changelog => false;

    /// <summary>Kinds of the rows that it decodes, when it carries kinds.</summary>
    public virtual string Kinds => "I,UB,UA,D";
}

[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class FormatAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
