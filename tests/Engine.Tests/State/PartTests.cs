using System.Buffers;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using Xunit;

namespace OrleansStream.Engine.Tests.State;

/// <summary>Parts that are damaged or do not belong are refused with a reason.</summary>
public class PartTests
{
    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] part = Part();
        for (int length = 0; length < part.Length; length += length < 64 ? 1 : 97)
            Assert.ThrowsAny<InvalidDataException>(() => Read(part[..length]));
    }

    [Fact]
    public void Every_flipped_byte_behind_the_header_is_refused()
    {
        byte[] part = Part();
        for (int at = 20; at < part.Length; at += 53)
        {
            part[at] ^= 0x40;
            Assert.ThrowsAny<InvalidDataException>(() => Read(part));
            part[at] ^= 0x40;
        }

        Read(part);
    }

    [Fact]
    public void Other_formats_and_lone_deltas_are_named()
    {
        byte[] part = Part();
        part[4] = 9;
        Assert.Contains("format 9", Assert.Throws<InvalidDataException>(() => Read(part)).Message, StringComparison.Ordinal);
        Assert.Contains("delta", Assert.Throws<InvalidDataException>(() => Read(Part(full: false))).Message, StringComparison.Ordinal);
        part[0] = 0;
        Assert.Contains("OSTP", Assert.Throws<InvalidDataException>(() => Read(part)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void State_of_another_shape_is_refused()
    {
        using var state = new ShardState();
        state.Read(Part(), KeyGroupRange.All);
        var other = ValueTableTests.Spec(Keys.SchemaOf("STRING"));
        Assert.Contains("was stored as", Assert.Throws<InvalidDataException>(() => state.Of("op").Value(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_delta_holds_changed_pages_only()
    {
        using var state = new ShardState();
        var table = state.Of("op").Value(ValueTableTests.Spec(Keys.SchemaOf("BIGINT")));
        Write(table, 0, 200_000);
        long full = Store(state, 1, full: true).Length;
        Write(table, 5, 6);
        long delta = Store(state, 2, full: false).Length;
        Assert.True(full > 4_000_000 && delta < 70_000, $"full {full}, delta {delta}");
        Assert.True(Store(state, 3, full: false).Length < 10_000);
    }

    [Fact]
    public void Dropped_panes_do_not_come_back()
    {
        var spec = ValueTableTests.Spec(Keys.SchemaOf("BIGINT"));
        var parts = new List<byte[]>();
        using (var state = new ShardState())
        {
            var panes = state.Of("op").Panes(spec);
            Write(panes[0], 0, 3000);
            Write(panes[10], 0, 10);
            parts.Add(Store(state, 1, full: true));
            panes.Drop(0);
            Write(panes[20], 0, 20);
            parts.Add(Store(state, 2, full: false));
        }

        using var restored = new ShardState();
        foreach (byte[] p in parts) restored.Read(p, KeyGroupRange.All);
        var back = restored.Of("op").Panes(spec);
        Assert.Equal([10L, 20L], back.Open);
        Assert.Equal([10L, 20L], back.Open.Select(p => back[p].Count));
    }

    private static byte[] Part(bool full = true)
    {
        using var state = new ShardState();
        Write(state.Of("op").Value(ValueTableTests.Spec(Keys.SchemaOf("BIGINT"))), 0, 500);
        return Store(state, 1, full);
    }

    private static byte[] Store(ShardState state, long epoch, bool full)
    {
        state.Cut(epoch);
        var part = new ArrayBufferWriter<byte>();
        while (state.WritePart(part, full))
        {
        }

        return part.WrittenSpan.ToArray();
    }

    private static void Read(byte[] part)
    {
        using var state = new ShardState();
        state.Read(part, KeyGroupRange.All);
    }

    private static void Write(ValueTable table, long from, long to)
    {
        for (long at = from; at < to; at += 1000)
        {
            var batch = Keys.Int64Batch(Enumerable.Range(0, (int)Math.Min(1000, to - at)).Select(i => at + i));
            table.Resolve(batch, [0], Keys.All(batch.Length), Keys.Hashes(batch), Access.Write, new nint[batch.Length], new ulong[16]);
        }
    }
}
