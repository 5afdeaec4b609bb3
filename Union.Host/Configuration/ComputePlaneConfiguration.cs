using System.Net;
using Union.Core.ComputePlane.Policy;
using Union.Core.ComputePlane.Secrets;

namespace Union.Host.Configuration;

internal sealed record ComputePlaneConfiguration(
    string Cluster,
    string DataDir,
    UplinkConfiguration ControlPlane,
    ObjectsConfiguration Objects,
    SecretsConfiguration Secrets,
    ExecutorConfiguration Executor,
    PolicyConfiguration Policy,
    IPEndPoint ActionsListen,
    IPEndPoint OpsListen);

/// <summary>The way to the control plane.</summary>
/// <param name="JoinToken">Needed once; afterwards the cluster has its certificate.</param>
internal sealed record UplinkConfiguration(HostPort Address, SecretReference? JoinToken, int Connections);

/// <param name="Waiting">How many may be held beyond <paramref name="Parallel"/> because others only wait for children.</param>
/// <param name="Unsandboxed">Run tasks even where no sandbox can be had; they can then read the cluster's own keys.</param>
/// <param name="MetadataBlocked">Tasks on the machine's network get no credentials at a cloud's metadata addresses.</param>
/// <param name="Environments">Names of images with the folder that is put first on PATH for them.</param>
internal sealed record ExecutorConfiguration(
    ExecutorProvider Provider,
    int Parallel,
    int Waiting,
    SandboxMode Sandbox,
    bool Unsandboxed,
    ImageMode Images,
    TaskNetwork Network,
    bool MetadataBlocked,
    IReadOnlyDictionary<string, string> Environments);

internal enum ExecutorProvider
{
    Process,
}

internal enum SandboxMode
{
    /// <summary>Bubblewrap where it is installed.</summary>
    Auto,
    Bubblewrap,
    None,
}

internal enum ImageMode
{
    /// <summary>A task whose image no environment is named after is refused.</summary>
    Refuse,

    /// <summary>The name of the image says nothing.</summary>
    Ignore,
}

internal enum TaskNetwork
{
    /// <summary>Raw tasks have nothing but loopback, wherever the kernel allows that.</summary>
    None,

    /// <summary>The machine's own network, a cloud's metadata addresses included.</summary>
    Shared,
}

/// <param name="Signing">What is signed, for whom and for how long.</param>
/// <param name="ClientNetworks">Where signed URLs may be used from; empty for anywhere.</param>
internal sealed record PolicyConfiguration(
    DataPolicy Signing, IReadOnlyList<IPNetwork> ClientNetworks, IReadOnlyList<string> Relays, SecretPolicy Secrets);
