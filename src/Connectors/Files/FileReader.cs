using System.Buffers;
using Microsoft.Win32.SafeHandles;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Files;

/// <summary>
/// Reads a file in blocks of whole records. A position is a byte offset, always that of a record's start.
/// </summary>
/// <param name="root">folder that split names are relative to.</param>
/// <param name="options">the format's options, without prefix.</param>
/// <param name="createDecoder">makes the decoder, given what names the open file.</param>
/// <param name="blockBytes">bytes a read; a longer record makes a longer block.</param>
/// <param name="deadLetters">folder of dead-letter files, and what ends their names; null = malformed records are the format's business.</param>
public sealed class FileReader(
    string root, Format format, IReadOnlyDictionary<string, string> options, Func<Func<string>, IFormatDecoder> createDecoder, int blockBytes, (string Folder, string Reader)? deadLetters = null) : IBlockReader
{
    private SafeFileHandle? _file;
    private string _path = "";
    private long _offset, _length;
    private IFormatDecoder? _decoder;
    private Action? _opened;
    private readonly DeadLetters? _letters = deadLetters is { } d ? new DeadLetters(d.Folder, d.Reader) : null;

    public IFormatDecoder Decoder => _decoder ??= NewDecoder();

    public ValueTask OpenAsync(Split split, SplitPosition position, CancellationToken cancel)
    {
        _file?.Dispose();
        _path = Path.GetFullPath(split.Spec, root);
        _file = File.OpenHandle(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous | FileOptions.SequentialScan);

        // The file is read up to where it ended when it was opened: one that grows meanwhile must not be cut in a record.
        _length = RandomAccess.GetLength(_file);
        _offset = position.Offset;
        _letters?.Open(split, _path, position);
        _opened?.Invoke();
        return default;
    }

    private LineCounting NewDecoder()
    {
        var decoder = createDecoder(() => _path);
        if (decoder is FileColumns columns) _opened = columns.Reset;
        if (_letters is not null) decoder.Malformed = _letters;
        return new LineCounting(decoder, this);
    }

    public async ValueTask<RawBlock?> ReadAsync(CancellationToken cancel)
    {
        if (_file is null) return null;
        int size = blockBytes;
        byte[] buffer = GC.AllocateUninitializedArray<byte>(size);
        int filled = 0;
        while (true)
        {
            filled += await FillAsync(buffer.AsMemory(filled), _offset + filled, cancel);
            bool end = _offset + filled >= _length;
            int whole = end ? filled : format.WholeRecords(buffer.AsSpan(0, filled), options);
            if (whole > 0 || end)
            {
                var block = new RawBlock(buffer.AsMemory(0, whole), new SplitPosition(_offset), end);
                _offset += whole;
                return block;
            }

            Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    public SplitPosition After(RawBlock block, int bytes, int records) => new(block.Before.Offset + bytes);

    public ValueTask DisposeAsync()
    {
        _file?.Dispose();
        return default;
    }

    private async ValueTask<int> FillAsync(Memory<byte> to, long offset, CancellationToken cancel)
    {
        int done = 0;
        while (done < to.Length && offset + done < _length)
        {
            int want = (int)Math.Min(to.Length - done, _length - offset - done);
            int n = await RandomAccess.ReadAsync(_file!, to.Slice(done, want), offset + done, cancel);
            if (n == 0) throw new EndOfStreamException($"'{_path}' became shorter while it was read");
            done += n;
        }

        return done;
    }

    // Lines before a position are counted only when a message needs the number: by reading the file from its start.
    private int LinesBefore(long position)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        using var file = File.OpenHandle(_path);
        int lines = 0;
        for (long at = 0; at < position;)
        {
            int n = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, position - at)), at);
            if (n == 0) break;
            lines += buffer.AsSpan(0, n).Count((byte)'\n');
            at += n;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return lines;
    }

    // A decoder knows lines of its input only.
    private sealed class LineCounting(IFormatDecoder inner, FileReader reader) : IFormatDecoder
    {
        public Decoded Decode(ReadOnlySpan<byte> input, long position, BatchBuilder to, int maxRows)
        {
            try
            {
                var done = inner.Decode(input, position, to, maxRows);
                reader._letters?.Flush();
                return done;
            }
            catch (MalformedRecordException e) when (e.Line > 0 && position > 0)
            {
                throw new MalformedRecordException(e.Message, e.Origin, e.Line + reader.LinesBefore(position), e.Column);
            }
        }
    }
}
