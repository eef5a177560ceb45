using System.Text;
using OrleansStream.Columns;

namespace OrleansStream.Connectors.Formats.Json;

/// <summary>A value that the decoder reads: what to do, and where it goes.</summary>
internal sealed class JsonField
{
    public JsonField(SqlType type, string name)
    {
        Node = new ValueNode(type, name);
        Name = name;
        NameBytes = Encoding.UTF8.GetBytes(name);
        Op = Node.Op;
        Type = type;
        if (Op == ValueOp.Row) Object = new JsonObject(type.Fields);
        else Children = [.. Node.Children.Select(c => new JsonField(c.Type, c.Name))];
    }

    private ValueNode Node { get; }

    public string Name { get; }

    public byte[] NameBytes { get; }

    public SqlType Type { get; }

    public ValueOp Op { get; }

    /// <summary>Fields of a ROW.</summary>
    public JsonObject? Object { get; }

    /// <summary>Element of an ARRAY; key and item of a MAP or MULTISET.</summary>
    public JsonField[] Children { get; } = [];

    public ColumnBuilder To { get; private set; } = null!;

    /// <summary>Turns to a builder; builders of nested values change with each batch that was built.</summary>
    public void Bind(ColumnBuilder to)
    {
        To = to;
        switch (to)
        {
            case RowBuilder r:
                Object!.Bind(r.Children);
                break;
            case ListBuilder l:
                Children[0].Bind(l.Elements);
                break;
            case MapBuilder m:
                Children[0].Bind(m.Keys);
                Children[1].Bind(m.Items);
                break;
        }
    }
}

/// <summary>
/// The fields of an object that are read, and the order in which names came last time: the n-th name of the next object is first compared with the n-th of the one
/// before, quotes and colon included, so that records of one writer cost one comparison a field.
/// </summary>
internal sealed class JsonObject
{
    /// <summary>Names of one object whose order is remembered.</summary>
    private const int MaxRemembered = 256;

    private byte[][] _tokens = new byte[16][];
    private JsonField?[] _next = new JsonField?[16];
    private int _known;
    private byte[] _scratch = [];

    public JsonObject(IReadOnlyList<Field> fields) => Fields = [.. fields.Select(f => new JsonField(f.Type, f.Name))];

    public JsonField[] Fields { get; }

    public void Bind(ColumnBuilder[] columns)
    {
        for (int i = 0; i < columns.Length; i++) Fields[i].Bind(columns[i]);
    }

    /// <summary>
    /// Reads <c>"name":</c> at <paramref name="p"/>, the <paramref name="slot"/>-th of its object; gives the position of the value.
    /// </summary>
    /// <param name="field">the field of that name; null = nobody reads it.</param>
    public int Name(ReadOnlySpan<byte> s, int p, int slot, out JsonField? field)
    {
        if (slot < _known)
        {
            var token = _tokens[slot];
            if (s[p..].StartsWith(token))
            {
                field = _next[slot];
                return JsonScan.SkipSpace(s, p + token.Length);
            }
        }

        return Learn(s, p, slot, out field);
    }

    private int Learn(ReadOnlySpan<byte> s, int p, int slot, out JsonField? field)
    {
        field = null;
        if (s[p] != '"') return ~p;
        var name = JsonText.Read(s, p + 1, ref _scratch, out int end);
        if (end < 0) return end;
        foreach (var f in Fields)
        {
            if (!name.SequenceEqual(f.NameBytes)) continue;
            field = f;
            break;
        }

        int colon = JsonScan.SkipSpace(s, end);
        if (s[colon] != ':') return ~colon;
        if (slot < MaxRemembered && slot <= _known) Remember(slot, s[p..(colon + 1)], field);
        return JsonScan.SkipSpace(s, colon + 1);
    }

    private void Remember(int slot, ReadOnlySpan<byte> token, JsonField? field)
    {
        if (slot == _tokens.Length)
        {
            Array.Resize(ref _tokens, slot * 2);
            Array.Resize(ref _next, slot * 2);
        }

        _tokens[slot] = token.ToArray();
        _next[slot] = field;
        if (slot == _known) _known++;
    }
}
