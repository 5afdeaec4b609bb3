namespace Union.Core.ControlPlane.Projects;

/// <summary>The stages that every project has.</summary>
public static class Domains
{
    public static IReadOnlyList<string> All { get; } = ["development", "staging", "production"];
}
