using OrleansStream.WalkRecorder;

/// <summary>The runtime calls this before <c>Main</c>: the name and the shape are its rule.</summary>
internal static class StartupHook
{
    private static Recorder? recorder;

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("OSTREAM_WALK") is not { } file) return;
        recorder = new Recorder(file);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => recorder.Close();
    }
}
