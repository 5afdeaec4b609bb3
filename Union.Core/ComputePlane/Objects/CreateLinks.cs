using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Objects;

/// <summary>
/// Signs links to many objects of a project for one page. Each is judged by itself; that an object exists is not looked
/// at, since that would be a call to the store for each.
/// </summary>
public sealed record CreateLinks(string Project, string Domain, IReadOnlyList<string> References, TimeSpan? ExpiresIn)
    : IUseCase<Links>, IUserRequest, IAudited
{
    public const int MostReferences = 1000;

    public Verb Verb => Verb.DataRead;

    public string AuditedResource => $"{References.Count} links in {Project}/{Domain}";
}

/// <param name="Results">One for each reference, in their order.</param>
public sealed record Links(IReadOnlyList<LinkResult> Results) : IAuditedOutcome
{
    public string Outcome
    {
        get
        {
            var refusals = Results.Where(r => r.Refusal is not null).Select(r => r.Refusal!.Reason).Distinct().ToList();
            return refusals.Count == 0 ? "ok" : string.Join(',', refusals);
        }
    }
}

/// <summary>One of both is set.</summary>
public sealed record LinkResult(PresignedRequest? Link, UnionException? Refusal);

internal sealed class CreateLinksValidator : AbstractValidator<CreateLinks>
{
    public CreateLinksValidator()
    {
        RuleFor(c => c.Project).ResourceName();
        RuleFor(c => c.Domain).ResourceName();
        RuleFor(c => c.References).Must(r => r.Count is > 0 and <= CreateLinks.MostReferences)
            .WithMessage($"References must be 1 to {CreateLinks.MostReferences}.");
        RuleFor(c => c.ExpiresIn).WholeSeconds();
    }
}

internal sealed class CreateLinksHandler(Caller caller, ObjectLayout layout, ProjectFence fence, Presigner presigner)
    : IRequestHandler<CreateLinks, Links>
{
    /// <summary>Where each signature is a call to the cloud: enough to hide its latency, too few to be throttled.</summary>
    private const int Parallel = 16;

    public async Task<Links> Handle(CreateLinks request, CancellationToken cancellationToken)
    {
        presigner.Spend(request.References.Count);
        var scope = new ProjectScope(caller.Principal.Org, request.Project, request.Domain);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var results = new LinkResult[request.References.Count];
        var waiting = new Queue<(int Index, Task<LinkResult> Task)>();
        try
        {
            for (var i = 0; i < results.Length; i++)
            {
                var signing = SignAsync(scope, request.References[i], request.ExpiresIn, ending.Token);
                if (signing.IsCompletedSuccessfully)
                {
                    results[i] = signing.Result;
                    continue;
                }

                waiting.Enqueue((i, signing.AsTask()));
                if (waiting.Count == Parallel)
                {
                    await TakeAsync();
                }
            }

            while (waiting.Count > 0)
            {
                await TakeAsync();
            }
        }
        catch
        {
            // Nobody waits for the others any more.
            await ending.CancelAsync();
            await ((Task)Task.WhenAll(waiting.Select(w => w.Task))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        return new Links(results);

        async Task TakeAsync()
        {
            var (index, task) = waiting.Dequeue();
            results[index] = await task;
        }
    }

    // What concerns this one object is its own refusal; a store that cannot sign at all fails the call.
    private async ValueTask<LinkResult> SignAsync(
        ProjectScope scope, string reference, TimeSpan? lifetime, CancellationToken cancellationToken)
    {
        try
        {
            var key = fence.Resolve(scope, reference, "a link");
            if (layout.IsPrivate(key))
            {
                throw new UnionException(
                    ErrorCode.PermissionDenied, "reference_private", "The reference leads to a private part of a task or run.",
                    "Read it with the run or the task that it belongs to.");
            }

            return new LinkResult(await presigner.SignPaidAsync(presigner.ToRead(key, lifetime), cancellationToken), null);
        }
        catch (UnionException e)
        {
            return new LinkResult(null, e);
        }
        catch (ObjectStoreException e) when (e.Error is ObjectStoreError.Invalid or ObjectStoreError.Unsupported)
        {
            return new LinkResult(null, e.ToAnswer());
        }
    }
}
