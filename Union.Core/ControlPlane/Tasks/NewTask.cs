using System.Security.Cryptography;
using System.Text;
using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Tasks;

/// <summary>A task as the edge hands it over: split, with the facts that the control plane schedules by.</summary>
/// <param name="Projection">Encoded TaskSpec, orchestration fields only.</param>
/// <param name="PrivatePart">Keyed digest under which the cluster keeps the rest; empty when there is none.</param>
/// <param name="Retries">How often a failed attempt is tried again.</param>
public sealed record NewTask(
    string Name, string Version, string ShortName, string TaskType, ReadOnlyMemory<byte> Projection,
    string PrivatePart, int Retries)
{
    /// <summary>Name of the environment that the task was written in.</summary>
    public string Environment { get; init; } = "";

    /// <summary>Whether people start it, as the one who wrote it says.</summary>
    public bool IsEntrypoint { get; init; }

    /// <summary>How long it may wait in the queue each time; zero is for ever.</summary>
    public TimeSpan QueueTimeout { get; init; }

    /// <summary>How long an attempt may run, which the cluster enforces first; zero is what the cluster allows.</summary>
    public TimeSpan RunTimeout { get; init; }

    /// <summary>How long an action may take altogether, waits and further attempts included; zero is for ever.</summary>
    public TimeSpan Deadline { get; init; }

    /// <summary>Names this content. The private half enters as the cluster's keyed digest, which confirms no guess.</summary>
    public string Digest { get; } = Convert.ToHexStringLower(SHA256.HashData(
        [.. Projection.Span, 0, .. Encoding.UTF8.GetBytes(PrivatePart)]));

    internal TaskRow Row(ProjectScope scope, long now) => new(
        0, scope.Org, scope.Project, scope.Domain, Digest, Name, Version, ShortName, TaskType, Projection.ToArray(),
        PrivatePart, Retries + 1, now, Environment, IsEntrypoint ? 1 : 0,
        Micros(QueueTimeout), Micros(RunTimeout), Micros(Deadline));

    private static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
