using Flyteidl2.Workflow;
using Action = Flyteidl2.Workflow.Action;

namespace Union.Host.Cli.Runs;

/// <summary>How a run is shown while it goes on.</summary>
internal interface IRunProgress
{
    /// <summary>The control plane has the run: from here on it can be returned to by name.</summary>
    void Started(string run);

    /// <summary>Shows changes while <paramref name="watch"/> runs, which hands in each changed action.</summary>
    Task ShowAsync(Func<System.Action<ActionTree, Action>, Task> watch);

    void Finished(RunOutcome outcome);
}

/// <summary>How a run ended.</summary>
internal sealed record RunOutcome(
    string Run, ActionDetails Details, IReadOnlyCollection<Flyteidl2.Task.NamedLiteral> Outputs);
