using System.Collections.Immutable;
using System.Reflection;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors;

/// <summary>
/// Connectors and formats found by their attributes in the assemblies that the host names: one scan at start, the only reflection here.
/// </summary>
public sealed class ConnectorRegistry : IConnectorCatalog
{
    private readonly SortedDictionary<string, Connector> _connectors = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Format> _formats = new(StringComparer.Ordinal);

    private ConnectorRegistry()
    {
    }

    public ImmutableArray<OptionSchema> Schemas { get; private set; } = [];

    /// <summary>Names of the formats.</summary>
    public IEnumerable<string> Formats => _formats.Keys;

    /// <summary>The registry of this assembly alone.</summary>
    public static ConnectorRegistry Scan() => Scan(typeof(ConnectorRegistry).Assembly);

    /// <exception cref="InvalidOperationException">two with one name, a missing doc, or a format that is named but not there.</exception>
    public static ConnectorRegistry Scan(params ReadOnlySpan<Assembly> assemblies)
    {
        var registry = new ConnectorRegistry();
        foreach (var assembly in assemblies) registry.Add(assembly.GetTypes());
        registry.Seal();
        return registry;
    }

    /// <summary>The registry of the given classes.</summary>
    public static ConnectorRegistry Of(params Type[] types)
    {
        var registry = new ConnectorRegistry();
        registry.Add(types);
        registry.Seal();
        return registry;
    }

    public Connector Connector(string name) => _connectors.TryGetValue(name, out var c)
        ? c
        : throw new KeyNotFoundException($"no connector '{name}'; there are {string.Join(", ", _connectors.Keys)}");

    public Format Format(string name) => _formats.TryGetValue(name, out var f)
        ? f
        : throw new KeyNotFoundException($"no format '{name}'; there are {string.Join(", ", _formats.Keys)}");

    private void Add(Type[] types)
    {
        foreach (var type in types)
        {
            if (type.IsAbstract) continue;
            foreach (var a in type.GetCustomAttributes<FormatAttribute>())
                if (!_formats.TryAdd(a.Name, (Format)Create(type))) throw new InvalidOperationException($"two formats are called '{a.Name}'");
            Connector? connector = null;
            foreach (var a in type.GetCustomAttributes<ConnectorAttribute>())
                if (!_connectors.TryAdd(a.Name, connector ??= (Connector)Create(type))) throw new InvalidOperationException($"two connectors are called '{a.Name}'");
        }
    }

    // A connector that takes formats asks for the catalog in its constructor.
    private object Create(Type type) => type.GetConstructor([typeof(IConnectorCatalog)]) is { } withCatalog
        ? withCatalog.Invoke([this])
        : Activator.CreateInstance(type)!;

    private void Seal()
    {
        foreach (var (name, format) in _formats) CheckDocs($"format '{name}'", format.Options);
        Schemas = [.. _connectors.Select(c => WithFormats(c.Value.Schema with { Connector = c.Key }))];
    }

    private OptionSchema WithFormats(OptionSchema schema)
    {
        if (string.IsNullOrWhiteSpace(schema.Doc)) throw new InvalidOperationException($"connector '{schema.Connector}' has no doc");
        CheckDocs($"connector '{schema.Connector}'", schema.Options);
        var options = schema.Options.ToBuilder();
        foreach (string name in schema.Formats)
        {
            if (!_formats.TryGetValue(name, out var format)) throw new InvalidOperationException($"connector '{schema.Connector}' names format '{name}', which is not there");
            options.AddRange(format.Options.Select(o => o with { Name = $"{name}.{o.Name}" }));
        }

        return schema with
        {
            Options = options.ToImmutable(),
            UpdateFormats = [.. schema.Formats.Where(f => _formats[f].Changelog)],
            FormatKinds = schema.Formats.Where(f => _formats[f].Changelog).ToImmutableSortedDictionary(f => f, f => _formats[f].Kinds, StringComparer.Ordinal),
        };
    }

    private static void CheckDocs(string owner, ImmutableArray<Option> options)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var o in options)
        {
            if (string.IsNullOrWhiteSpace(o.Doc)) throw new InvalidOperationException($"{owner}: option '{o.Name}' has no doc");
            if (!names.Add(o.Name)) throw new InvalidOperationException($"{owner}: two options are called '{o.Name}'");
            if (o.Default is { } d && OptionText.Check(o, d) is { } wrong) throw new InvalidOperationException($"{owner}: default of {wrong}");
        }
    }
}
