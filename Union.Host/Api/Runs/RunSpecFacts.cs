using Flyteidl2.Task;

namespace Union.Host.Api.Runs;

/// <summary>What the control plane finds and checks a run by, read from its spec at the edge.</summary>
internal static class RunSpecFacts
{
    public static IReadOnlyDictionary<string, string> Labels(RunSpec spec) =>
        spec.Labels is null ? new Dictionary<string, string>() : new Dictionary<string, string>(spec.Labels.Values);

    public static IEnumerable<string> References(RunSpec spec) =>
        new[] { spec.RunBaseDir, spec.RawDataStorage?.RawDataPrefix }.OfType<string>().Where(uri => uri.Length > 0);
}
