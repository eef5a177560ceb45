using System.Globalization;

namespace OrleansStream.Runtime;

/// <summary>What holds memory.</summary>
public enum Holder : byte
{
    /// <summary>Native pages of state.</summary>
    Tables,

    /// <summary>Frames that are being filled, wait for their link, or wait in the inbox.</summary>
    Frames,

    /// <summary>Buffers of sinks.</summary>
    Buffers,
}

/// <summary>A job or a shard holds more than it may: the job fails, the silo and the other jobs go on.</summary>
public sealed class MemoryLimitException(string message) : Exception(message)
{
    public const string Code = "OS5006";
}

/// <summary>The memory of a job on a silo, or of one of its shards. A shard's host sets what it holds; sums are read by anyone.</summary>
public sealed class Account(string name, Account? parent = null)
{
    private readonly long[] _held = new long[3];
    private readonly Lock _lock = new();
    private readonly List<Account> _children = [];
    private long _bytes;

    public string Name => name;

    /// <summary>All that this account and those below it hold.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Bytes above which <see cref="Check"/> throws; 0 = none.</summary>
    public long Limit { get; set; }

    public long Held(Holder holder) => Volatile.Read(ref _held[(int)holder]);

    /// <summary>An account below this one, until it is closed.</summary>
    public Account Open(string child)
    {
        var a = new Account(child, this);
        lock (_lock) _children.Add(a);
        return a;
    }

    /// <summary>What is held for one purpose now; called by one thread.</summary>
    public void Set(Holder holder, long bytes)
    {
        long more = bytes - _held[(int)holder];
        if (more == 0) return;
        Volatile.Write(ref _held[(int)holder], bytes);
        for (var a = this; a is not null; a = a.Parent) Interlocked.Add(ref a._bytes, more);
    }

    /// <summary>Gives everything back.</summary>
    public void Close()
    {
        foreach (var h in Enum.GetValues<Holder>()) Set(h, 0);
        if (Parent is not { } p) return;
        lock (p._lock) p._children.Remove(this);
    }

    /// <exception cref="MemoryLimitException">this account or one above it holds more than its limit; the message names the largest holders.</exception>
    public void Check()
    {
        for (var a = this; a is not null; a = a.Parent)
            if (a.Limit > 0 && a.Bytes > a.Limit) throw new MemoryLimitException($"{MemoryLimitException.Code}: {a.Name} holds {Text(a.Bytes)}, more than {Text(a.Limit)}: {a.Largest()}");
    }

    private Account? Parent => parent;

    private string Largest()
    {
        Account[] shards;
        lock (_lock) shards = [.. _children.Append(this)];
        var holders = shards.SelectMany(s => Enum.GetValues<Holder>().Select(h => (s.Name, What: h, Bytes: s.Held(h)))).Where(h => h.Bytes > 0);
        return string.Join(", ", holders.OrderByDescending(h => h.Bytes).Take(3).Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.What} of {h.Name} {Text(h.Bytes)}")));
    }

    private static string Text(long bytes) => bytes < 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB") : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB");
}
