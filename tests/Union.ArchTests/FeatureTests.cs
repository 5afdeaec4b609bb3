using NetArchTest.Rules;
using Union.Core.Boundary;

namespace Union.ArchTests;

/// <summary>Which features of a plane may see which others. A feature that is not in the table fails.</summary>
public sealed class FeatureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Union.Core.ControlPlane.Audit"] = ["Database"],
        ["Union.Core.ControlPlane.Caching"] = ["Clusters", "Database", "Runs"],
        ["Union.Core.ControlPlane.Clusters"] = ["Database", "Runs"],
        ["Union.Core.ControlPlane.Database"] = [],
        ["Union.Core.ControlPlane.Identity"] = ["Database"],
        ["Union.Core.ControlPlane.Projects"] = ["Database", "Listing"],
        ["Union.Core.ControlPlane.Listing"] = [],
        ["Union.Core.ControlPlane.Queues"] = ["Clusters", "Database", "Runs"],
        ["Union.Core.ControlPlane.Retention"] = ["Database", "Projects", "Runs"],
        ["Union.Core.ControlPlane.Runs"] = ["Caching", "Clusters", "Database", "Listing", "Projects", "Queues", "Tasks"],
        ["Union.Core.ControlPlane.Tasks"] = ["Clusters", "Database", "Listing", "Projects", "Triggers"],
        ["Union.Core.ControlPlane.Triggers"] = ["Clusters", "Database", "Listing", "Projects", "Runs", "Tasks"],
        ["Union.Core.ComputePlane.Actions"] = ["Caching", "Children", "Link", "Objects"],
        ["Union.Core.ComputePlane.Caching"] = ["Objects"],
        ["Union.Core.ComputePlane.Children"] = ["Journal", "Link", "Objects"],
        ["Union.Core.ComputePlane.Execution"] = ["Secrets"],
        ["Union.Core.ComputePlane.Flyte"] = ["Execution", "Objects"],
        ["Union.Core.ComputePlane.Journal"] = ["Execution"],
        ["Union.Core.ComputePlane.Link"] = ["Caching", "Execution", "Flyte", "Journal", "Logs", "Objects", "Secrets"],
        ["Union.Core.ComputePlane.Logs"] = ["Objects"],
        ["Union.Core.ComputePlane.Objects"] = ["Policy", "Secrets"],
        ["Union.Core.ComputePlane.Policy"] = ["Objects"],
        ["Union.Core.ComputePlane.Setup"] = ["Objects", "Policy", "Secrets"],
        ["Union.Core.ComputePlane.Secrets"] = ["Objects"],
    };

    [Theory]
    [InlineData("Union.Core.ControlPlane")]
    [InlineData("Union.Core.ComputePlane")]
    public void Features_SeeOnlyWhatTheTableAllows(string plane)
    {
        var core = typeof(ObjectKey).Assembly;
        var features = Types.InAssembly(core).That().ResideInNamespace(plane).GetTypes()
            .Where(t => t.Namespace!.Split('.').Length > 3)
            .Select(t => string.Join('.', t.Namespace!.Split('.').Take(4))).Distinct().Order().ToList();

        var wrong = new List<string>();
        foreach (var feature in features)
        {
            if (!Allowed.TryGetValue(feature, out var allowed))
            {
                wrong.Add($"{feature} is not in the table");
                continue;
            }

            var forbidden = features.Where(other => other != feature && !allowed.Contains(other[(plane.Length + 1)..]));
            foreach (var other in forbidden)
            {
                wrong.AddRange(Arrow.Violations(core, feature, [other]).Select(type => $"{type} sees {other}"));
            }
        }

        Assert.NotEmpty(features);
        Assert.Empty(wrong);
    }
}
