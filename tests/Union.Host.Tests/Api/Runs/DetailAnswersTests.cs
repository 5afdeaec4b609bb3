using Flyteidl2.Common;
using Flyteidl2.Task;
using Flyteidl2.Workflow;
using Google.Protobuf;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Triggers;
using Union.Host.Api.Runs;
using ActionPhase = Union.Core.Boundary.ActionPhase;
using Task = System.Threading.Tasks.Task;

namespace Union.Host.Tests.Api.Runs;

public sealed class DetailAnswersTests
{
    private static readonly TriggerSchedule Daily = new(ScheduleKind.Cron, "@daily", "", 0, RateUnit.None, null, "at");

    [Fact]
    public async Task OfAction_OfATriggeredRerun_SaysByWhichScheduleAndOfWhichRun()
    {
        var spec = new RunSpec
        {
            Relation = new Relation
            {
                RelatedTo = new RunIdentifier { Name = "r0" },
                RelationType = RelationType.Rerun,
            },
        };

        var root = await MetadataAsync(Detail(null, spec), Daily);
        var child = await MetadataAsync(Detail("a0", spec), Daily);

        Assert.Equal("@daily", root.TriggerType.Schedule.Cron.Expression);
        Assert.Equal(("r0", RelationType.Rerun), (root.Relation.RelatedTo.Name, root.Relation.RelationType));
        Assert.Equal("@daily", child.TriggerType.Schedule.Cron.Expression);
        Assert.Null(child.Relation);
    }

    [Fact]
    public async Task OfAction_OfAClientThatOnlyNamesTheRun_SaysWhich()
    {
        var spec = new RunSpec { RelatedTo = new RunIdentifier { Name = "r0" } };

        var root = await MetadataAsync(Detail(null, spec), null);

        Assert.Equal("r0", root.Relation.RelatedTo.Name);
        Assert.Null(root.TriggerType);
    }

    [Theory]
    [InlineData("queue_timed_out", "", "queue_timed_out: it waited in its queue for longer than its queue time-out allows")]
    [InlineData("deadline_passed", "", "deadline_passed: it was not over by its deadline")]
    [InlineData("exit_code", "", "exit_code: cluster c kept no text.")]
    [InlineData("exit_code", "digest", "exit_code: the text is kept by cluster c.")]
    public async Task OfAction_ThatFailed_SaysInWordsWhyOrWhereTheyAre(string code, string kept, string words)
    {
        var detail = Detail(null, new RunSpec());
        detail = detail with
        {
            Action = detail.Action with { Phase = ActionPhase.TimedOut, ErrorCode = code, ErrorPrivate = kept, EndedAt = 1 },
        };

        var answer = await DetailAnswers.OfActionAsync(new NoParts(), detail, null, TestContext.Current.CancellationToken);

        var error = GetActionDetailsResponse.Parser.ParseFrom(answer.Bytes).Details.ErrorInfo;
        Assert.StartsWith(words, error.Message, StringComparison.Ordinal);
    }

    private static async Task<ActionMetadata> MetadataAsync(ActionDetail detail, TriggerSchedule? fired)
    {
        var answer = await DetailAnswers.OfActionAsync(new NoParts(), detail, fired, TestContext.Current.CancellationToken);
        return GetActionDetailsResponse.Parser.ParseFrom(answer.Bytes).Details.Metadata;
    }

    private static ActionDetail Detail(string? parent, RunSpec spec)
    {
        var action = new ActionRow(
            1, "default", "p", "d", "r", 1, "a0", parent, null, "", 1, "t", "1", "t", "", 1, "c", ActionPhase.Running, 0, 0, 1,
            0, 1, 0, null, null, "", "", "", 0, "", "", "", "", "", 0, "", "", 0, "", ActionKind.Task, "", "", "", "",
            CacheStatus.Disabled, "", "", "", "", 0);
        var run = new RunRow(
            1, "default", "p", "d", "r", "c", spec.ToByteArray(), "", "", 0, 0, "", 1, 0, "t", "1", "", "", "", 0, 0, "");
        return new ActionDetail(action, ReadOnlyMemory<byte>.Empty, "", [], [], run);
    }

    private sealed class NoParts : IPrivateParts
    {
        public Task<string> PutAsync(
            string clusterId, ProjectScope scope, ReadOnlyMemory<byte> part, CancellationToken cancellationToken) =>
            Task.FromResult("");

        public Task<IReadOnlyList<byte[]>?> TryGetAsync(
            string clusterId, ProjectScope scope, IReadOnlyList<string> digests, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<byte[]>?>([.. digests.Select(_ => Array.Empty<byte>())]);
    }
}
