using System.Collections.Immutable;

namespace OrleansStream.Columns;

/// <summary>Names and types of the columns of a batch, in order. Equal by structure. Names may repeat (SQL allows it); the first one is found.</summary>
public sealed record Schema(ImmutableArray<Field> Fields)
{
    public static Schema Empty { get; } = new(ImmutableArray<Field>.Empty);

    public static Schema Of(params ReadOnlySpan<(string Name, SqlType Type)> fields)
    {
        var b = ImmutableArray.CreateBuilder<Field>(fields.Length);
        foreach (var (name, type) in fields) b.Add(new Field(name, type));
        return new Schema(b.MoveToImmutable());
    }

    public int Count => Fields.Length;

    public Field this[int column] => Fields[column];

    /// <summary>Position of the column called <paramref name="name"/> (case matters), or −1.</summary>
    public int IndexOf(string name)
    {
        for (int i = 0; i < Fields.Length; i++) if (Fields[i].Name == name) return i;
        return -1;
    }

    /// <summary>The schema that keeps <paramref name="columns"/>, in that order.</summary>
    public Schema Select(ReadOnlySpan<int> columns)
    {
        var b = ImmutableArray.CreateBuilder<Field>(columns.Length);
        foreach (int c in columns) b.Add(Fields[c]);
        return new Schema(b.MoveToImmutable());
    }

    public Schema Concat(Schema other) => new(Fields.AddRange(other.Fields));

    public bool Equals(Schema? other) => other is not null && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

    public override int GetHashCode() => Fields.Length == 0 ? 0 : HashCode.Combine(Fields.Length, Fields[0]);

    public override string ToString() => $"({string.Join(", ", Fields)})";
}
