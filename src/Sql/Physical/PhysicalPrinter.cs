using System.Text;

namespace OrleansStream.Sql.Physical;

/// <summary>Physical plans as an indented tree with traits, in the manner of Flink's EXPLAIN.</summary>
public static class PhysicalPrinter
{
    public static string Print(PhysicalNode node)
    {
        var text = new StringBuilder();
        Print(text, node, "");
        return text.ToString();
    }

    private static void Print(StringBuilder text, PhysicalNode node, string indent)
    {
        string line = node.Describe();
        text.Append(line.AsSpan(0, line.Length - 1)).Append(line.EndsWith('(') || line.EndsWith("()", StringComparison.Ordinal) ? "" : ", ").Append(node.Traits).Append(")\n");
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            bool last = i == node.Inputs.Length - 1;
            text.Append(indent).Append(last ? "+- " : ":- ");
            Print(text, node.Inputs[i], indent + (last ? "   " : ":  "));
        }
    }
}
