using System.Reflection;
using System.Text;
using OrleansStream.Contracts;
using OrleansStream.Grains.Runs;
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

    private static string Alias(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>() is { } alias ? $" '{alias.Alias}'" : "";

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
