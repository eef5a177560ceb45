using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Engine.Flow;

/// <summary>What a control changed for the operators behind the gate.</summary>
/// <param name="Watermark">the port's combined watermark when it rose, else null.</param>
/// <param name="Idle">true: the port has become idle; false: active again; null: as before.</param>
/// <param name="Ended">the port has just ended; a source's port then says <see cref="long.MaxValue"/> first.</param>
public readonly record struct GateChange(long? Watermark, bool? Idle, bool Ended);

/// <summary>
/// The channels of a shard's inputs (one port an input): watermark, idle, ended, aligned. Pure. Splits of a source are channels too, added as they come; the epoch's
/// command is their barrier. A port's combined watermark is the least of its channels that are neither idle nor ended, and never goes back, over a restore either.
/// </summary>
public sealed class InputGate
{
    private readonly Port[] _ports;
    private int _open;
    private int _aligned;

    /// <param name="channels">per input, the number of sending shards; −1 = a source, whose splits come by <see cref="AddSplit"/>.</param>
    /// <param name="images">per restored shard image, its ports; all channels start active at the least of them.</param>
    public InputGate(ImmutableArray<int> channels, IEnumerable<ImmutableArray<PortImage>> images)
    {
        var restored = images.ToArray();
        _ports = new Port[channels.Length];
        for (int i = 0; i < _ports.Length; i++)
        {
            var of = restored.Select(r => r.FirstOrDefault(p => p.Input == i)).ToArray();
            long told = of.Length == 0 ? long.MinValue : of.Min(p => p?.Watermark ?? long.MinValue);
            bool ended = of.Length > 0 && of.All(p => p is { Ended: true });
            _ports[i] = new Port(channels[i], told, ended);
            if (channels[i] > 0) _open += channels[i];
        }
    }

    /// <summary>Epoch whose barrier has been seen on some channel; 0 = none.</summary>
    public long Epoch { get; private set; }

    public int Ports => _ports.Length;

    public long Watermark(int port) => _ports[port].Told;

    public bool Ended(int port) => _ports[port].Ended;

    public bool AllEnded => Array.TrueForAll(_ports, p => p.Ended);

    public bool IsIdle(int port) => _ports[port].Idle;

    /// <summary>Whether a channel may be asked for more: it has neither delivered its barrier nor ended.</summary>
    public bool Asks(int port, int channel) => (_ports[port].Flags[channel] & (Flag.Aligned | Flag.Ended)) == 0;

    /// <summary>
    /// Whether rows of a port may be taken: every sending shard has said whether it is active, idle or ended, which is the first thing on each link. Before, what is late
    /// would depend on who is heard first. A channel that has not been heard is taken from until it has.
    /// </summary>
    public bool Started(int port, int channel) => _ports[port].Unheard == 0 || (_ports[port].Flags[channel] & Flag.Unheard) != 0;

    /// <summary>A split joins a source's port, at the watermark of its last mark.</summary>
    public int AddSplit(int port, long lastMark)
    {
        var p = _ports[port];
        int channel = p.Count++;
        if (channel == p.Flags.Length)
        {
            Array.Resize(ref p.Flags, channel * 2);
            Array.Resize(ref p.Watermarks, channel * 2);
        }

        p.Watermarks[channel] = lastMark;
        p.Flags[channel] = 0;
        return channel;
    }

    /// <summary>No splits will join a source's port any more: it has ended once those there have.</summary>
    public GateChange CloseSplits(int port)
    {
        _ports[port].Expecting = false;
        return Changed(_ports[port], _ports[port].Idle);
    }

    /// <summary>A source's port without an active split is idle: to be asked after splits were added.</summary>
    public GateChange Settle(int port) => Changed(_ports[port], _ports[port].Idle);

    /// <summary>A watermark on a channel. True = the port's combined watermark rose to <paramref name="combined"/>.</summary>
    public bool Raise(int port, int channel, long watermark, out long combined)
    {
        var p = _ports[port];
        combined = p.Told;
        long before = p.Watermarks[channel];
        if (watermark <= before) return false;
        p.Watermarks[channel] = watermark;

        // Only the channel that holds time back can let it go on.
        if (before > p.Told || (p.Flags[channel] & (Flag.Idle | Flag.Ended)) != 0) return false;
        long least = p.Least();
        if (least <= p.Told) return false;
        combined = p.Told = least;
        return true;
    }

    /// <summary>A control other than a watermark.</summary>
    public GateChange Apply(int port, int channel, in Control control)
    {
        var p = _ports[port];
        bool idle = p.Idle;
        ref Flag flags = ref p.Flags[channel];
        if ((flags & Flag.Unheard) != 0)
        {
            flags &= ~Flag.Unheard;
            p.Unheard--;
        }

        switch (control.Kind)
        {
            case ControlKind.Idle: flags |= Flag.Idle; break;
            case ControlKind.Active: flags &= ~Flag.Idle; break;
            case ControlKind.Barrier:
                if ((flags & (Flag.Aligned | Flag.Ended)) != 0) break;
                flags |= Flag.Aligned;
                Epoch = control.Value;
                _aligned++;
                _open--;
                return default;
            case ControlKind.End:
                if ((flags & Flag.Ended) != 0) break;
                if ((flags & Flag.Aligned) == 0 && !p.Source) _open--;
                flags |= Flag.Ended;
                break;
            default: throw new InvalidOperationException($"{control.Kind} is no control of this kind");
        }

        return Changed(p, idle);
    }

    /// <summary>
    /// Whether the cut of <paramref name="epoch"/> is due: every channel has delivered its barrier or ended, and, if the shard still reads splits or everything has ended,
    /// the command has come.
    /// </summary>
    public bool Aligned(long epoch, bool commanded)
    {
        if (_open > 0) return false;
        bool reads = Array.Exists(_ports, p => p.Source && !p.Ended);
        return reads || _aligned == 0 ? commanded : Epoch == epoch;
    }

    /// <summary>After the cut: channels may be asked again.</summary>
    public void Release()
    {
        foreach (var p in _ports)
        {
            for (int c = 0; c < p.Count; c++)
            {
                if ((p.Flags[c] & Flag.Aligned) == 0) continue;
                p.Flags[c] &= ~Flag.Aligned;
                if ((p.Flags[c] & Flag.Ended) == 0) _open++;
            }
        }

        _aligned = 0;
        Epoch = 0;
    }

    public ImmutableArray<PortImage> Image() => [.. _ports.Select((p, i) => new PortImage(i, p.Told, p.Ended))];

    private static GateChange Changed(Port p, bool wasIdle)
    {
        bool ended = p.Settle();
        long least = p.Least();
        long? raised = null;
        if (ended && p.Source && p.Told < long.MaxValue) raised = p.Told = long.MaxValue;
        else if (least > p.Told && least != long.MaxValue) raised = p.Told = least;
        else if (least == long.MaxValue && p.Told < least && p.AnyCounts()) raised = p.Told = least;
        return new GateChange(raised, p.Idle == wasIdle || p.Ended ? null : p.Idle, ended);
    }

    [Flags]
    private enum Flag : byte
    {
        Idle = 1,
        Ended = 2,
        Aligned = 4,
        Unheard = 8,
    }

    private sealed class Port
    {
        public readonly bool Source;
        public long[] Watermarks;
        public Flag[] Flags;
        public int Count;
        public int Unheard;
        public bool Expecting;
        public bool Ended;
        public bool Idle;
        public long Told;

        public Port(int channels, long told, bool ended)
        {
            Source = channels < 0;
            Count = Math.Max(0, channels);
            Watermarks = new long[Math.Max(4, Count)];
            Flags = new Flag[Math.Max(4, Count)];
            Watermarks.AsSpan().Fill(told);
            Flags.AsSpan(0, Count).Fill(Flag.Unheard);
            Unheard = Count;
            Told = told;
            Ended = ended;
            Expecting = Source && !ended;
        }

        // The least watermark of the channels that count; MaxValue when none does.
        public long Least()
        {
            long least = long.MaxValue;
            for (int c = 0; c < Count; c++) if ((Flags[c] & (Flag.Idle | Flag.Ended)) == 0) least = Math.Min(least, Watermarks[c]);
            return least;
        }

        public bool AnyCounts()
        {
            for (int c = 0; c < Count; c++) if ((Flags[c] & (Flag.Idle | Flag.Ended)) == 0) return true;
            return false;
        }

        // Sets idle and ended; true = has just ended.
        public bool Settle()
        {
            bool allEnded = !Expecting;
            for (int c = 0; c < Count; c++) allEnded &= (Flags[c] & Flag.Ended) != 0;
            Idle = !AnyCounts();
            bool just = allEnded && !Ended;
            Ended |= allEnded;
            return just;
        }
    }
}
