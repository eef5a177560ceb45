using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Grains.Silos;

namespace OrleansStream.Grains.Runs;

/// <summary>What every run of a silo uses.</summary>
/// <param name="Connectors">by the value of <c>'connector'</c>.</param>
public sealed record RunServices(
    IJournal Journal, IPartStore Parts, Func<string, Connector> Connectors, IServices ConnectorServices, Agents Agents, LiveSilos Silos, IGrainFactory Grains,
    TimeProvider Time);
