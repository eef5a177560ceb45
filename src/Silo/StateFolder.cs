namespace OrleansStream.Silo;

/// <summary>The folder that holds a process' state, locked for as long as this object lives.</summary>
public sealed class StateFolder : IDisposable
{
    private readonly FileStream _lock;

    private StateFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>Absolute.</summary>
    public string Path { get; }

    /// <summary>Creates the folder if absent, and locks it.</summary>
    /// <exception cref="InvalidOperationException">another process has it: one sentence for its user.</exception>
    public static StateFolder Open(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(full);
        try
        {
            // FileShare.None is flock(2): it goes with the process, however that ends.
            return new StateFolder(full, new FileStream(System.IO.Path.Combine(full, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            throw new InvalidOperationException($"The state folder {full} is in use by another process.");
        }
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _lock.Dispose();
}
