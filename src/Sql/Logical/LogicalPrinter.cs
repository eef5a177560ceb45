using System.Text;

namespace OrleansStream.Sql.Logical;

/// <summary>Logical plans as an indented tree.</summary>
public static class LogicalPrinter
{
    public static string Print(LogicalNode node)
    {
        var text = new StringBuilder();
        Print(text, node, 0);
        return text.ToString();
    }

    private static void Print(StringBuilder text, LogicalNode node, int depth)
    {
        text.Append(' ', depth * 2).Append(node.Describe()).Append('\n');
        foreach (LogicalNode input in node.Inputs) Print(text, input, depth + 1);
    }
}
