using Flyteidl2.Workflow;
using Google.Protobuf;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Triggers;
using Union.Host.Api.Splicing;

namespace Union.Host.Api.Runs;

/// <summary>
/// The details of an action or a run, encoded: what the control plane keeps, and the customer's part behind it (command,
/// arguments, environment, defaults, error text), which the cluster gives for one answer and nobody here reads. Neither
/// is decoded: protobuf merges concatenated encodings.
/// </summary>
internal static class DetailAnswers
{
    /// <summary>A <see cref="GetActionDetailsResponse"/>, and what a watch sends, which has the same field.</summary>
    /// <param name="fired">Of a run that a trigger made: by which schedule.</param>
    public static async Task<EncodedAnswer> OfActionAsync(
        IPrivateParts parts, ActionDetail detail, TriggerSchedule? fired, CancellationToken cancellationToken)
    {
        var found = await FetchAsync(parts, detail, "", cancellationToken);
        return new EncodedAnswer(
            Splices.AsField(GetActionDetailsResponse.DetailsFieldNumber, Action(detail, fired, found)), found.IsPartial);
    }

    /// <summary>A <see cref="GetRunDetailsResponse"/>, and what a watch sends, which has the same field.</summary>
    public static async Task<EncodedAnswer> OfRunAsync(
        IPrivateParts parts, ActionDetail root, TriggerSchedule? fired, CancellationToken cancellationToken)
    {
        var found = await FetchAsync(parts, root, root.Run.PrivatePart, cancellationToken);
        byte[] details =
        [
            .. Splices.AsField(RunDetails.RunSpecFieldNumber, [.. root.Run.Projection, .. found.Run]),
            .. Splices.AsField(RunDetails.ActionFieldNumber, Action(root, fired, found)),
        ];
        return new EncodedAnswer(Splices.AsField(GetRunDetailsResponse.DetailsFieldNumber, details), found.IsPartial);
    }

    private static async Task<Found> FetchAsync(
        IPrivateParts parts, ActionDetail detail, string runPrivate, CancellationToken cancellationToken)
    {
        var action = detail.Action;
        string[] digests = [detail.TaskPrivate, action.ErrorPrivate, runPrivate, action.ValuePrivate];
        return await parts.TryGetAsync(action.ClusterId, action.RunId.Scope, digests, cancellationToken) is { } found
            ? new Found(found[0], found[1], found[2], found[3], IsPartial: false)
            : new Found([], [], [], [], IsPartial: true);
    }

    private static byte[] Action(ActionDetail detail, TriggerSchedule? fired, Found found) =>
    [
        .. ActionMessages.Details(detail, fired, detail.Action.ClusterId).ToByteArray(),
        .. Description(detail, found.Task),
        .. Splices.AsField(ActionDetails.SignalInfoFieldNumber, Splices.AsField(SignalInfo.OutputFieldNumber, found.Value)),
        .. Splices.AsField(ActionDetails.ErrorInfoFieldNumber, found.Error),
    ];

    // A trace's private half is that of the whole TraceAction, of which a reader sees the spec: nothing to splice.
    private static byte[] Description(ActionDetail detail, byte[] task) => detail.Action.Kind switch
    {
        ActionKind.Trace => [],
        ActionKind.Condition => Splices.AsField(
            ActionDetails.ConditionFieldNumber, [.. detail.TaskProjection.Span, .. task]),
        _ => Splices.AsField(ActionDetails.TaskFieldNumber, [.. detail.TaskProjection.Span, .. task]),
    };

    private sealed record Found(byte[] Task, byte[] Error, byte[] Run, byte[] Value, bool IsPartial);
}
