using System.Buffers;

namespace OrleansStream.Storage.Files;

/// <summary>
/// What the file stores ask of a file system. Every call is one step that a crash comes before or after; what a step leaves behind when it is cut in two is said at each.
/// <see cref="Disk"/> is the real one.
/// </summary>
public interface IDisk
{
    bool Exists(string path);

    /// <exception cref="FileNotFoundException">no such file (also when its folder is missing).</exception>
    byte[] Read(string path);

    /// <inheritdoc cref="Read"/>
    ValueTask<byte[]> ReadAsync(string path, CancellationToken cancel);

    /// <summary>Writes a new file whose bytes, not its name, are durable when it returns. Cut in two: any beginning of it.</summary>
    /// <exception cref="IOException">it could not be written whole, and is removed.</exception>
    void Write(string path, ReadOnlySequence<byte> bytes);

    /// <summary>Gives a file a second name; false = the name is taken. Atomic, never overwrites.</summary>
    bool TryLink(string from, string to);

    /// <summary>Gives a file another name, over what has it. Atomic.</summary>
    void Replace(string from, string to);

    /// <summary>Does nothing where there is no such file.</summary>
    void Delete(string path);

    /// <summary>Makes a folder and those above it; their names are durable when it returns.</summary>
    void Create(string folder);

    /// <summary>Makes the names in a folder durable.</summary>
    void Sync(string folder);

    /// <summary>Paths of the folders in a folder; none where there is no such folder.</summary>
    IEnumerable<string> Folders(string folder);

    /// <summary>Paths of all files in and below a folder; none where there is no such folder.</summary>
    IEnumerable<string> Files(string folder);
}
