using System.Globalization;
using OrleansStream.Columns;
using OrleansStream.Connectors.Nexmark;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Datagen;

/// <summary>Makes the values of one field. A value depends on the seed, the field's path, and its number (the row's, or the element's).</summary>
internal abstract class DatagenColumn(string path, double nullRate)
{
    // FNV-1a of the path: fields of one table differ.
    private readonly ulong _salt = path.Aggregate(14695981039346656037UL, (h, c) => (h ^ c) * 1099511628211UL);

    /// <summary>How many rows there can be; a sequence ends.</summary>
    public virtual long Rows => long.MaxValue;

    /// <summary>Appends the values of numbers <paramref name="first"/>, first + step, …</summary>
    public void Fill(ColumnBuilder to, ulong seed, long first, long step, int count)
    {
        ulong salted = NexmarkGen.Mix(seed ^ _salt);
        int at = to.Count;
        Values(to, salted, first, step, count);
        if (nullRate <= 0) return;
        ulong limit = nullRate >= 1 ? ulong.MaxValue : (ulong)(nullRate * ulong.MaxValue);
        for (int i = 0; i < count; i++) if (Word(salted, first + (step * i), 1) < limit || nullRate >= 1) to.SetNull(at + i);
    }

    protected abstract void Values(ColumnBuilder to, ulong seed, long first, long step, int count);

    /// <summary>The k-th random word of a number.</summary>
    protected static ulong Word(ulong seed, long number, uint k) => NexmarkGen.Mix(seed + ((((ulong)number * 8) + k) * NexmarkGen.G));

    /// <exception cref="OptionException">an option of the field is wrong.</exception>
    public static DatagenColumn Create(SqlType type, string path, FieldOptions options, TimeProvider time)
    {
        double nullRate = options.Number(path, "null-rate", 0.0);
        if (nullRate is < 0 or > 1) throw new OptionException($"option 'fields.{path}.null-rate': must be between 0 and 1");
        string kind = options.Text(path, "kind") ?? "random";
        if (kind == "sequence") return Sequence(type, path, options);
        if (kind != "random") throw new OptionException($"option 'fields.{path}.kind': '{kind}' is not one of random, sequence");
        return type.Kind switch
        {
            TypeKind.Boolean => new IntegerColumn(type, path, nullRate, 0, 1),
            TypeKind.TinyInt => Integers(type, path, nullRate, options, sbyte.MinValue, sbyte.MaxValue),
            TypeKind.SmallInt => Integers(type, path, nullRate, options, short.MinValue, short.MaxValue),
            TypeKind.Int => Integers(type, path, nullRate, options, int.MinValue, int.MaxValue),
            TypeKind.BigInt => Integers(type, path, nullRate, options, long.MinValue, long.MaxValue),
            TypeKind.Float => new FloatingColumn(path, nullRate, options.Number(path, "min", -float.MaxValue), options.Number(path, "max", float.MaxValue), single: true),
            TypeKind.Double => new FloatingColumn(path, nullRate, options.Number(path, "min", -double.MaxValue), options.Number(path, "max", double.MaxValue), single: false),
            TypeKind.Decimal => Decimals(type, path, nullRate, options),
            TypeKind.Char or TypeKind.VarChar or TypeKind.Binary or TypeKind.VarBinary => Texts(type, path, nullRate, options),
            TypeKind.Date or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampLtz =>
                new PresentColumn(type, path, nullRate, (long)options.Duration(path, "max-past").TotalMilliseconds, time),
            TypeKind.Row => new RowsColumn(path, nullRate, [.. type.Fields.Select(f => Create(f.Type, $"{path}.{f.Name}", options, time))]),
            TypeKind.Array => new ListsColumn(path, nullRate, Length(options, path, 3), Create(type.Element!, $"{path}.element", options, time), null),
            TypeKind.Map => new ListsColumn(
                path, nullRate, Length(options, path, 3), Create(type.Key!, $"{path}.key", options, time), Create(type.Element!, $"{path}.value", options, time)),
            TypeKind.Multiset => new ListsColumn(
                path, nullRate, Length(options, path, 3), Create(type.Element!, $"{path}.element", options, time), new IntegerColumn(SqlType.Int, $"{path}.count", 0, 1, 1)),
            _ => throw new OptionException($"datagen: field '{path}' of type {type} cannot be made up"),
        };
    }

    private static IntegerColumn Integers(SqlType type, string path, double nullRate, FieldOptions options, long min, long max)
    {
        long low = options.Number(path, "min", min), high = options.Number(path, "max", max);
        if (low < min || high > max || low > high)
            throw new OptionException(string.Create(CultureInfo.InvariantCulture, $"options 'fields.{path}.min' and 'max': not {min} ≤ {low} ≤ {high} ≤ {max}"));
        return new IntegerColumn(type, path, nullRate, low, high);
    }

    private static DecimalColumn Decimals(SqlType type, string path, double nullRate, FieldOptions options)
    {
        double most = Math.Pow(10, type.Precision - type.Scale);
        double low = options.Number(path, "min", -most), high = options.Number(path, "max", most);
        return low > high || low < -most || high > most ? throw new OptionException($"options 'fields.{path}.min' and 'max': out of order, or not of {type}")
            : new DecimalColumn(type, path, nullRate, low, high);
    }

    private static TextsColumn Texts(SqlType type, string path, double nullRate, FieldOptions options)
    {
        int most = type.Precision == SqlType.Unbounded ? int.MaxValue : type.Precision;
        int length = Length(options, path, most == int.MaxValue ? 100 : most);
        if (length > most) throw new OptionException($"option 'fields.{path}.length': {length} is more than {type} takes");
        bool fixedLength = type.Kind is TypeKind.Char or TypeKind.Binary;
        return new TextsColumn(path, nullRate, length, options.Boolean(path, "var-len") && !fixedLength, type.IsBinary);
    }

    private static int Length(FieldOptions options, string path, int otherwise)
    {
        int length = options.Number(path, "length", otherwise);
        return length is >= 0 and <= 1 << 20 ? length : throw new OptionException($"option 'fields.{path}.length': must be between 0 and {1 << 20}");
    }

    private static SequenceColumn Sequence(SqlType type, string path, FieldOptions options)
    {
        if (!type.IsNumeric && !type.IsText) throw new OptionException($"option 'fields.{path}.kind': a sequence cannot be {type}");
        string? start = options.Text(path, "start"), end = options.Text(path, "end");
        if (start is null || end is null) throw new OptionException($"options 'fields.{path}.start' and 'fields.{path}.end' are needed for a sequence");
        long low = options.Number(path, "start", 0L), high = options.Number(path, "end", 0L);
        return low <= high ? new SequenceColumn(type, path, low, high) : throw new OptionException($"option 'fields.{path}.end': before start");
    }
}
