using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using OrleansStream.Columns;

namespace OrleansStream.Connectors.Formats.Json;

/// <summary>
/// The fields of an object that are read, and what stood between the values last time: the bytes from one value to the next (comma, spaces, name, colon) are first
/// compared with those of the object before, so that records of one writer cost one comparison a field.
/// </summary>
internal sealed class JsonObject
{
    /// <summary>Names of one object whose order is remembered.</summary>
    private const int MaxRemembered = 256;

    private Token[] _tokens = new Token[16];
    private int _known;
    private byte[] _scratch = [];

    public JsonObject(params JsonField[] fields) => Fields = fields;

    public JsonObject(IReadOnlyList<Field> fields) : this([.. fields.Select(f => new JsonField(f.Type, f.Name))])
    {
    }

    public JsonField[] Fields { get; }

    public void Bind(ColumnBuilder[] columns)
    {
        for (int i = 0; i < columns.Length; i++) Fields[i].Bind(columns[i]);
    }

    /// <summary>
    /// From the end of a value (or after the brace, when <paramref name="slot"/> is 0) to the start of the next value; at the end of the object to its brace.
    /// </summary>
    /// <param name="slot">names before in this object.</param>
    /// <param name="field">the field of the value; null = nobody reads it.</param>
    /// <param name="end">whether the object ends.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next(ReadOnlySpan<byte> s, int p, int slot, out JsonField? field, out bool end)
    {
        if (slot < _known)
        {
            ref var token = ref _tokens[slot];
            if (token.Matches(s, p))
            {
                field = token.Field;
                end = false;
                return JsonScan.SkipSpace(s, p + token.Length);
            }
        }

        return Learn(s, p, slot, out field, out end);
    }

    private int Learn(ReadOnlySpan<byte> s, int from, int slot, out JsonField? field, out bool end)
    {
        field = null;
        int p = JsonScan.SkipSpace(s, from);
        end = s[p] == '}';
        if (end) return p;
        if (slot > 0)
        {
            if (s[p] != ',') return ~p;
            p = JsonScan.SkipSpace(s, p + 1);
        }

        if (s[p] != '"') return ~p;
        var name = JsonText.Read(s, p + 1, ref _scratch, out p);
        if (p < 0) return p;
        foreach (var f in Fields)
        {
            if (!name.SequenceEqual(f.NameBytes)) continue;
            field = f;
            break;
        }

        p = JsonScan.SkipSpace(s, p);
        if (s[p] != ':') return ~p;
        p = JsonScan.SkipSpace(s, p + 1);
        if (slot < MaxRemembered && slot <= _known) Remember(slot, s[from..p], field);
        return p;
    }

    private void Remember(int slot, ReadOnlySpan<byte> bytes, JsonField? field)
    {
        if (slot == _tokens.Length) Array.Resize(ref _tokens, slot * 2);
        _tokens[slot].Set(bytes, field);
        if (slot == _known) _known++;
    }

    // Up to 32 bytes are compared at once.
    private struct Token
    {
        private Vector256<byte> _bytes, _mask;
        private byte[]? _long;

        public int Length { get; private set; }

        public JsonField? Field { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool Matches(ReadOnlySpan<byte> s, int p)
        {
            if (Length > Vector256<byte>.Count || p > s.Length - Vector256<byte>.Count) return MatchesSlowly(s[p..]);
            var v = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(s), (nuint)p);
            return ((v ^ _bytes) & _mask) == Vector256<byte>.Zero;
        }

        public void Set(ReadOnlySpan<byte> bytes, JsonField? field)
        {
            Length = bytes.Length;
            Field = field;
            if (bytes.Length > Vector256<byte>.Count)
            {
                if (_long is null || !bytes.SequenceEqual(_long)) _long = bytes.ToArray();
                return;
            }

            Span<byte> padded = stackalloc byte[Vector256<byte>.Count], mask = stackalloc byte[Vector256<byte>.Count];
            padded.Clear();
            mask.Clear();
            bytes.CopyTo(padded);
            mask[..bytes.Length].Fill(0xFF);
            _bytes = Vector256.Create<byte>(padded);
            _mask = Vector256.Create<byte>(mask);
        }

        private readonly bool MatchesSlowly(ReadOnlySpan<byte> s)
        {
            if (Length > Vector256<byte>.Count) return s.StartsWith(_long);
            Span<byte> padded = stackalloc byte[Vector256<byte>.Count];
            _bytes.CopyTo(padded);
            return s.StartsWith(padded[..Length]);
        }
    }
}
