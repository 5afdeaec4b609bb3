using Flyteidl2.Common;
using Flyteidl2.Task;
using Union.Core.Boundary;

namespace Union.Host.Api.Runs;

/// <summary>What the control plane finds and checks a run by, read from its spec at the edge.</summary>
internal static class RunSpecFacts
{
    public static IReadOnlyDictionary<string, string> Labels(RunSpec spec) =>
        spec.Labels is null ? new Dictionary<string, string>() : new Dictionary<string, string>(spec.Labels.Values);

    /// <summary>The run whose results are taken over, which must be one of the same project.</summary>
    public static string? Recovers(RunSpec spec, string project, string domain)
    {
        if (spec.Relation is not { RelationType: RelationType.Recover } relation)
        {
            return null;
        }

        var run = relation.RelatedTo ?? spec.RelatedTo;
        return run is { Name.Length: > 0 } && run.Project == project && run.Domain == domain
            ? run.Name
            : throw new UnionException(
                ErrorCode.InvalidArgument, "recover_foreign", "A run recovers another one of its own project and domain.",
                "Name it in relation.related_to.");
    }

    public static IEnumerable<string> References(RunSpec spec) =>
        new[] { spec.RunBaseDir, spec.RawDataStorage?.RawDataPrefix }.OfType<string>().Where(uri => uri.Length > 0);
}
