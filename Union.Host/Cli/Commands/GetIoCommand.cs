using System.CommandLine;
using System.Text.Json.Nodes;
using Flyteidl2.Dataproxy;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;

namespace Union.Host.Cli.Commands;

internal sealed class GetIoCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly Argument<string> _run = RunArguments.Run();
    private readonly Argument<string> _action = RunArguments.Action();
    private readonly Option<bool> _links = new("--links")
    {
        Description = "Also sign a link to each file: whoever has one can read that file until the link ends.",
    };

    public GetIoCommand(CliContext context, CommonOptions common)
        : base(context, "io", "The inputs and outputs of an action, read from the customer's store.")
    {
        _common = common;
        Examples = ["union get io r4k2", "union get io r4k2 y2015 --output json", "union get io r4k2 --links"];
        Add(_run);
        Add(_action);
        Add(_links);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(GetAsync);
    }

    private async Task<ExitCode> GetAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var (run, name) = (parsed.GetRequiredValue(_run), parsed.GetRequiredValue(_action));
        var action = client.Action(run, name);
        var cluster = await client.SelectAsync(Operation.GetActionData, action, cancellationToken);
        var data = await cluster.Data.GetActionDataAsync(
            new GetActionDataRequest { ActionId = action }, cancellationToken: cancellationToken);
        var inputs = data.Inputs?.Literals ?? [];
        var outputs = data.Outputs?.Literals ?? [];
        var links = parsed.GetValue(_links)
            ? await FileLinks.CreateAsync(cluster.Links, action.Run, [.. inputs, .. outputs], cancellationToken)
            : null;
        if (_common.IsJson(parsed))
        {
            var document = new JsonObject
            {
                ["run"] = run,
                ["action"] = name,
                ["inputs"] = Json.Of(inputs),
                ["outputs"] = Json.Of(outputs),
            };
            if (links is not null)
            {
                document["links"] = links.ToJson();
            }

            Json.WriteDocument(Context, document);
            return ExitCode.Done;
        }

        LiteralLines.Write(Context, "inputs", inputs, "");
        LiteralLines.Write(Context, "outputs", outputs, $"{run} {name}");
        links?.Write(Context);
        return ExitCode.Done;
    }
}
