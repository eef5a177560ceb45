using System.Reflection;
using System.Text;
using OrleansStream.Contracts;
using OrleansStream.Grains.Runs;
using OrleansStream.Grains.Silos;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Cluster.Tests;

/// <summary>What goes between silos, gateways and grain storage of different versions: a change here is a decision.</summary>
public sealed class ContractTests
{
    [Fact]
    public void Grain_contracts_are_approved()
    {
        var text = new StringBuilder();
        Assembly[] assemblies = [typeof(IJobGrain).Assembly, typeof(IRunGrain).Assembly];
        var types = assemblies.SelectMany(a => a.GetTypes()).Where(t => !t.Name.Contains('<', StringComparison.Ordinal) && t.Namespace?.StartsWith("OrleansStream", StringComparison.Ordinal) == true).ToArray();
        foreach (var type in types.Where(t => t.IsInterface && typeof(IAddressable).IsAssignableFrom(t)).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.AppendLine($"interface {type.FullName}{Alias(type)}");
            foreach (var m in type.GetMethods().OrderBy(m => m.Name, StringComparer.Ordinal))
                text.AppendLine($"    {Name(m.ReturnType)} {m.Name}({string.Join(", ", m.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}"))}){Alias(m)}");
        }

        foreach (var type in types.Where(t => t.GetCustomAttribute<GenerateSerializerAttribute>() is not null).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.AppendLine($"{(type.IsEnum ? "enum" : "type")} {Name(type)}{Alias(type)}");
            if (type.IsEnum) foreach (string name in Enum.GetNames(type)) text.AppendLine($"    {name} = {Enum.Parse(type, name):D}");
            const BindingFlags all = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            var members = type.GetProperties(all).Cast<MemberInfo>().Concat(type.GetFields(all)).Select(m => (Id: m.GetCustomAttribute<IdAttribute>()?.Id, m)).Where(m => m.Id is not null);
            foreach (var (id, m) in members.OrderBy(m => m.Id)) text.AppendLine($"    {id} {m.Name}: {Name(m is PropertyInfo p ? p.PropertyType : ((FieldInfo)m).FieldType)}");
        }

        Golden.Match("../../src/Contracts/GrainContracts.approved.txt", text.ToString());
    }

    /// <summary>Invariant 15: nobody waits long for an answer. An offer has a second, a poll two; whatever may take longer is not on the data path.</summary>
    [Fact]
    public void Calls_between_silos_are_answered_soon_or_given_up()
    {
        static double Seconds(MethodInfo m) => m.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout?.TotalSeconds ?? double.MaxValue;
        var agent = typeof(ISiloAgent).GetMethods().ToDictionary(m => m.Name, Seconds, StringComparer.Ordinal);
        Assert.Equal((1.0, 2.0, 1.0), (agent["OfferAsync"], agent["ReadyAsync"], agent["BeatAsync"]));
        Assert.All(agent, m => Assert.True(m.Value <= (m.Key == "StopAsync" ? 5 : 2), $"{m.Key}: {m.Value} s"));
    }

    private static string Alias(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>() is { } alias ? $" '{alias.Alias}'" : "";

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
