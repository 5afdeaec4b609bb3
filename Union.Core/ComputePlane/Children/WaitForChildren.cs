using System.Runtime.CompilerServices;
using FluentValidation;
using Flyteidl2.Workflow;
using MediatR;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Link;
using Union.Core.ComputePlane.Objects;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Children;

/// <summary>Each named child once it is terminal, in the order in which they end.</summary>
public sealed record WaitForChildren(IReadOnlyList<string> Children)
    : IUseCase<IAsyncEnumerable<EndedChild>>, ITaskRequest;

public sealed record EndedChild(string Name, ActionPhase Phase, string ErrorCode, string ErrorMessage);

internal sealed class WaitForChildrenValidator : AbstractValidator<WaitForChildren>
{
    public WaitForChildrenValidator()
    {
        RuleFor(w => w.Children.Count).InclusiveBetween(1, 1000).WithMessage("1 to 1,000 children can be waited for.");
    }
}

internal sealed class WaitForChildrenHandler(
    SiblingDirectory siblings, PrivateParts privateParts, ActingTask task, WaitingAttempts attempts)
    : IRequestHandler<WaitForChildren, IAsyncEnumerable<EndedChild>>
{
    public Task<IAsyncEnumerable<EndedChild>> Handle(WaitForChildren request, CancellationToken cancellationToken) =>
        Task.FromResult(WaitAsync(request, cancellationToken));

    private async IAsyncEnumerable<EndedChild> WaitAsync(
        WaitForChildren request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (waiting, seen) = (request.Children.ToHashSet(), new HashSet<string>());
        using var wait = attempts.Open(task.Ref.Key());
        await foreach (var update in siblings.WatchAsync(cancellationToken))
        {
            if (update is null)
            {
                if (waiting.FirstOrDefault(name => !seen.Contains(name)) is { } unknown)
                {
                    throw SiblingDirectory.NoSuchChild(unknown);
                }

                wait.Set(true);
                continue;
            }

            seen.Add(update.Name);
            if (((ActionPhase)update.Phase).IsTerminal() && waiting.Remove(update.Name))
            {
                yield return await ToEndedAsync(update, cancellationToken);
            }

            if (waiting.Count == 0)
            {
                yield break;
            }
        }
    }

    private async Task<EndedChild> ToEndedAsync(ChildUpdate update, CancellationToken cancellationToken)
    {
        var text = update.ErrorPrivate.Length == 0
            ? ""
            : ErrorInfo.Parser.ParseFrom(
                await privateParts.GetAsync(task.Run.Scope, update.ErrorPrivate, cancellationToken)).Message;
        return new EndedChild(update.Name, (ActionPhase)update.Phase, update.ErrorCode, text);
    }
}
