using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Storage.Files;

/// <summary>
/// Parts as files <c>&lt;state&gt;/parts/&lt;name&gt;</c>; a <c>/</c> in a name is a folder. Written and synced under a temporary name, then renamed.
/// </summary>
public sealed class FilePartStore(string state, IDisk disk) : IPartStore
{
    private const string Temporary = ".tmp-";
    private readonly string _parts = Path.Combine(state, "parts");
    private readonly string _writer = $"{Environment.ProcessId}-{Path.GetRandomFileName()}";
    private long _temporary;

    public FilePartStore(string state) : this(state, Disk.Instance)
    {
    }

    public ValueTask PutAsync(string name, ReadOnlySequence<byte> part, CancellationToken cancel)
    {
        string path = PathOf(name), folder = Path.GetDirectoryName(path)!;
        disk.Create(folder);
        string temporary = Path.Combine(folder, $"{Temporary}{_writer}-{Interlocked.Increment(ref _temporary)}");
        disk.Write(temporary, Append(part, PartBytes.Footer(part)));
        disk.Replace(temporary, path);
        disk.Sync(folder);
        return default;
    }

    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(string name, CancellationToken cancel)
    {
        byte[] stored;
        try
        {
            stored = await disk.ReadAsync(PathOf(name), cancel);
        }
        catch (FileNotFoundException)
        {
            throw new FileNotFoundException($"checkpoint part '{name}' is missing", name);
        }

        return PartBytes.Check(stored, name);
    }

    public ValueTask<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancel)
    {
        // Only the folder that the prefix leads to is read.
        int slash = prefix.LastIndexOf('/');
        string folder = slash < 0 ? _parts : PathOf(prefix[..slash]);
        var names = disk.Files(folder)
            .Where(f => !Path.GetFileName(f).StartsWith('.'))
            .Select(NameOf)
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        return new([.. names]);
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancel)
    {
        disk.Delete(PathOf(name));
        return default;
    }

    private string PathOf(string name) => Path.Combine([_parts, .. name.Split('/').Select(StateNames.Write)]);

    private string NameOf(string path) => string.Join('/', Path.GetRelativePath(_parts, path).Split(Path.DirectorySeparatorChar).Select(StateNames.Read));

    private static ReadOnlySequence<byte> Append(ReadOnlySequence<byte> part, byte[] footer)
    {
        var first = new Segment(default, null);
        var last = first;
        foreach (var s in part) last = new Segment(s, last);
        last = new Segment(footer, last);
        return new ReadOnlySequence<byte>(first, 0, last, footer.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is null) return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
