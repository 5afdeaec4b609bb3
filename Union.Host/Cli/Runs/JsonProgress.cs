using System.Text.Json.Nodes;
using Action = Flyteidl2.Workflow.Action;

namespace Union.Host.Cli.Runs;

/// <summary>For programs: one object a change, then a final one.</summary>
internal sealed class JsonProgress(CliContext context) : IRunProgress
{
    public void Started(string run) => Json.WriteLine(context, new JsonObject { ["event"] = "started", ["run"] = run });

    public Task ShowAsync(Func<System.Action<ActionTree, Action>, Task> watch) =>
        watch((_, action) => Json.WriteLine(context, Named("action", Json.Of(action))));

    public void Finished(RunOutcome outcome)
    {
        var json = Named("finished", Json.Of(outcome.Details));
        json["outputs"] = Json.Of(outcome.Outputs);
        Json.WriteLine(context, json);
    }

    private static JsonObject Named(string name, JsonObject json)
    {
        json.Insert(0, "event", name);
        return json;
    }
}
