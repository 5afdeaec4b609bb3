using System.Security.Cryptography;
using System.Text;
using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Projects;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Starts a run of a task on one cluster. Safe to repeat: the same request id with the same content, or the same name
/// with the same content, answers the run that exists.
/// </summary>
/// <param name="Name">Null lets the server choose.</param>
/// <param name="ClusterId">The cluster that already holds the private parts.</param>
/// <param name="InputUri">Reference to the uploaded inputs; empty when the task has none.</param>
/// <param name="References">Every other reference in the request; all must lie in the cluster's store.</param>
public sealed record CreateRun(
    string Project, string Domain, string? Name, string ClusterId, NewTask Task, ReadOnlyMemory<byte> Projection,
    string PrivatePart, string InputUri, IReadOnlyList<string> References, int Source)
    : IUseCase<ActionRow>, IUserRequest, IAudited
{
    public Verb Verb => Verb.RunsCreate;

    public string AuditedResource => $"run {Project}/{Domain}/{Name ?? "(new)"}";

    /// <summary>The queue that the run and its children wait in; empty is the cluster's default.</summary>
    public string Queue { get; init; } = "";

    /// <summary>What the run can be found by.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The trigger that the run is of, and its revision.</summary>
    public (TriggerKey Key, long Revision)? Trigger { get; init; }

    /// <summary>When the run was due, which its tasks are told; null is the moment of its creation.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Name of a run whose succeeded actions this one takes over.</summary>
    public string? Recovers { get; init; }

    /// <summary>Actions that run again although they succeeded.</summary>
    public IReadOnlyList<string> RerunActions { get; init; } = [];

    /// <summary>Recognises the same request. Customer content enters as the cluster's keyed digests only.</summary>
    internal string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n', Project, Domain, Name, Task.Digest, Convert.ToHexString(SHA256.HashData(Projection.Span)), PrivatePart,
        InputUri, Trigger, StartTime?.ToMicros()))));
}

internal sealed class CreateRunValidator : AbstractValidator<CreateRun>
{
    public CreateRunValidator()
    {
        RuleFor(c => c.Project).Must(Names.IsResource).WithMessage("The project's name is malformed.");
        RuleFor(c => c.Domain).Must(d => Domains.All.Contains(d))
            .WithMessage($"The domain must be one of {string.Join(", ", Domains.All)}.");
        RuleFor(c => c.Name).Must(n => n is null || Names.IsRun(n)).WithMessage(
            "A run's name starts with a letter, has letters, digits and dashes in lower case, and at most 30 of them.");
        RuleFor(c => c.Task.Name).Must(n => n.Length is > 0 and <= 255).WithMessage("The task needs a name.");
        RuleFor(c => c.Task.Retries).InclusiveBetween(0, 100).WithMessage("A task may have 0 to 100 retries.");
        RuleFor(c => c.Task.Projection.Length).LessThanOrEqualTo(1 << 20).WithMessage("A task may have 1 MiB.");
        RuleFor(c => c.Labels).Must(LabelText.AreValid).WithMessage(LabelText.Rule);
        RuleFor(c => c.Queue).Must(q => q.Length == 0 || Names.IsResource(q)).WithMessage("The queue's name is malformed.");
        RuleFor(c => c.Recovers).Must(r => r is null || Names.IsRun(r)).WithMessage("The run to recover is malformed.");
        RuleFor(c => c.RerunActions).Must(all => all.Count <= 1000 && all.All(Names.IsAction))
            .WithMessage("At most 1,000 names of actions can be run again.");
        RuleFor(c => c.InputUri).Must(u => u.Length == 0 || Reference.TryParse(u, out _))
            .WithMessage("The reference to the inputs is malformed.");
        RuleFor(c => c.References).Must(all => all.All(u => Reference.TryParse(u, out _)))
            .WithMessage("A reference is malformed.");
    }
}

internal sealed class CreateRunHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<CreateRun, ActionRow>
{
    /// <summary>How long a request id is remembered: longer than any client's retries.</summary>
    private static readonly TimeSpan RequestMemory = TimeSpan.FromMinutes(10);

    public async Task<ActionRow> Handle(CreateRun request, CancellationToken cancellationToken)
    {
        var changes = new ChangeSet();
        var root = await database.WriteAsync(
            caller.Principal.Org, session => CreateAsync(session, request, changes), cancellationToken);
        signals.Publish(changes);
        return root;
    }

    private async Task<ActionRow> CreateAsync(Session session, CreateRun request, ChangeSet changes)
    {
        var now = time.GetUtcNow();
        var org = caller.Principal.Org;
        var requestDigest = RequestDigest(request);
        var existing = await FindExistingAsync(session, request, requestDigest, now);
        if (existing is not null)
        {
            return (await ActionStore.FindRootAsync(session, org, existing.Id))!;
        }

        await ClusterReferences.EnsureOwnAsync(
            session, org, request.ClusterId, request.References.Append(request.InputUri));
        var root = await NewRuns.InsertAsync(session, changes, request, org, caller.Principal.Subject, now);
        if (caller.RequestId.Length > 0)
        {
            await RunStore.InsertRequestAsync(session, org, requestDigest, root.RunRowId, now, now - RequestMemory);
        }

        return root;
    }

    private async Task<RunRow?> FindExistingAsync(
        Session session, CreateRun request, string requestDigest, DateTimeOffset now)
    {
        var org = caller.Principal.Org;
        if (caller.RequestId.Length > 0
            && await RunStore.FindByRequestAsync(session, org, requestDigest, now - RequestMemory) is { } repeated)
        {
            return repeated;
        }

        if (request.Name is null)
        {
            return null;
        }

        var named = await RunStore.FindAsync(session, new RunId(org, request.Project, request.Domain, request.Name));
        return named is null || named.Digest == request.Digest ? named : throw RunErrors.RunExists(request.Name);
    }

    private string RequestDigest(CreateRun request) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{caller.RequestId}\n{caller.Principal.Subject}\nCreateRun\n{request.Digest}")));
}
