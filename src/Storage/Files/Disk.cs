using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansStream.Storage.Files;

/// <summary>What .NET does not offer of the file system: exclusive names and durable folders.</summary>
internal static partial class Disk
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux
    private const int Exists = 17; // EEXIST

    /// <summary>Gives a file a second name; false = the name is taken. Atomic, never overwrites.</summary>
    public static bool TryLink(string from, string to)
    {
        if (Link(from, to) == 0) return true;
        int error = Marshal.GetLastPInvokeError();
        return error == Exists ? false : throw new IOException($"cannot link '{to}': {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Makes the names in a folder durable.</summary>
    public static void Sync(string folder)
    {
        int fd = OpenFolder(folder, OperatingSystem.IsLinux() ? ReadOnlyDirectory : 0);
        if (fd < 0) throw new IOException($"cannot open folder '{folder}': {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            if (FileSync(fd) != 0) throw new IOException($"cannot sync folder '{folder}': {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            _ = Close(fd);
        }
    }

    /// <summary>Makes a folder and those above it; their names are durable when it returns.</summary>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder)) return;
        string parent = Path.GetDirectoryName(folder)!;
        Create(parent);
        Directory.CreateDirectory(folder);
        Sync(parent);
    }

    /// <summary>Writes a new file whose bytes are durable when it returns; a file that could not be written whole is removed.</summary>
    public static void Write(string path, System.Buffers.ReadOnlySequence<byte> bytes)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None);
            long at = 0;
            foreach (var segment in bytes)
            {
                RandomAccess.Write(file, segment.Span, at);
                at += segment.Length;
            }

            RandomAccess.FlushToDisk(file);
        }
        catch (Exception e)
        {
            File.Delete(path);

            // .NET's word for EFBIG, a limit of the file system or of the process.
            if (e is ArgumentOutOfRangeException) throw new IOException($"cannot write '{path}': {e.Message}", e);
            throw;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(int fd);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
