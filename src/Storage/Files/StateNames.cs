namespace OrleansStream.Storage.Files;

/// <summary>Names of tenants, jobs and parts as names of files: what could leave the folder or hide is escaped as in URLs.</summary>
internal static class StateNames
{
    /// <exception cref="ArgumentException">the name is empty.</exception>
    public static string Write(string name)
    {
        if (name.Length == 0) throw new ArgumentException("a name is empty");
        string escaped = Uri.EscapeDataString(name);
        return escaped[0] == '.' ? "%2E" + escaped[1..] : escaped;
    }

    public static string Read(string file) => Uri.UnescapeDataString(file);
}
