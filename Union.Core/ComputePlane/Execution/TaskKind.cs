using Flyteidl2.Task;

namespace Union.Core.ComputePlane.Execution;

/// <summary>How a task and its executor understand each other.</summary>
public enum TaskKind : long
{
    /// <summary>Inputs and outputs are files of the attempt; the program may be any.</summary>
    Raw = 0,

    /// <summary>The program is Flyte's own, which reads and writes the object store by itself.</summary>
    Flyte = 1,
}

public static class TaskKinds
{
    /// <summary>The name by which every stock SDK calls its program in a container.</summary>
    public const string FlyteProgram = "a0";

    /// <summary>Null for a task of neither kind.</summary>
    public static TaskKind? Of(TaskSpec spec) => spec.TaskTemplate?.Container switch
    {
        { DataConfig.Enabled: true } => TaskKind.Raw,
        { Command.Count: 0, Args: [FlyteProgram, ..] } => TaskKind.Flyte,
        _ => null,
    };
}
