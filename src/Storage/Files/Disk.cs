using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansStream.Storage.Files;

/// <summary>The file system of this machine, with what .NET does not offer: exclusive names and durable folders.</summary>
internal sealed partial class Disk : IDisk
{
    public static Disk Instance { get; } = new();

    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux
    private const int Taken = 17; // EEXIST

    public bool Exists(string path) => File.Exists(path);

    public byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new FileNotFoundException(e.Message, path);
        }
    }

    public async ValueTask<byte[]> ReadAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancel);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new FileNotFoundException(e.Message, path);
        }
    }

    public void Replace(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path)
    {
        if (File.Exists(path)) File.Delete(path);
    }

    public IEnumerable<string> Folders(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];

    public IEnumerable<string> Files(string folder) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : [];

    public bool TryLink(string from, string to)
    {
        if (Link(from, to) == 0) return true;
        int error = Marshal.GetLastPInvokeError();
        return error == Taken ? false : throw new IOException($"cannot link '{to}': {Marshal.GetPInvokeErrorMessage(error)}");
    }

    public void Sync(string folder)
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

    public void Create(string folder)
    {
        if (Directory.Exists(folder)) return;
        string parent = Path.GetDirectoryName(folder)!;
        Create(parent);
        Directory.CreateDirectory(folder);
        Sync(parent);
    }

    public void Write(string path, System.Buffers.ReadOnlySequence<byte> bytes)
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
