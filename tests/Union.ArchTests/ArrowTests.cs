using NetArchTest.Rules;
using Union.Core.Boundary;

namespace Union.ArchTests;

/// <summary>Who may see whom. The rules look into method bodies, iterators and lambdas: see <see cref="ArrowRuleTests"/>.</summary>
public sealed class ArrowTests
{
    private static readonly System.Reflection.Assembly Core = typeof(ObjectKey).Assembly;

    /// <summary>Namespace, and what it must not depend on.</summary>
    public static TheoryData<string, string[]> Arrows => new()
    {
        { "Union.Core.ControlPlane", ["Union.Core.ComputePlane", "Union.Core.Authoring"] },
        { "Union.Core.ComputePlane", ["Union.Core.ControlPlane"] },
        // No wire type at all: what the control plane cannot name, it cannot store.
        { "Union.Core.ControlPlane", ["Flyteidl2", "Union.Contracts", "Google.Protobuf"] },
        { "Union.Core.Boundary", ["Union.Core.ControlPlane", "Union.Core.ComputePlane", "Union.Core.Pipeline"] },
        { "Union.Core.Pipeline", ["Union.Core.ControlPlane", "Union.Core.ComputePlane", "Flyteidl2"] },
        { "Union.Core.Storage", ["Union.Core.ControlPlane", "Union.Core.ComputePlane", "Flyteidl2"] },
        { "Union.Core.Authoring", ["Union.Core.ControlPlane", "Union.Core.ComputePlane", "Union.Core.Storage"] },
        { "Union.Core", ["Microsoft.AspNetCore", "Amazon", "Azure", "Google.Apis", "Union.Providers", "Union.Host"] },
    };

    [Theory]
    [MemberData(nameof(Arrows))]
    public void Core_Namespace_DoesNotSeeWhatItMustNot(string from, string[] to) => Holds(Core, from, to);

    [Theory]
    [InlineData("Aws")]
    [InlineData("Azure")]
    [InlineData("Gcp")]
    [InlineData("Kubernetes")]
    [InlineData("Local")]
    [InlineData("Vault")]
    public void Providers_SeeCoreOnly(string name)
    {
        string[] all = ["Aws", "Azure", "Gcp", "Kubernetes", "Local", "Vault"];
        Holds(
            System.Reflection.Assembly.Load($"Union.Providers.{name}"), $"Union.Providers.{name}",
            [
                "Union.Core.ControlPlane", "Union.Host", "Microsoft.AspNetCore",
                .. all.Where(other => other != name).Select(other => $"Union.Providers.{other}"),
            ]);
    }

    [Fact]
    public void Host_ControlPlane_SeesNothingOfTheComputePlane() =>
        Holds(typeof(Union.Host.Api.Routes).Assembly, "Union.Host.Planes.Control",
            ["Union.Core.ComputePlane", "Union.Providers", "Union.Host.Planes.Compute"]);

    [Fact]
    public void Host_ComputePlane_SeesNothingOfTheControlPlane() =>
        Holds(typeof(Union.Host.Api.Routes).Assembly, "Union.Host.Planes.Compute",
            ["Union.Core.ControlPlane", "Union.Host.Planes.Control"]);

    [Fact]
    public void Host_Forwarder_KnowsNoTypeOfWhatItCopies() =>
        Holds(typeof(Union.Host.Api.Routes).Assembly, "Union.Host.Forwarding",
            ["Flyteidl2", "Union.Contracts.Data", "Union.Contracts.Task"]);

    private static void Holds(System.Reflection.Assembly assembly, string from, string[] to)
    {
        var seen = Types.InAssembly(assembly).That().ResideInNamespace(from).GetTypes();
        Assert.NotEmpty(seen);

        Assert.Empty(Arrow.Violations(assembly, from, to));
    }
}
