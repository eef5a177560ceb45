using System.Runtime.InteropServices;

namespace OrleansStream.Connectors.Files;

/// <summary>What .NET does not offer of the file system.</summary>
internal static partial class Disk
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY

    /// <summary>Makes the names in a folder durable.</summary>
    public static void Sync(string folder)
    {
        if (OperatingSystem.IsWindows()) return; // NTFS journals names itself
        int fd = OpenFolder(folder, OperatingSystem.IsLinux() ? ReadOnlyDirectory : 0);
        if (fd < 0) throw new IOException($"cannot open folder '{folder}' (errno {Marshal.GetLastPInvokeError()})");
        try
        {
            if (FileSync(fd) != 0) throw new IOException($"cannot sync folder '{folder}' (errno {Marshal.GetLastPInvokeError()})");
        }
        finally
        {
            _ = Close(fd);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(int fd);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
