using System.Globalization;
using Flyteidl2.Task;
using Google.Protobuf;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;

namespace Union.Core.ComputePlane.Link;

/// <summary>Puts together what an executor needs: the control plane sent the outline, the customer's store has the rest.</summary>
public sealed class AttemptWorkBuilder(
    PrivateParts privateParts, IObjectStore objects, ObjectLayout layout, ProjectFence fence, SecretResolver secrets,
    LocalEndpoint endpoint)
{
    private const int MaxInputBytes = 16 * 1024 * 1024;

    public async Task<AttemptWork> BuildAsync(
        Assignment assignment, SecretValue capability, CancellationToken cancellationToken)
    {
        var id = assignment.Id();
        var scope = id.Action.Run.Scope;
        var spec = TaskSpec.Parser.ParseFrom(await JoinAsync(
            scope, assignment.TaskProjection, assignment.TaskPrivate, cancellationToken));
        var run = RunSpec.Parser.ParseFrom(await JoinAsync(
            scope, assignment.RunProjection, assignment.RunPrivate, cancellationToken));
        var bundle = spec.TaskTemplate?.Metadata?.CodeBundleUri ?? "";
        return new AttemptWork(assignment.Ref.Key(), id)
        {
            Spec = spec,
            Inputs = await ReadInputsAsync(id, assignment.InputUri, cancellationToken),
            OutputFolder = layout.Attempt(id),
            Bundle = bundle.Length == 0 ? null : fence.Resolve(scope, bundle, "the code bundle"),
            Environment = Environment(id, run),
            SecretEnvironment = await SecretsAsync(scope, spec, capability, cancellationToken),
        };
    }

    private async Task<byte[]> JoinAsync(
        ProjectScope scope, ByteString projection, string digest, CancellationToken cancellationToken)
    {
        var privatePart = await privateParts.GetAsync(scope, digest, cancellationToken);
        return [.. projection.Span, .. privatePart];
    }

    private async Task<Inputs> ReadInputsAsync(AttemptId id, string uri, CancellationToken cancellationToken)
    {
        if (uri.Length == 0)
        {
            return new Inputs();
        }

        // A reference may name the folder of an upload, or the file itself.
        var key = fence.Resolve(id.Action.Run.Scope, uri, "the inputs");
        key = key.ToString().EndsWith("/inputs.pb", StringComparison.Ordinal) ? key : key.Append("inputs.pb");
        await using var stream = await objects.OpenReadAsync(key, 0, cancellationToken);
        using var buffer = new MemoryStream();
        await stream.CopyBoundedAsync(buffer, MaxInputBytes, cancellationToken);
        var own = layout.ActionInputs(id.Action);
        if (own != key && await objects.HeadAsync(own, cancellationToken) is null)
        {
            // So that the run's folder holds all of the run, and later reads need no other place.
            buffer.Position = 0;
            await objects.PutAsync(own, buffer, PutMode.Replace, cancellationToken);
        }

        buffer.Position = 0;
        return Inputs.Parser.ParseFrom(buffer);
    }

    private static Dictionary<string, string> Environment(AttemptId id, RunSpec run)
    {
        var environment = new Dictionary<string, string>();
        foreach (var pair in run.Envs?.Values ?? [])
        {
            environment[pair.Key] = pair.Value;
        }

        var owner = id.Action.Run;
        environment["UNION_ORG"] = owner.Org;
        environment["UNION_PROJECT"] = owner.Project;
        environment["UNION_DOMAIN"] = owner.Domain;
        environment["UNION_RUN"] = owner.Name;
        environment["UNION_ACTION"] = id.Action.Name;
        environment["UNION_ATTEMPT"] = id.Attempt.ToString(CultureInfo.InvariantCulture);
        return environment;
    }

    private async Task<IReadOnlyDictionary<string, SecretBytes>> SecretsAsync(
        ProjectScope scope, TaskSpec spec, SecretValue capability, CancellationToken cancellationToken)
    {
        var resolved = await secrets.ResolveAsync(scope, spec.TaskTemplate?.SecurityContext, cancellationToken);
        return new Dictionary<string, SecretBytes>(resolved)
        {
            ["UNION_ACTIONS"] = new(System.Text.Encoding.ASCII.GetBytes($"{endpoint.Address}/a/{capability.Reveal()}")),
        };
    }
}
