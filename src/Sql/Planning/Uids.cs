using System.Security.Cryptography;
using System.Text;
using OrleansStream.Sql.Physical;

namespace OrleansStream.Sql.Planning;

/// <summary>
/// Ids of operators: a hash of what the operator is and of what feeds it, without names, positions and select lists, so that an edit elsewhere in the query
/// leaves an operator its id and so its state. Equal ones are numbered in the order of the plan.
/// </summary>
internal sealed class Uids
{
    private readonly Dictionary<PhysicalNode, string> _known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _taken = [];

    public string Of(PhysicalNode node)
    {
        string hash = Hash(node);
        int count = _taken[hash] = _taken.GetValueOrDefault(hash) + 1;
        return count == 1 ? hash : $"{hash}-{count}";
    }

    private string Hash(PhysicalNode node)
    {
        if (_known.TryGetValue(node, out string? known)) return known;
        // Filters, projections and exchanges keep no state: they neither need an id of their own nor change that of others.
        string text = node is PhysicalFilter or PhysicalProject or PhysicalExchange
            ? $"{node.Identity} {Hash(node.Inputs[0])}"
            : $"{node.Identity} ({string.Join(", ", node.Inputs.Select(Stateful))})";
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return _known[node] = Convert.ToHexStringLower(digest.AsSpan(0, 6));
    }

    private string Stateful(PhysicalNode node) =>
        node is PhysicalFilter or PhysicalProject or PhysicalExchange ? Stateful(node.Inputs[0]) : Hash(node);
}
