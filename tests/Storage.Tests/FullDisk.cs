using System.Runtime.InteropServices;
using Xunit;

namespace OrleansStream.Storage.Tests;

/// <summary>RLIMIT_FSIZE of this process until disposed: a write past it fails (EFBIG) as one to a full disk does.</summary>
public sealed partial class FullDisk : IDisposable
{
    private const int FileSize = 1; // RLIMIT_FSIZE
    private const int SizeExceeded = 25; // SIGXFSZ
    private readonly Limit _before;

    private FullDisk(ulong bytes)
    {
        _before = Get();
        Assert.NotEqual(-1, Signal(SizeExceeded, 1)); // SIG_IGN: the write fails instead of ending the process
        Set(_before with { Soft = bytes });
    }

    public static FullDisk At(ulong bytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "limits of file sizes are set as on Linux");
        return new FullDisk(bytes);
    }

    public void Dispose() => Set(_before);

    [StructLayout(LayoutKind.Sequential)]
    private record struct Limit(ulong Soft, ulong Hard);

    private static Limit Get()
    {
        Assert.Equal(0, GetLimit(FileSize, out var limit));
        return limit;
    }

    private static void Set(Limit limit) => Assert.Equal(0, SetLimit(FileSize, limit));

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);
}
