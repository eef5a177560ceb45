using System.Collections.Immutable;
using OrleansStream.Columns;

namespace OrleansStream.Sql.Binding;

/// <summary>Whether a column is a time attribute, and of which clock.</summary>
public enum TimeKind { None, Event, Processing }

/// <summary>What a column means to the window that made it.</summary>
public enum WindowRole { None, Start, End, Time }

/// <summary>A column of a relation: name and type, and what later operators may build on.</summary>
/// <param name="Time">stays only while the column is forwarded unchanged.</param>
/// <param name="Window">likewise.</param>
public sealed record RelColumn(string Name, SqlType Type, TimeKind Time = TimeKind.None, WindowRole Window = WindowRole.None)
{
    /// <summary>The column as a value like any other: what an expression over it yields.</summary>
    public RelColumn Plain() => this with { Time = TimeKind.None, Window = WindowRole.None };

    public override string ToString()
    {
        string time = Time switch { TimeKind.Event => " *ROWTIME*", TimeKind.Processing => " *PROCTIME*", _ => "" };
        string window = Window switch { WindowRole.Start => " *START*", WindowRole.End => " *END*", WindowRole.Time => " *TIME*", _ => "" };
        return $"{SqlTypeText.Quote(Name)} {Type}{time}{window}";
    }

    public static Schema Schema(ImmutableArray<RelColumn> columns) => new([.. columns.Select(c => new Field(c.Name, c.Type))]);
}
