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

    /// <summary>A field that holds the kind of its row.</summary>
    public static JsonField RowKind(string name) => new(SqlType.TinyInt.NotNull, name) { Op = ValueOp.RowKind, Required = true };

    /// <summary>Whether a record without it, or with NULL or a misfit there, is malformed whatever the options say.</summary>
    public bool Required { get; init; }

    private ValueNode Node { get; }

    public string Name { get; }

    public byte[] NameBytes { get; }

    public SqlType Type { get; }

    public ValueOp Op { get; private init; }

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
