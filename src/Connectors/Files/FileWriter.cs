using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Files;

/// <summary>
/// Writes one shard's rows of each epoch into a file of <c>&lt;path&gt;/.staging/&lt;sink&gt;/&lt;generation&gt;-&lt;epoch&gt;/</c>. The epoch is known only when it ends, so rows
/// go to a file in <c>open</c> beside it, which is moved into the epoch's folder then. A shard without rows stages nothing.
/// </summary>
public sealed class FileWriter(string path, SinkContext context, IFormatEncoder encoder, string extension) : ISinkWriter
{
    private readonly string _staging = FileStaging.Folder(path, context.Job, context.Sink);
    private SafeFileHandle? _file;
    private string _open = "";
    private long _length;
    private long _opened;

    public void Encode(Batch batch, IBufferWriter<byte> buffer) => encoder.Encode(batch, buffer);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel)
    {
        if (buffer.IsEmpty) return;
        _file ??= Open();
        await RandomAccess.WriteAsync(_file, buffer, _length, cancel);
        _length += buffer.Length;
    }

    public ValueTask<ImmutableArray<byte[]>> PrepareAsync(long epoch, CancellationToken cancel)
    {
        if (_file is null) return new(ImmutableArray<byte[]>.Empty);
        // Called again after an IOException: the file is let go only when it has moved.
        if (!_file.IsClosed) RandomAccess.FlushToDisk(_file);
        _file.Dispose();
        string folder = FileStaging.EpochFolder(_staging, context.Generation, epoch);
        FileStaging.Create(folder);
        string name = string.Create(CultureInfo.InvariantCulture, $"part-{context.Shard:D4}.{extension}");
        string staged = Path.Combine(folder, name);
        if (File.Exists(_open)) File.Move(_open, staged, overwrite: true);
        else if (!File.Exists(staged)) throw new StagedOutputLostException($"'{_open}' is gone: somebody has removed what was staged there");
        Disk.Sync(folder);
        _file = null;
        return new([Encoding.UTF8.GetBytes(Path.GetFileName(folder))]);
    }

    public ValueTask DisposeAsync()
    {
        if (_file is null) return default;
        _file.Dispose();
        File.Delete(_open);
        return default;
    }

    private SafeFileHandle Open()
    {
        string folder = Path.Combine(_staging, "open");
        FileStaging.Create(folder);
        _open = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{context.Generation}-{context.Shard}-{_opened++}"));
        _length = 0;
        return File.OpenHandle(_open, FileMode.Create, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous);
    }
}
