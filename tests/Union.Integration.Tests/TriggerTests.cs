using System.Globalization;
using Flyteidl2.Trigger;
using Google.Protobuf.WellKnownTypes;
using Union.Integration.Tests.Flyte;
using Union.Integration.Tests.Processes;

namespace Union.Integration.Tests;

/// <summary>A trigger from its creation on the command line to the run that it starts.</summary>
public sealed class TriggerTests(SharedInstallation shared)
{
    private readonly UnionInstallation _union = shared.Running;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trigger_fires_once_and_its_run_is_told_when_it_was_due()
    {
        var file = _union.Write("due.yaml", """
            name: due
            command: [sh, -c, 'cat "$UNION_INPUTS/day" > "$UNION_OUTPUTS/day"; echo "$UNION_RUN_START" > "$UNION_OUTPUTS/start"']
            inputs: {day: datetime, place: string}
            outputs: {day: datetime, start: string}

            """);
        (await _union.RunAsync("deploy", file, "--version", "1")).Done();
        string[] create = ["trigger", "create", "due", "soon", "--every", "1d", "--inactive"];
        var wrong = await _union.RunAsync([.. create, "--kickoff-input", "place", "--input", "day=2026-01-01"]);
        Assert.Contains("is of type string", wrong.Errors, StringComparison.Ordinal);
        (await _union.RunAsync([.. create, "--kickoff-input", "day", "--input", "place=Hamburg"])).Done();

        var due = await ActivateAsync("due", "soon");
        var run = await StartedAsync("due");
        Assert.Equal("SUCCEEDED", (string?)(await _union.FinishedAsync(run))["phase"]);

        var io = (await _union.RunAsync("get", "io", run, "--output", "json")).Done().Json();
        var outputs = io["outputs"]!.AsArray().ToDictionary(o => (string)o!["name"]!, o => (string)o!["value"]!);
        Assert.Equal((due, due), (Instant(outputs["day"]), Instant(outputs["start"])));
        (await _union.RunAsync("trigger", "delete", "due", "soon")).Done();
        Assert.Contains("day", io["inputs"]!.AsArray().Select(i => (string?)i!["name"]));
    }

    // The command line counts from now on; an API client may say when the first run is due.
    private async Task<DateTimeOffset> ActivateAsync(string task, string name)
    {
        using var client = new StockClient(_union);
        var trigger = (await client.Union.Triggers.GetTriggerDetailsAsync(
            new GetTriggerDetailsRequest { Name = client.Union.Trigger(task, name) }, cancellationToken: Cancel)).Trigger;
        var now = TimeProvider.System.GetUtcNow();
        var due = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)).AddSeconds(2);
        trigger.AutomationSpec.Schedule.Rate.StartTime = due.ToTimestamp();
        trigger.Spec.Active = true;
        await client.Union.Triggers.DeployTriggerAsync(
            new DeployTriggerRequest
            {
                Name = trigger.Id.Name,
                Revision = trigger.Id.Revision,
                Spec = trigger.Spec,
                AutomationSpec = trigger.AutomationSpec,
            },
            cancellationToken: Cancel);
        return due;
    }

    private async Task<string> StartedAsync(string task)
    {
        var runs = new List<string>();
        await Eventually.IsAsync(
            async () =>
            {
                var list = (await _union.RunAsync("get", "runs", "--output", "json")).Done().Json().AsArray();
                runs = [.. list.Where(r => (string?)r!["task"] == task).Select(r => (string)r!["run"]!)];
                return runs.Count > 0;
            },
            "the trigger fired");
        return Assert.Single(runs);
    }

    private static DateTimeOffset Instant(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
