using System.Runtime.CompilerServices;
using Flyteidl2.Core;
using MediatR;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Children;
using Union.Core.ComputePlane.Link;
using Union.Core.ComputePlane.Objects;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Actions;

/// <summary>
/// The children of the calling action: all that exist, then null, then each change until the caller leaves. What the
/// control plane does not have, error texts, is filled in here.
/// </summary>
public sealed record WatchOwnChildren : IUseCase<IAsyncEnumerable<WatchedAction?>>, ITaskRequest;

/// <param name="OutputUri">The folder of a task's outputs; of a trace the reference as it was recorded.</param>
/// <param name="Error">Why it failed or ran out of time.</param>
/// <param name="Value">What resolved a condition.</param>
public sealed record WatchedAction(
    string Name, ActionPhase Phase, string OutputUri, KeptError? Error, ErrorKind ErrorKind, Literal? Value);

internal sealed class WatchOwnChildrenHandler(
    SteadyWatch watch, ActingTask task, PrivateParts privateParts, WaitingAttempts attempts)
    : IRequestHandler<WatchOwnChildren, IAsyncEnumerable<WatchedAction?>>
{
    private const string OutputsFile = "/outputs.pb";

    public Task<IAsyncEnumerable<WatchedAction?>> Handle(
        WatchOwnChildren request, CancellationToken cancellationToken) =>
        Task.FromResult(WatchAsync(cancellationToken));

    private async IAsyncEnumerable<WatchedAction?> WatchAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A stock parent watches from its first child to its end: it waits while one of them is not over. One that computes
        // meanwhile cannot be told apart.
        using var wait = attempts.Open(task.Ref.Key());
        var open = new HashSet<string>();
        await foreach (var update in watch.ReadAsync(cancellationToken))
        {
            if (update is not null && ((ActionPhase)update.Phase).IsTerminal())
            {
                open.Remove(update.Name);
            }
            else if (update is not null)
            {
                open.Add(update.Name);
            }

            wait.Set(open.Count > 0);
            yield return update is null ? null : await ToActionAsync(update, cancellationToken);
        }
    }

    private async Task<WatchedAction> ToActionAsync(ChildUpdate update, CancellationToken cancellationToken)
    {
        var error = update.ErrorCode.Length == 0
            ? null
            : await KeptError.ReadAsync(
                privateParts, task.Run.Scope, update.ErrorPrivate, update.ErrorCode, cancellationToken);
        return new WatchedAction(
            update.Name, (ActionPhase)update.Phase,
            update.Kind == ChildKind.Trace ? update.OutputUri : FolderOf(update.OutputUri), error, update.ErrorKind,
            await ValueOfAsync(update, cancellationToken));
    }

    private async Task<Literal?> ValueOfAsync(ChildUpdate update, CancellationToken cancellationToken) =>
        update.ValuePrivate.Length == 0
            ? null
            : Literal.Parser.ParseFrom(
                await privateParts.GetAsync(task.Run.Scope, update.ValuePrivate, cancellationToken));

    // The control plane keeps the file, as readers of attempts want it; the SDK adds the file's name itself.
    private static string FolderOf(string uri) =>
        uri.EndsWith(OutputsFile, StringComparison.Ordinal) ? uri[..^OutputsFile.Length] : uri;
}
