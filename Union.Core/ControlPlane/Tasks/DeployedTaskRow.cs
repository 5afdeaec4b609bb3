using Union.Core.ControlPlane.Triggers;

namespace Union.Core.ControlPlane.Tasks;

/// <summary>A task that was deployed under a version, with what a list shows of it.</summary>
public sealed record DeployedTaskRow(
    long Id, string Org, string Project, string Domain, string Name, string Version, long TaskId, string ClusterId,
    long IsLatest, long DeployedAt, string DeployedBy, string ShortName, string TaskType, string Environment,
    long IsEntrypoint);

/// <summary>A task of a list, with the triggers that start it.</summary>
public sealed record ListedTask(DeployedTaskRow Task, IReadOnlyList<TriggerRow> Triggers);
