using System.Collections.Immutable;
using OrleansStream.Columns;

namespace OrleansStream.Sql.Binding;

/// <summary>What the group windows and the windowing table functions share: names, arguments, columns.</summary>
internal static class GroupWindows
{
    private static readonly string[] s_kinds = ["TUMBLE", "HOP", "SESSION"];

    public static bool IsCall(string name) =>
        s_kinds.Any(k => name == k || (name.StartsWith(k, StringComparison.Ordinal) && name[k.Length..] is "_START" or "_END" or "_ROWTIME" or "_PROCTIME"));

    public static (WindowKind Kind, WindowRole Role) Parse(string name)
    {
        WindowKind kind = name[0] switch { 'T' => WindowKind.Tumble, 'H' => WindowKind.Hop, _ => WindowKind.Session };
        int split = name.IndexOf('_', StringComparison.Ordinal);
        WindowRole role = split < 0 ? WindowRole.None : name[split..] switch { "_START" => WindowRole.Start, "_END" => WindowRole.End, _ => WindowRole.Time };
        return (kind, role);
    }

    public static string Usage(WindowKind kind) => kind switch
    {
        WindowKind.Hop => "HOP takes a time attribute, the slide, the size, and perhaps an offset",
        WindowKind.Cumulate => "CUMULATE takes a table, DESCRIPTOR(time attribute), the step, the size, and perhaps an offset",
        WindowKind.Session => "SESSION takes a time attribute and the gap",
        _ => "TUMBLE takes a time attribute, the size, and perhaps an offset",
    };

    /// <summary>What is wrong with the sizes, or null.</summary>
    /// <param name="inGroupBy">of GROUP BY: HOP may have any size there.</param>
    public static string? Problem(WindowFunction w, bool inGroupBy = false)
    {
        if (w.Size <= 0 || w.Step <= 0) return "sizes of windows must be positive";
        if ((w.Kind == WindowKind.Cumulate || (w.Kind == WindowKind.Hop && !inGroupBy)) && w.Size % w.Step != 0)
            return $"the size must be a multiple of the {(w.Kind == WindowKind.Hop ? "slide" : "step")}";
        return null;
    }

    /// <summary>window_start, window_end, window_time.</summary>
    public static ImmutableArray<RelColumn> Columns(RelColumn time) =>
    [
        new("window_start", SqlType.Timestamp(3).NotNull, TimeKind.None, WindowRole.Start),
        new("window_end", SqlType.Timestamp(3).NotNull, TimeKind.None, WindowRole.End),
        new("window_time", time.Type.NotNull, time.Time, WindowRole.Time),
    ];
}
