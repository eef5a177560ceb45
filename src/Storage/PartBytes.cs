using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace OrleansStream.Storage;

/// <summary>
/// A stored part is its bytes and a footer of 24: length (8 bytes, little-endian), XXH3-64 of the bytes (8), and a magic word (8) that says that it is a part and
/// which form it has. So a part that is torn, cut or damaged is recognised wherever it lies.
/// </summary>
internal static class PartBytes
{
    public const int FooterBytes = 24;
    private const ulong Magic = 0x3130_5452_4150_534FUL; // "OSPART01"

    public static byte[] Footer(ReadOnlySequence<byte> part)
    {
        var hash = new XxHash3();
        foreach (var segment in part) hash.Append(segment.Span);
        byte[] footer = new byte[FooterBytes];
        BinaryPrimitives.WriteInt64LittleEndian(footer, part.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(footer.AsSpan(8), hash.GetCurrentHashAsUInt64());
        BinaryPrimitives.WriteUInt64LittleEndian(footer.AsSpan(16), Magic);
        return footer;
    }

    /// <summary>The part without its footer.</summary>
    /// <exception cref="InvalidDataException">it is not whole; the message names it.</exception>
    public static ReadOnlyMemory<byte> Check(ReadOnlyMemory<byte> stored, string name)
    {
        if (stored.Length < FooterBytes) throw Damaged(name, $"{stored.Length} bytes are too few");
        var footer = stored.Span[^FooterBytes..];
        if (BinaryPrimitives.ReadUInt64LittleEndian(footer[16..]) != Magic) throw Damaged(name, "it has no footer");
        var part = stored[..^FooterBytes];
        long length = BinaryPrimitives.ReadInt64LittleEndian(footer);
        if (length != part.Length) throw Damaged(name, $"{part.Length} of {length} bytes are there");
        if (XxHash3.HashToUInt64(part.Span) != BinaryPrimitives.ReadUInt64LittleEndian(footer[8..])) throw Damaged(name, "its checksum does not match");
        return part;
    }

    private static InvalidDataException Damaged(string name, string why) => new($"checkpoint part '{name}' is damaged: {why}");
}
