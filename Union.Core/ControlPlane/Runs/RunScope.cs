using Union.Core.ControlPlane.Listing;

namespace Union.Core.ControlPlane.Runs;

/// <summary>Whose runs a list or a watch is about; what is null or empty does not narrow it.</summary>
public sealed record RunScope(string? Project = null, string? Domain = null)
{
    public string? TaskName { get; init; }

    public string? TaskVersion { get; init; }

    public TriggerKey? Trigger { get; init; }

    /// <summary>Only runs of one cluster.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Only runs of which an action, at whatever depth, waits for somebody's answer.</summary>
    public bool PausedOnly { get; init; }

    /// <summary>The label that narrows first, where the filters name one.</summary>
    internal (string Key, string Value)? Label { get; private init; }

    /// <summary>The same scope narrowed by what the filters say of fields that have an index.</summary>
    internal RunScope NarrowBy(IReadOnlyList<Filter> filters)
    {
        const string labels = "labels.";
        var task = filters.FirstOrDefault(f => f.Field == "task_name")?.EqualTo;
        var label = filters.FirstOrDefault(f => f.Field.StartsWith(labels, StringComparison.Ordinal) && f.EqualTo is not null);
        return this with
        {
            TaskName = TaskName ?? task,
            Label = label is null ? null : (label.Field[labels.Length..], label.EqualTo!),
        };
    }

    internal bool Meets(ActionRow root) =>
        (Project is null || root.Project == Project) && (Domain is null || root.Domain == Domain)
        && (TaskName is null || root.TaskName == TaskName) && (TaskVersion is null || root.TaskVersion == TaskVersion)
        && (Trigger is null || (root.TriggerTask == Trigger.Task && root.TriggerName == Trigger.Name))
        && (ClusterId is null || root.ClusterId == ClusterId);
}

/// <summary>A trigger within its project and domain: its name belongs to its task.</summary>
public sealed record TriggerKey(string Task, string Name);
