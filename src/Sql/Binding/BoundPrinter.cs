using System.Collections.Immutable;
using System.Text;

namespace OrleansStream.Sql.Binding;

/// <summary>Bound queries as an indented tree, clause by clause.</summary>
public static class BoundPrinter
{
    public static string Print(BoundInsert insert)
    {
        var text = new StringBuilder();
        Line(text, 0, $"Insert into {insert.Target.Name}: {List(insert.Values)}");
        Print(text, insert.Query, 1);
        return text.ToString();
    }

    public static string Print(BoundQuery query)
    {
        var text = new StringBuilder();
        Print(text, query, 0);
        return text.ToString();
    }

    private static void Print(StringBuilder text, BoundQuery query, int depth)
    {
        switch (query)
        {
            case BoundScan s:
                Line(text, depth, $"Table {s.Table.Name}: {List(s.Columns)}");
                break;
            case BoundWindow w:
                Line(text, depth, $"Window {w.Window}");
                Print(text, w.Input, depth + 1);
                break;
            case BoundJoin j:
                Line(text, depth, $"Join {j.Kind}{(j.Condition is null ? "" : $" on {j.Condition}")}");
                Print(text, j.Left, depth + 1);
                Print(text, j.Right, depth + 1);
                break;
            case BoundUnnest u:
                Line(text, depth, $"Unnest {u.Collection}{(u.Outer ? " outer" : "")}{(u.Ordinality ? " with ordinality" : "")}");
                Print(text, u.Input, depth + 1);
                break;
            case BoundSelect s:
                PrintSelect(text, s, depth);
                break;
            case BoundValues v:
                Line(text, depth, $"Values {string.Join(", ", v.Rows.Select(r => $"({List(r)})"))}");
                break;
            case BoundSetOperation o:
                Line(text, depth, $"{o.Operator}{(o.All ? " ALL" : "")}");
                Print(text, o.Left, depth + 1);
                Print(text, o.Right, depth + 1);
                break;
            case BoundOrder o:
                string limit = o.Limit is null ? "" : $" limit {o.Limit}";
                Line(text, depth, $"Order by {List(o.Keys)}{limit}{(o.Offset == 0 ? "" : $" offset {o.Offset}")}");
                Print(text, o.Input, depth + 1);
                break;
        }
    }

    private static void PrintSelect(StringBuilder text, BoundSelect s, int depth)
    {
        Line(text, depth, $"Select{(s.Distinct ? " distinct" : "")}");
        for (int i = 0; i < s.Items.Length; i++) Line(text, depth + 1, $"{s.Columns[i]} = {s.Items[i]}");
        if (s.Qualify is not null) Line(text, depth + 1, $"qualify {s.Qualify}");
        if (s.Over.Length > 0) Line(text, depth + 1, $"over {List(s.Over)}");
        if (s.Having is not null) Line(text, depth + 1, $"having {s.Having}");
        if (s.Grouping is { Sets.Length: > 1 } sets) Line(text, depth + 1, $"grouping sets {string.Join(", ", sets.Sets.Select(g => $"({List(g)})"))}");
        if (s.Grouping is not null) Line(text, depth + 1, $"group by [{List(s.Grouping.Keys)}] aggregates [{List(s.Grouping.Aggregates)}]");
        if (s.Window is not null) Line(text, depth + 1, $"window {s.Window}");
        if (s.Where is not null) Line(text, depth + 1, $"where {s.Where}");
        Print(text, s.Input, depth + 1);
    }

    private static string List<T>(ImmutableArray<T> items) => string.Join(", ", items);

    private static void Line(StringBuilder text, int depth, string line) => text.Append(' ', depth * 2).Append(line).Append('\n');
}
