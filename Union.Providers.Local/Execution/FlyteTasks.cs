using System.Text;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Flyte;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Local.Objects;

namespace Union.Providers.Local.Execution;

/// <summary>
/// Tasks of the stock Flyte SDKs, whose program reads inputs and code from the object store and writes its results there.
/// Where that store is a folder of this machine, a sandboxed task sees of it its own run and its own code, nothing else.
/// </summary>
internal sealed class FlyteTasks(IObjectStore store, ObjectLayout layout, SecretMaskFactory masks) : ITaskKind
{
    private static readonly IReadOnlyDictionary<string, string> NoVariables = new Dictionary<string, string>();

    private readonly FlyteResults _results = new(store);

    public async Task<TaskStart> PrepareAsync(
        AttemptFolder folder, AttemptWork work, TaskPlaces places, CancellationToken cancellationToken)
    {
        var container = work.Spec.TaskTemplate.Container;
        var command = FlyteCommand.Render(
            container.Args, FlytePlaces.Of(work.Id, store, layout), work.Id, work.RunStartTime);
        var code = CodeOf(command, work);
        await _results.ClearAsync(work.OutputFolder, cancellationToken);
        // The stock SDK speaks TCP only: to the local endpoint, and to a cloud's object store.
        return new TaskStart(
            command, NoVariables, store is FileObjectStore files ? Mounts(files, work, code) : [], TaskNetwork.Shared);
    }

    public async Task<TaskResult> CollectAsync(
        AttemptFolder folder, AttemptRecord record, TaskFailure? failure, CancellationToken cancellationToken)
    {
        var target = ObjectKey.Parse(record.OutputFolder);
        var report = await _results.FindReportAsync(target, cancellationToken);
        if (failure is { IsExitCode: false })
        {
            return new TaskResult(failure, null, report);
        }

        if (await _results.FindErrorAsync(target, cancellationToken) is { } reported)
        {
            var error = reported with { Message = masks.Of(record).Apply(Encoding.UTF8.GetBytes(reported.Message)) };
            return new TaskResult(new TaskFailure(AttemptOutcome.Failed, error), null, report, IsReported: true);
        }

        var outputs = failure is null ? await _results.FindOutputsAsync(target, cancellationToken) : null;
        return new TaskResult(failure ?? (outputs is null ? NoResult(folder, record) : null), outputs, report);
    }

    private TaskFailure NoResult(AttemptFolder folder, AttemptRecord record)
    {
        const string text = "The task ended with exit code 0 and wrote neither outputs.pb nor error.pb.";
        var tail = new AttemptEnd(folder, record, masks.Of(record)).ReadErrorTail();
        return new TaskFailure(AttemptOutcome.Failed, new AttemptError(
            "no_result", ErrorKind.User, tail.Length == 0 ? text : $"{text}\n{tail}", Recoverable: true));
    }

    // The command line names the code as well as the metadata does, and the program believes the command line.
    private List<ObjectKey> CodeOf(IReadOnlyList<string> command, AttemptWork work)
    {
        var project = layout.Project(work.Id.Action.Run.Scope);
        var keys = new List<ObjectKey>();
        foreach (var uri in FlyteCommand.CodeReferences(command))
        {
            if (!Reference.TryParse(uri, out var reference) || !store.TryResolve(reference, out var key)
                || !key.IsBelow(project))
            {
                throw AttemptFailure.Invalid("code_refused", "The task's code refers to no object of this project.");
            }

            keys.Add(key);
        }

        return keys;
    }

    private List<Mount> Mounts(FileObjectStore files, AttemptWork work, List<ObjectKey> code)
    {
        // Made by the store, which follows no link: the run's folder is one that its tasks write into.
        foreach (var name in FlytePlaces.Folders)
        {
            files.MakeFolder(work.OutputFolder.Append(name));
        }

        return
        [
            new Mount(files.PathOf(layout.Run(work.Id.Action.Run)), Writable: true),
            .. code.Select(key => new Mount(files.PathOf(key), Writable: false)),
        ];
    }
}
