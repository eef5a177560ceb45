namespace OrleansStream.Engine.Connect;

/// <summary>A name of a connector; a second one is an alias.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class ConnectorAttribute(string name) : Attribute
{
    /// <summary>Value of the <c>'connector'</c> option.</summary>
    public string Name { get; } = name;
}

/// <summary>A connector: one folder under Connectors, found by <see cref="ConnectorAttribute"/>. Instances hold no state.</summary>
public abstract class Connector
{
    public abstract OptionSchema Schema { get; }

    /// <summary>What the sink promises with these options; shown by EXPLAIN.</summary>
    public virtual Guarantee Guarantee(Plan.TableRef table) => Connect.Guarantee.AtLeastOnce;

    public virtual ISplitEnumerator CreateEnumerator(SourceContext context) => throw NotASource();

    public virtual ISplitReader CreateReader(SourceContext context) => throw NotASource();

    public virtual ISinkWriter CreateWriter(SinkContext context) => throw NotASink();

    public virtual ICommitter CreateCommitter(SinkContext context) => new NoCommitter();

    /// <summary>Checks what an option schema cannot say (a path that exists, a pair of options); messages name the option.</summary>
    public virtual IEnumerable<string> Validate(Plan.TableRef table) => [];

    private NotSupportedException NotASource() => new($"connector '{Schema.Connector}' cannot be read from");

    private NotSupportedException NotASink() => new($"connector '{Schema.Connector}' cannot be written to");
}
