using Union.Host.Configuration;

namespace Union.Host.Planes.Supervision;

/// <summary>
/// The environment of each plane: what a process needs to run, its own part of the configuration, and nothing of the
/// other's.
/// </summary>
internal sealed class PlaneVariables(UnionConfiguration configuration, string? file, ProcessEnvironment environment)
{
    private static readonly string[] Passed =
        ["HOME", "PATH", "UNION_HOME", "DOTNET_ROOT", "LANG", "TZ", "DOTNET_BUNDLE_EXTRACT_BASE_DIR"];

    /// <summary>Where the vendors' own SDKs look for credentials. The control plane has no use for any.</summary>
    private static readonly string[] CloudPrefixes = ["AWS_", "AZURE_", "GOOGLE_", "IDENTITY_", "MSI_"];

    /// <summary>How the compute plane reaches a cloud. The control plane dials nobody, and a proxy's address may hold a password.</summary>
    private static readonly string[] Proxies =
        ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "all_proxy", "no_proxy"];

    public IReadOnlyDictionary<string, string> OfControlPlane()
    {
        var variables = Common("UNION_CONTROLPLANE_", configuration.ControlPlane.DataDir);
        if (configuration.ControlPlane.Auth is Authentication.Unspecified)
        {
            variables["UNION_CONTROLPLANE_AUTH"] = "none";
        }

        variables["UNION_CONTROLPLANE_CLUSTERS_LISTEN"] = Clusters;
        return variables;
    }

    /// <param name="joinToken">File of a join token, where the cluster is not enrolled yet.</param>
    public IReadOnlyDictionary<string, string> OfComputePlane(string? joinToken)
    {
        var variables = Common("UNION_COMPUTEPLANE_", configuration.ComputePlane.DataDir);
        // One user runs both planes here anyway, so tasks without a sandbox take nothing away that was there.
        variables["UNION_COMPUTEPLANE_EXECUTOR_UNSANDBOXED"] = "true";
        foreach (var name in environment.Names.Where(
            n => Proxies.Contains(n) || CloudPrefixes.Any(prefix => n.StartsWith(prefix, StringComparison.Ordinal))))
        {
            variables[name] = environment.Get(name) ?? "";
        }

        AddNamed(variables);
        if (joinToken is not null)
        {
            variables["UNION_COMPUTEPLANE_CONTROLPLANE_JOINTOKEN"] = $"{{file: {joinToken}}}";
        }

        return variables;
    }

    // Configuration may name variables of any name for secrets.
    private void AddNamed(Dictionary<string, string> variables)
    {
        var credentials = configuration.ComputePlane.Objects.Credentials;
        foreach (var name in new[] { credentials.SecretAccessKey?.Variable, credentials.SessionToken?.Variable })
        {
            if (name is not null && environment.Get(name) is { } value)
            {
                variables[name] = value;
            }
        }
    }

    private string Clusters => (configuration.ControlPlane.Clusters.Listen
        ?? new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 8701)).ToString();

    private Dictionary<string, string> Common(string prefix, string dataDir)
    {
        var temporary = Directory.CreateDirectory(dataDir + "-tmp").FullName;
        var variables = new Dictionary<string, string>
        {
            ["TMPDIR"] = temporary,
            // No debugger pipe and no dump: either would show what a relay has in memory.
            ["DOTNET_EnableDiagnostics"] = "0",
            // The smaller of two heaps: a plane on a desk waits more than it works.
            ["DOTNET_GCConserveMemory"] = "7",
            ["DOTNET_TieredPGO"] = "0",
        };
        foreach (var name in Passed.Concat(environment.Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)
            || n.StartsWith("UNION_TELEMETRY_", StringComparison.Ordinal))))
        {
            if (environment.Get(name) is { } value)
            {
                variables[name] = value;
            }
        }

        if (file is not null)
        {
            variables["UNION_CONFIG"] = Path.GetFullPath(file);
        }

        return variables;
    }
}
