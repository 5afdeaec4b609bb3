using Flyteidl2.Core;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Local.Execution;

/// <summary>Tasks in any language: inputs are files before the start, outputs are files at the end.</summary>
internal sealed class RawTasks(ProcessExecutorOptions options, IObjectStore store, ObjectLayout layout) : ITaskKind
{
    private readonly InputWriter _inputs = new(store, options);
    private readonly BundleExtractor _bundle = new(options.MaxFiles, options.MaxBundleBytes);
    private readonly OutputCollector _outputs = new(store, options);

    public async Task<TaskStart> PrepareAsync(
        AttemptFolder folder, AttemptWork work, TaskPlaces places, CancellationToken cancellationToken)
    {
        var container = work.Spec.TaskTemplate.Container;
        await _inputs.WriteAsync(
            work.Inputs, layout.Project(work.Id.Action.Run.Scope), folder.Inputs, cancellationToken);
        if (work.Bundle is { } key)
        {
            await using var archive = await store.OpenReadAsync(key, 0, cancellationToken);
            await _bundle.ExtractAsync(archive, folder.Work, cancellationToken);
        }

        var variables = new Dictionary<string, string>
        {
            ["UNION_INPUTS"] = places.Inputs,
            ["UNION_OUTPUTS"] = places.Outputs,
            ["UNION_REPORT"] = places.Report,
        };
        return new TaskStart([.. container.Command, .. container.Args], variables, [], options.Network);
    }

    public async Task<TaskResult> CollectAsync(
        AttemptFolder folder, AttemptRecord record, TaskFailure? failure, CancellationToken cancellationToken)
    {
        var target = ObjectKey.Parse(record.OutputFolder);
        var report = await _outputs.CollectReportAsync(folder, target, cancellationToken);
        if (failure is not null)
        {
            return new TaskResult(failure, null, report);
        }

        try
        {
            var types = VariableMap.Parser.ParseFrom(Convert.FromBase64String(record.OutputTypes));
            return new TaskResult(null, await _outputs.CollectAsync(folder, types, target, cancellationToken), report);
        }
        catch (AttemptFailure e)
        {
            return new TaskResult(new TaskFailure(AttemptOutcome.Failed, e.Error), null, report);
        }
    }
}
