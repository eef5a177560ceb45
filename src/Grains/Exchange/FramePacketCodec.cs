using System.Buffers;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace OrleansStream.Grains.Exchange;

/// <summary>A packet's segments on the wire: their length, then their bytes. Received in segments of at most 64 KiB too.</summary>
[RegisterSerializer]
public sealed class FramePacketCodec : IFieldCodec<FramePacket>
{
    private const int SegmentBytes = 64 * 1024;

    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, FramePacket? value) where TBufferWriter : IBufferWriter<byte>
    {
        if (ReferenceCodec.TryWriteReferenceField(ref writer, fieldIdDelta, expectedType, value) || value is null) return;
        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(FramePacket), WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)value.Length);
        foreach (var segment in value.Segments) writer.Write(segment.Span);
    }

    public FramePacket? ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.WireType == WireType.Reference) return ReferenceCodec.ReadReference<FramePacket, TInput>(ref reader, field);
        uint placeholder = ReferenceCodec.CreateRecordPlaceholder(reader.Session);
        var segments = new List<ReadOnlyMemory<byte>>();
        for (int left = checked((int)reader.ReadVarUInt32()); left > 0;)
        {
            byte[] segment = GC.AllocateUninitializedArray<byte>(Math.Min(left, SegmentBytes));
            reader.ReadBytes(segment);
            segments.Add(segment);
            left -= segment.Length;
        }

        var packet = new FramePacket(segments);
        ReferenceCodec.RecordObject(reader.Session, packet, placeholder);
        return packet;
    }
}

/// <summary>Packets are immutable: nobody copies them.</summary>
[RegisterCopier]
public sealed class FramePacketCopier : ShallowCopier<FramePacket>;
