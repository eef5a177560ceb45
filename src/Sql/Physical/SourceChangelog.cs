using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>Which kinds of changes a table's rows carry, by its options: 'changelog-mode' = 'I,UB,UA,D', or a format that carries kinds.</summary>
internal static class SourceChangelog
{
    public const string ModeOption = "changelog-mode";

    private static readonly string[] s_formats = ["changelog-json", "debezium-json", "canal-json", "maxwell-json", "ogg-json"];

    /// <param name="before">updates come with the row before; false: +U alone, addressed by the primary key.</param>
    public static ModifyKinds Of(IEnumerable<TableOption> options, out bool before)
    {
        before = true;
        foreach (TableOption option in options)
        {
            if (option.Key == "format" && s_formats.Contains(option.Value)) return ModifyKinds.All;
            if (option.Key != ModeOption) continue;
            string[] kinds = [.. option.Value.Split(',').Select(k => k.Trim().ToUpperInvariant())];
            ModifyKinds flags = ModifyKinds.Insert;
            if (kinds.Contains("UA")) flags |= ModifyKinds.Update;
            if (kinds.Contains("D")) flags |= ModifyKinds.Delete;
            before = kinds.Contains("UB") || !kinds.Contains("UA");
            return flags;
        }
        return ModifyKinds.Insert;
    }
}
