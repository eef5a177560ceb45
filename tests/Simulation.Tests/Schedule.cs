using System.Collections.Immutable;
using System.Globalization;

namespace OrleansStream.Simulation.Tests;

/// <summary>What is done to a simulated cluster.</summary>
[Flags]
public enum Fault
{
    None = 0,

    /// <summary>A silo dies and another one comes in its place.</summary>
    Crash = 1,

    /// <summary>A silo stops for some seconds, then goes on as if nothing had been.</summary>
    Pause = 2,
    Delay = 4,
    Duplicate = 8,
    Lost = 16,
    LostAnswer = 32,

    /// <summary>Somebody begins a generation while another runs, at any moment.</summary>
    Race = 64,

    /// <summary>The run dies at some step of its protocols, its silo lives on.</summary>
    RunCrash = 128,

    /// <summary>Nothing can be changed on disk for a while.</summary>
    Disk = 256,

    /// <summary>A generation begins with other numbers of shards.</summary>
    Rescale = 512,

    /// <summary>The sink's target takes nothing for a while.</summary>
    SlowSink = 1024,

    /// <summary>Nothing comes through from one silo to another for a while; the other way is open.</summary>
    OneWay = 2048,

    /// <summary>A shard's grain is activated anew while the old host lives: senders are split between the two.</summary>
    Reactivated = 4096,

    /// <summary>A silo and the others do not reach each other for a while.</summary>
    Partition = 8192,

    /// <summary>Nothing more fits on the disk for a while.</summary>
    FullDisk = 16384,

    /// <summary>A silo dies in the middle of a step on the disk.</summary>
    Torn = 32768,

    /// <summary>All silos die at once, and what was not synced may be lost.</summary>
    PowerLoss = 65536,

    /// <summary>Others go on between two steps of one silo on the disk.</summary>
    Preempted = 1 << 17,

    /// <summary>A silo dies when the job is about to end.</summary>
    LastMoments = 1 << 18,

    /// <summary>A shard's grain is deactivated and its host is gone, as when the silo dies that owns its entry in a directory.</summary>
    Deactivated = 1 << 19,

    /// <summary>Somebody stops the job and starts it again.</summary>
    Stopped = 1 << 20,
    All = (1 << 21) - 1,
}

/// <summary>What a moment is counted by.</summary>
internal enum Trigger
{
    /// <summary>Virtual ms since the start.</summary>
    Time,

    /// <summary>Effects of the protocols, of all runs.</summary>
    Effect,

    /// <summary>Manifests about to be published.</summary>
    Publish,

    /// <summary>Effects after the last row was seen.</summary>
    End,

    /// <summary>Messages between silos.</summary>
    Message,

    /// <summary>Steps on the disk.</summary>
    DiskStep,
}

/// <summary>One thing that goes wrong.</summary>
/// <param name="Target">which silo, modulo those there are; −1 = the one that is at it.</param>
/// <param name="Ms">how long, or how late; steps of others for <see cref="Fault.Preempted"/>.</param>
internal readonly record struct FaultEvent(Fault Kind, Trigger When, long Number, int Target, int Ms)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Kind} at {When} {Number}{(When is Trigger.Message ? "" : Target < 0 ? " of the silo that is at it" : $" of silo {Target}")}, {Ms} {(Kind == Fault.Preempted ? "steps" : "ms")}");
}

/// <summary>
/// All that goes wrong in one run. Drawn from a seed; messages as they come, so what happened is noted and can be given again, whole or in part.
/// </summary>
internal sealed class Schedule
{
    private readonly Random? _messages;
    private readonly Fault _faults;
    private readonly Dictionary<long, FaultEvent> _byMessage = [];
    private readonly List<FaultEvent> _events = [];

    /// <summary>By chance.</summary>
    public Schedule(Fault faults, int seed)
    {
        var random = new Random(seed ^ 0x5EED);
        (_faults, _messages) = (faults, new Random(seed ^ 0x3E55A6E));
        int times = 1 + random.Next(3);
        foreach (var kind in Enum.GetValues<Fault>())
        {
            if (kind is Fault.None or Fault.All || !faults.HasFlag(kind)) continue;
            int count = kind == Fault.Preempted ? 8 : kind is Fault.PowerLoss or Fault.Stopped ? 1 : times;
            for (int i = 0; i < count; i++) if (Draw(kind, random) is { } e) _events.Add(e);
        }
    }

    /// <summary>As given.</summary>
    public Schedule(IEnumerable<FaultEvent> events)
    {
        foreach (var e in events)
        {
            _events.Add(e);
            if (e.When == Trigger.Message) _byMessage[e.Number] = e;
        }
    }

    /// <summary>All that was planned, and what has happened to messages.</summary>
    public ImmutableArray<FaultEvent> Events => [.. _events];

    public IEnumerable<FaultEvent> At(Trigger when) => _events.Where(e => e.When == when);

    public IEnumerable<FaultEvent> At(Trigger when, long number) => _events.Where(e => e.When == when && e.Number == number).ToArray();

    /// <summary>What happens to a message; null = it arrives.</summary>
    public FaultEvent? OfMessage(long number)
    {
        if (_messages is null) return _byMessage.TryGetValue(number, out var e) ? e : null;
        double p = _messages.NextDouble();
        int ms = 1 + _messages.Next(300);
        foreach (var (kind, chance) in new[] { (Fault.Lost, 0.03), (Fault.LostAnswer, 0.03), (Fault.Duplicate, 0.1), (Fault.Delay, 0.2) })
        {
            if (!_faults.HasFlag(kind)) continue;
            if ((p -= chance) >= 0) continue;
            _events.Add(new FaultEvent(kind, Trigger.Message, number, _messages.Next(2), ms));
            return _events[^1];
        }

        return null;
    }

    private static FaultEvent? Draw(Fault kind, Random random)
    {
        int target = random.Next(1 << 16);
        FaultEvent Timed(int within, int longest) => new(kind, Trigger.Time, random.Next(within), target, 1 + random.Next(longest));

        // Mostly at any time, often at a step of the protocols: there two may both believe to be the run.
        FaultEvent Anywhere(int longest) => random.Next(4) switch
        {
            0 => new(kind, Trigger.Effect, random.Next(80), random.Next(2) - 1, 1 + random.Next(longest)),
            1 => new(kind, Trigger.Publish, random.Next(8), random.Next(2) - 1, 1 + random.Next(longest)),
            _ => Timed(300, longest),
        };
        return kind switch
        {
            Fault.Crash => Anywhere(1500),
            Fault.Pause => Anywhere(random.Next(4) == 0 ? 15_000 : 5_000),
            Fault.Race => Anywhere(1),
            Fault.RunCrash => random.Next(4) == 0 ? new(kind, Trigger.End, random.Next(6), -1, 0) : new(kind, Trigger.Effect, random.Next(80), -1, 0),
            Fault.LastMoments => new(kind, Trigger.End, random.Next(7), random.Next(3) - 1, 1 + random.Next(1500)),
            Fault.Disk or Fault.FullDisk => Timed(200, random.Next(8) == 0 ? 20_000 : 2_000),
            Fault.SlowSink => Timed(200, random.Next(4) == 0 ? 30_000 : 2_000),
            Fault.OneWay or Fault.Partition => Timed(300, 4_000),
            Fault.Rescale or Fault.Reactivated or Fault.Deactivated => Timed(300, 1),
            Fault.PowerLoss => random.Next(2) == 0 ? Timed(400, 1_000) : new(kind, Trigger.DiskStep, random.Next(200), -1, 1 + random.Next(1_000)),
            Fault.Stopped => Timed(300, 500),
            Fault.Torn => new(kind, Trigger.DiskStep, random.Next(200), -1, 1 + random.Next(1500)),
            Fault.Preempted => new(kind, Trigger.DiskStep, random.Next(200), -1, 1 + random.Next(120)),
            _ => null,
        };
    }
}
