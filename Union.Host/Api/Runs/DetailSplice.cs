using Flyteidl2.Workflow;
using Grpc.Core;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Runs;
using Union.Host.Api.Splicing;

namespace Union.Host.Api.Runs;

/// <summary>
/// The customer's part of an action's details: command, arguments, environment, defaults, error text. Fetched from the
/// cluster for one answer, as bytes; when the cluster is away the answer says so in the header <c>union-partial</c>.
/// </summary>
internal sealed class DetailSplice(ActionKind kind, byte[] task, byte[] error, byte[] run, byte[] value)
{
    public static async Task<DetailSplice> FetchAsync(
        IPrivateParts parts, ActionDetail detail, ServerCallContext context, string runPrivate = "")
    {
        var action = detail.Action;
        string[] digests = [detail.TaskPrivate, action.ErrorPrivate, runPrivate, action.ValuePrivate];
        var found = await parts.FetchAsync(action.ClusterId, action.RunId.Scope, digests, context);
        return new DetailSplice(action.Kind, found[0], found[1], found[2], found[3]);
    }

    public byte[] OfActionDetails() =>
        Splices.AsField(GetActionDetailsResponse.DetailsFieldNumber, Action());

    public byte[] OfRunDetails() => Splices.AsField(
        GetRunDetailsResponse.DetailsFieldNumber,
        (byte[])
        [
            .. Splices.AsField(RunDetails.RunSpecFieldNumber, run),
            .. Splices.AsField(RunDetails.ActionFieldNumber, Action()),
        ]);

    // A trace's private half is that of the whole TraceAction, of which a reader sees the spec: nothing to splice.
    private byte[] Description() => kind switch
    {
        ActionKind.Trace => [],
        ActionKind.Condition => Splices.AsField(ActionDetails.ConditionFieldNumber, task),
        _ => Splices.AsField(ActionDetails.TaskFieldNumber, task),
    };

    private byte[] Action() =>
    [
        .. Description(),
        .. Splices.AsField(ActionDetails.SignalInfoFieldNumber, Splices.AsField(SignalInfo.OutputFieldNumber, value)),
        .. Splices.AsField(ActionDetails.ErrorInfoFieldNumber, error),
    ];
}
