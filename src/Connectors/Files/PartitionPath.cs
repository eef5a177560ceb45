using System.Globalization;
using System.Text;

namespace OrleansStream.Connectors.Files;

/// <summary>Folders of partitions, as Hive and Flink name them: <c>dt=2024-01-01/hour=7</c>; NULL and the empty text have the name of the default partition.</summary>
internal static class PartitionPath
{
    public const string DefaultName = "__DEFAULT_PARTITION__";

    private const string Unsafe = "\"#%'*/:=?\\{}[]^\u007f";

    /// <summary>One folder: <c>name=value</c>, both with what a path cannot hold as <c>%XX</c>.</summary>
    public static string Folder(string column, string? value, string ifNull) => $"{Escape(column)}={(string.IsNullOrEmpty(value) ? ifNull : Escape(value))}";

    /// <summary>The value of a column in a path; false = the path does not name it.</summary>
    public static bool TryValue(string path, string column, string ifNull, out string? value)
    {
        string prefix = Escape(column) + "=";
        string? folder = path.Split('/').LastOrDefault(f => f.StartsWith(prefix, StringComparison.Ordinal));
        value = folder?[prefix.Length..];
        if (value == ifNull) value = null;
        else if (value is not null) value = Uri.UnescapeDataString(value);
        return folder is not null;
    }

    private static string Escape(string text)
    {
        var to = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (c < ' ' || Unsafe.Contains(c, StringComparison.Ordinal)) to.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            else to.Append(c);
        }

        return to.ToString();
    }
}
