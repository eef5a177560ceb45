using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Logical;

/// <summary>The windows of both sides of a window join.</summary>
/// <param name="Local">cut from a TIMESTAMP_LTZ: bounds are wall-clock times of the session's zone.</param>
public sealed record JoinWindow(WindowFunction Function, bool Local);
