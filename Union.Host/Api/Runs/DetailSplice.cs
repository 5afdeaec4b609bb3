using Flyteidl2.Workflow;
using Grpc.Core;
using Union.Core.ControlPlane.Runs;
using Union.Host.Api.Splicing;

namespace Union.Host.Api.Runs;

/// <summary>
/// The customer's part of an action's details: command, arguments, environment, defaults, error text. Fetched from the
/// cluster for one answer, as bytes; when the cluster is away the answer says so in the header <c>union-partial</c>.
/// </summary>
internal sealed class DetailSplice(byte[] task, byte[] error, byte[] run)
{
    public static async Task<DetailSplice> FetchAsync(
        IPrivateParts parts, ActionDetail detail, ServerCallContext context, string runPrivate = "")
    {
        var action = detail.Action;
        string[] digests = [detail.TaskPrivate, action.ErrorPrivate, runPrivate];
        var found = await parts.FetchAsync(action.ClusterId, action.RunId.Scope, digests, context);
        return new DetailSplice(found[0], found[1], found[2]);
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

    private byte[] Action() =>
    [
        .. Splices.AsField(ActionDetails.TaskFieldNumber, task),
        .. Splices.AsField(ActionDetails.ErrorInfoFieldNumber, error),
    ];
}
