using System.Reflection;

namespace Union.Host.Planes;

/// <summary>The version that both planes tell each other.</summary>
internal static class BinaryVersion
{
    public static string Text { get; } =
        typeof(BinaryVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
