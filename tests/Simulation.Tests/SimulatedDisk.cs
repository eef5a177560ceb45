using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Storage;
using OrleansStream.Storage.Files;
using OrleansStream.TestKit.Simulated;

namespace OrleansStream.Simulation.Tests;

/// <summary>
/// A file system that all silos share. What is written is seen by everybody at once and survives the death of a process; what is not synced may be gone after a power
/// loss, each name and each file by itself. Steps that change something are numbered, so that things can happen at one of them.
/// </summary>
internal sealed class SimulatedDisk(Planted planted)
{
    private readonly Dictionary<string, Node> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node> _durable = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal);
    private long _nodes;

    /// <summary>Called before a step changes something; true = the silo dies in the middle of it.</summary>
    public Func<long, Silo, bool> OnStep { get; set; } = (_, _) => false;

    public Planted Planted => planted;

    public long Steps { get; private set; }

    /// <summary>Changes of names so far.</summary>
    public long Version { get; private set; }

    /// <summary>Nothing can be changed just now.</summary>
    public bool Fails { get; set; }

    /// <summary>No bytes can be written just now.</summary>
    public bool Full { get; set; }

    /// <summary>As a silo sees it; null = from outside.</summary>
    public IDisk Of(Silo? silo) => new View(this, silo);

    /// <summary>What was synced stays, and of the rest what chance leaves.</summary>
    public void LosePower(Random random)
    {
        foreach (string name in _names.Keys.Union(_durable.Keys).OrderBy(n => (_names.GetValueOrDefault(n) ?? _durable[n]).Number).ToArray())
        {
            var (now, then) = (_names.GetValueOrDefault(name), _durable.GetValueOrDefault(name));
            var left = now == then || random.Next(2) == 0 ? now : then;
            if (left is null) _names.Remove(name);
            else _names[name] = left;
            if (left is { Synced: false }) left.Bytes = left.Bytes[..random.Next(left.Bytes.Length + 1)];
        }

        _durable.Clear();
        foreach (var (name, node) in _names) _durable[name] = node;
        Version++;
    }

    /// <summary>Changes the bytes of a file.</summary>
    public void Damage(string path, Func<byte[], byte[]> change) => _names[path].Bytes = change(_names[path].Bytes);

    public IEnumerable<string> Names => _names.Keys;

    private sealed class Node(long number, byte[] bytes, bool synced)
    {
        public long Number => number;

        public byte[] Bytes { get; set; } = bytes;

        public bool Synced => synced;
    }

    private sealed class View(SimulatedDisk disk, Silo? silo) : IDisk
    {
        public bool Exists(string path)
        {
            Live();
            return disk._names.ContainsKey(path);
        }

        public byte[] Read(string path)
        {
            Live();
            return disk._names.TryGetValue(path, out var node) ? node.Bytes : throw new FileNotFoundException($"no file '{path}'", path);
        }

        public ValueTask<byte[]> ReadAsync(string path, CancellationToken cancel) => new(Read(path));

        public void Write(string path, ReadOnlySequence<byte> bytes)
        {
            byte[] all = bytes.ToArray();
            bool dies = Step();
            if (disk.Full) throw new IOException("no space left on device");
            disk._names[path] = new Node(disk._nodes++, dies ? all[..(all.Length / 2)] : all, !dies && disk.Planted != Planted.FileNotSynced);
            disk.Version++;
            if (dies) throw Death();
        }

        public bool TryLink(string from, string to)
        {
            bool dies = Step();
            if (disk._names.ContainsKey(to)) return dies ? throw Death() : false;
            var node = disk._names.TryGetValue(from, out var n) ? n : throw new IOException($"cannot link '{to}': no '{from}'");
            if (dies && disk.Planted == Planted.EntryWrittenInPlace) node = new Node(disk._nodes++, node.Bytes[..(node.Bytes.Length / 2)], true);
            disk._names[to] = node;
            disk.Version++;
            return dies ? throw Death() : true;
        }

        public void Replace(string from, string to)
        {
            bool dies = Step();
            if (!disk._names.Remove(from, out var node)) throw new IOException($"cannot rename '{from}': no such file");
            disk._names[to] = node;
            disk.Version++;
            if (dies) throw Death();
        }

        public void Delete(string path)
        {
            // What cleans up after a death does not happen.
            if (Step()) throw Death();
            if (disk._names.Remove(path)) disk.Version++;
        }

        public void Create(string folder)
        {
            Live();
            for (string? f = folder; !string.IsNullOrEmpty(f) && disk._folders.Add(f);) f = Path.GetDirectoryName(f);
        }

        public void Sync(string folder)
        {
            if (Step()) throw Death();
            if (disk.Planted == Planted.FolderNotSynced) return;
            foreach (string name in disk._durable.Keys.Union(disk._names.Keys).Where(n => Path.GetDirectoryName(n) == folder).ToArray())
            {
                if (disk._names.TryGetValue(name, out var node)) disk._durable[name] = node;
                else disk._durable.Remove(name);
            }
        }

        public IEnumerable<string> Folders(string folder)
        {
            Live();
            return [.. disk._folders.Where(f => Path.GetDirectoryName(f) == folder)];
        }

        public IEnumerable<string> Files(string folder)
        {
            Live();
            return [.. disk._names.Keys.Where(n => n.StartsWith(folder + "/", StringComparison.Ordinal))];
        }

        private void Live()
        {
            if (silo is { Alive: false }) throw Death();
        }

        private bool Step()
        {
            if (silo is null) return false;
            Live();
            bool dies = disk.OnStep(disk.Steps++, silo);

            // Others may have acted meanwhile, and this silo may have died of it.
            if (!dies) Live();
            if (disk.Fails) throw new IOException("input/output error");
            return dies;
        }

        private SiloDiedException Death() => new(silo!.Name);
    }
}

/// <summary>The real file stores over a simulated disk.</summary>
internal sealed class DiskStores(SimulatedDisk disk) : Stores
{
    private const string Folder = "state";

    private readonly IDisk _outside = disk.Of(null);
    private FileJournal? _observer;
    private JournalHead? _head;
    private long _version = -1;

    public override IEnumerable<string> Parts => Cluster.Now(new FilePartStore(Folder, _outside).ListAsync("", default));

    public override IJournal JournalOf(Silo silo) => new FileJournal(Folder, disk.Of(silo));

    public override IPartStore PartsOf(Silo silo) => new FilePartStore(Folder, disk.Of(silo));

    /// <summary>After a power loss entries may be gone that were seen before.</summary>
    public void Forget() => (_observer, _version) = (null, -1);

    public override JournalHead Head(JobKey job)
    {
        if (_version == disk.Version) return _head!;
        _version = disk.Version;
        return _head = Cluster.Now((_observer ??= new FileJournal(Folder, _outside)).ReadAsync(job, default));
    }

    public override IReadOnlyList<JournalEntry> Entries(JobKey job) =>
        [.. _outside.Files($"{Folder}/jobs/{job}/journal").Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal).Select(f => JournalJson.Read(_outside.Read(f), f))];
}
