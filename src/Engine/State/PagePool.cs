using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansStream.Engine.State;

/// <summary>
/// The native memory of one shard's tables: pages of 1 to 64 KiB, aligned to their size, cut from chunks and recycled through a free list per size; and the text heaps
/// of pages. One thread at a time.
/// </summary>
internal sealed unsafe partial class PagePool : IDisposable
{
    /// <summary>A window of a few rows is opened, scanned and given back for each of them: small pages cost little to clear.</summary>
    public const int MinPageBytes = 1024;
    public const int MaxPageBytes = 64 * 1024;

    private const int SmallChunkBytes = MaxPageBytes;
    private const int ChunkBytes = 1024 * 1024;

    /// <summary>Size of a huge page of the processor: large tables in them cost fewer page faults and address translations (measured: 1 M keys −25 % of the time).</summary>
    private const int HugeChunkBytes = 2 * 1024 * 1024;
    private const int AdviseHugePages = 14;

    private static long _livePages;
    private readonly List<nint> _chunks = [];
    private readonly Stack<nint>[] _free = [new(), new(), new(), new(), new(), new(), new()];
    private long _chunkBytes;
    private long _otherBytes;
    private long _pages;

    /// <summary>Pages in use in the whole process: 0 when every job has ended.</summary>
    public static long LivePages => Volatile.Read(ref _livePages);

    /// <summary>Bytes held from the operating system: chunks (free pages included), heaps and indexes.</summary>
    public long HeldBytes => _chunkBytes + _otherBytes;

    /// <summary>Bytes of pages in use, heaps and indexes.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>A page of <paramref name="bytes"/> (a power of two from <see cref="MinPageBytes"/> to <see cref="MaxPageBytes"/>), all 0.</summary>
    public nint Take(int bytes)
    {
        var free = _free[Class(bytes)];
        if (free.Count == 0) Refill(bytes);
        nint page = free.Pop();
        NativeMemory.Clear((void*)page, (nuint)bytes);
        LiveBytes += bytes;
        _pages++;
        Interlocked.Increment(ref _livePages);
        return page;
    }

    /// <summary>Gives a page back.</summary>
    public void Return(nint page, int bytes)
    {
        _free[Class(bytes)].Push(page);
        LiveBytes -= bytes;
        _pages--;
        Interlocked.Decrement(ref _livePages);
    }

    /// <summary>Zeroed memory that is no page (an index, a heap).</summary>
    public nint Allocate(long bytes)
    {
        Account(bytes);
        return (nint)NativeMemory.AllocZeroed((nuint)bytes);
    }

    /// <summary>Grows memory of <see cref="Allocate"/>; the new part is not cleared.</summary>
    public nint Reallocate(nint memory, long oldBytes, long bytes)
    {
        Account(bytes - oldBytes);
        return (nint)NativeMemory.Realloc((void*)memory, (nuint)bytes);
    }

    /// <summary>As <see cref="Allocate"/>, in huge pages from their size on.</summary>
    public nint AllocateLarge(long bytes)
    {
        if (bytes < HugeChunkBytes) return Allocate(bytes);
        Account(bytes);
        nint memory = (nint)NativeMemory.AlignedAlloc((nuint)bytes, HugeChunkBytes);
        if (OperatingSystem.IsLinux()) _ = Advise(memory, (nuint)bytes, AdviseHugePages);
        NativeMemory.Clear((void*)memory, (nuint)bytes);
        return memory;
    }

    /// <summary>Frees memory of <see cref="AllocateLarge"/>.</summary>
    public void FreeLarge(nint memory, long bytes)
    {
        if (bytes < HugeChunkBytes)
        {
            Free(memory, bytes);
            return;
        }

        Account(-bytes);
        NativeMemory.AlignedFree((void*)memory);
    }

    public void Free(nint memory, long bytes)
    {
        if (memory == 0) return;
        Account(-bytes);
        NativeMemory.Free((void*)memory);
    }

    /// <summary>Frees the chunks; every page must have been returned or is given up.</summary>
    public void Dispose()
    {
        foreach (nint chunk in _chunks) NativeMemory.AlignedFree((void*)chunk);
        _chunks.Clear();
        foreach (var f in _free) f.Clear();
        Interlocked.Add(ref _livePages, -_pages);
        LiveBytes = _otherBytes;
        (_pages, _chunkBytes) = (0, 0);
    }

    private void Account(long bytes)
    {
        _otherBytes += bytes;
        LiveBytes += bytes;
    }

    private void Refill(int bytes)
    {
        // A shard of little state takes one small chunk; small pages are cut from a page of the largest size.
        if (bytes < MaxPageBytes)
        {
            if (_free[^1].Count == 0) Refill(MaxPageBytes);
            nint whole = _free[^1].Pop();
            for (int at = MaxPageBytes - bytes; at >= 0; at -= bytes) _free[Class(bytes)].Push(whole + at);
            return;
        }

        int chunk = _chunks.Count switch { < 4 => SmallChunkBytes, < 6 => ChunkBytes, _ => HugeChunkBytes };
        nint memory = (nint)NativeMemory.AlignedAlloc((nuint)chunk, (nuint)Math.Max(MaxPageBytes, chunk == HugeChunkBytes ? chunk : 0));

        // A wish, not a need: whether the kernel grants it changes only the speed.
        if (chunk == HugeChunkBytes && OperatingSystem.IsLinux()) _ = Advise(memory, (nuint)chunk, AdviseHugePages);
        _chunks.Add(memory);
        _chunkBytes += chunk;
        for (int at = chunk - MaxPageBytes; at >= 0; at -= MaxPageBytes) _free[^1].Push(memory + at);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);

    private static int Class(int bytes) => BitOperations.Log2((uint)(bytes / MinPageBytes));
}
