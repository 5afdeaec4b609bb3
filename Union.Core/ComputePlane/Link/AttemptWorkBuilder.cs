using System.Globalization;
using Flyteidl2.Task;
using Google.Protobuf;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Flyte;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;

namespace Union.Core.ComputePlane.Link;

/// <summary>Puts together what an executor needs: the control plane sent the outline, the customer's store has the rest.</summary>
public sealed class AttemptWorkBuilder(
    PrivateParts privateParts, IObjectStore objects, ObjectLayout layout, ProjectFence fence, SecretResolver secrets,
    LocalEndpoint endpoint, IExecutor executor, UploadedCode uploads, ActionInputs actionInputs)
{
    public async Task<AttemptWork> BuildAsync(
        Assignment assignment, SecretValue capability, CancellationToken cancellationToken)
    {
        var id = assignment.Id();
        var scope = id.Action.Run.Scope;
        var spec = TaskSpec.Parser.ParseFrom(await JoinAsync(
            scope, assignment.TaskProjection, assignment.TaskPrivate, cancellationToken));
        var run = RunSpec.Parser.ParseFrom(await JoinAsync(
            scope, assignment.RunProjection, assignment.RunPrivate, cancellationToken));
        var isFlyte = TaskKinds.Of(spec) == TaskKind.Flyte;
        RefuseOtherFolders(run);
        var bundle = spec.TaskTemplate?.Metadata?.CodeBundleUri ?? "";
        var found = await secrets.ResolveAsync(scope, spec.TaskTemplate?.SecurityContext, cancellationToken);
        var due = assignment.Due();
        var inputs = await actionInputs.ReadAsync(id.Action, assignment.InputUri, due, isFlyte, cancellationToken);
        await EnsureUploadsAsync(scope, inputs, bundle, cancellationToken);
        return new AttemptWork(assignment.Ref.Key(), id)
        {
            Spec = spec,
            Inputs = inputs,
            OutputFolder = layout.Attempt(id),
            Bundle = bundle.Length == 0 ? null : fence.Resolve(scope, bundle, "the code bundle"),
            Environment = Environment(run),
            Identity = isFlyte ? FlyteEnvironment.Of(id.Action, FlytePlaces.Of(id, objects, layout)) : Identity(id, due),
            RunStartTime = due,
            SecretEnvironment = new Dictionary<string, SecretBytes>(found.Variables)
            {
                [isFlyte ? FlyteEnvironment.Endpoint : "UNION_ACTIONS"] = Address(isFlyte, capability),
            },
            SecretFiles = found.Files,
        };
    }

    // Files that a client uploaded by itself: the bundle, and those that inputs point to.
    private async System.Threading.Tasks.Task EnsureUploadsAsync(
        ProjectScope scope, Inputs inputs, string bundle, CancellationToken cancellationToken)
    {
        foreach (var uri in LiteralReferences.In(inputs.Literals).Select(found => found.Uri).Append(bundle))
        {
            if (fence.TryResolve(scope, uri, out var key))
            {
                await uploads.EnsureRightAsync(key, cancellationToken);
            }
        }
    }

    // Said rather than ignored: whoever asks for a place looks for the data there.
    private static void RefuseOtherFolders(RunSpec run)
    {
        if (run.RunBaseDir.Length > 0 || run.RawDataStorage is { RawDataPrefix.Length: > 0 })
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "run_folder_unsupported",
                "The run names a base folder or a raw-data prefix of its own; this cluster chooses both, below the run's folder.",
                "Leave run_base_dir and the raw-data path out.");
        }
    }

    private async Task<byte[]> JoinAsync(
        ProjectScope scope, ByteString projection, string digest, CancellationToken cancellationToken)
    {
        var privatePart = await privateParts.GetAsync(scope, digest, cancellationToken);
        return [.. projection.Span, .. privatePart];
    }

    private static Dictionary<string, string> Environment(RunSpec run)
    {
        var environment = new Dictionary<string, string>();
        foreach (var pair in run.Envs?.Values ?? [])
        {
            environment[pair.Key] = pair.Value;
        }

        return environment;
    }

    private static Dictionary<string, string> Identity(AttemptId id, DateTimeOffset due) => new()
    {
        ["UNION_ORG"] = id.Action.Run.Org,
        ["UNION_PROJECT"] = id.Action.Run.Project,
        ["UNION_DOMAIN"] = id.Action.Run.Domain,
        ["UNION_RUN"] = id.Action.Run.Name,
        ["UNION_ACTION"] = id.Action.Name,
        ["UNION_ATTEMPT"] = id.Attempt.ToString(CultureInfo.InvariantCulture),
        ["UNION_RUN_START"] = due.ToString(
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
    };

    private SecretBytes Address(bool isFlyte, SecretValue capability)
    {
        var address = (isFlyte ? null : executor.Capabilities.RawEndpoint) ?? endpoint.Address;
        return new(System.Text.Encoding.ASCII.GetBytes($"{address}/a/{capability.Reveal()}"));
    }
}
