using System.CommandLine;
using Flyteidl2.Common;
using Flyteidl2.Dataproxy;
using Grpc.Core;
using Union.Contracts.Data.V1;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Host.Cli.Client;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;

namespace Union.Host.Cli.Commands;

internal sealed class OutputCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly Argument<string> _run = RunArguments.Run();
    private readonly Argument<string> _action = new("ACTION") { Description = "Name of the action; the root is a0." };
    private readonly Argument<string> _name = new("NAME") { Description = "Name of the output." };
    private readonly Option<string?> _outputFile = new("--output-file")
    {
        Description = "Where to put it. Default: standard output; on a terminal RUN-ACTION-NAME in this folder.",
        HelpName = "FILE",
    };

    public OutputCommand(CliContext context, CommonOptions common)
        : base(context, "output", "Fetch one output, straight from the customer's store.")
    {
        _common = common;
        Examples = ["union output r4k2 a0 summary --output-file summary.txt", "union output r4k2 totals table | head"];
        Add(_run);
        Add(_action);
        Add(_name);
        Add(_outputFile);
        common.AddConnection(this);
        Handle(FetchAsync);
    }

    private async Task<ExitCode> FetchAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var action = client.Action(parsed.GetRequiredValue(_run), parsed.GetRequiredValue(_action));
        var name = parsed.GetRequiredValue(_name);
        var attempt = await Attempts.LastAsync(client, action, cancellationToken);
        var cluster = await client.SelectAsync(Operation.CreateDownloadLink, action, cancellationToken);
        CreateOutputLinkResponse link;
        try
        {
            link = await cluster.Links.CreateOutputLinkAsync(
                new CreateOutputLinkRequest { ActionAttemptId = attempt, Output = name }, cancellationToken: cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
        {
            return await WriteValueAsync(client, action, name, parsed, cancellationToken);
        }

        using var transfer = new SignedTransfer(Context.Time);
        Task Fetch(Stream stream) => transfer.GetAsync(new SignedUrl(link.SignedUrl), link.Headers, stream, cancellationToken);
        await WriteAsync(parsed, $"{action.Run.Name}-{action.Name}-{name}", Fetch);
        return ExitCode.Done;
    }

    /// <summary>The output is a plain value and no object: it comes with the call.</summary>
    private async Task<ExitCode> WriteValueAsync(
        UnionClient client, ActionIdentifier action, string name, ParseResult parsed, CancellationToken cancellationToken)
    {
        var cluster = await client.SelectAsync(Operation.GetActionData, action, cancellationToken);
        var data = await cluster.Data.GetActionDataAsync(
            new GetActionDataRequest { ActionId = action }, cancellationToken: cancellationToken);
        var output = data.Outputs?.Literals.FirstOrDefault(literal => literal.Name == name)
            ?? throw new CliError(ExitCode.NotFound, $"{action.Run.Name} {action.Name} has no output {name}.");
        if (output.Value?.Scalar is not ({ Primitive: not null } or { Generic: not null }))
        {
            throw new CliError(
                ExitCode.Failed,
                $"The output {name} of {action.Run.Name} {action.Name} is no single file.",
                "Give it to another task as an input.");
        }

        var text = LiteralText.Format(output.Value);
        if (parsed.GetValue(_outputFile) is null)
        {
            Context.Out.WriteLine(Context.IsTerminal ? Printable.Line(text) : text);
            return ExitCode.Done;
        }

        await WriteAsync(
            parsed, name, async stream => await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellationToken));
        return ExitCode.Done;
    }

    private async Task WriteAsync(ParseResult parsed, string fallback, Func<Stream, Task> write)
    {
        var file = parsed.GetValue(_outputFile);
        if (file is null && !Context.IsTerminal)
        {
            await using var target = Context.OpenOutput();
            await write(target);
            return;
        }

        // Bytes of a task can do anything to a terminal, so they never go there.
        var path = Path.GetFullPath(file ?? fallback, Context.Folder);
        await DownloadTarget.WriteAsync(path, write);
        Context.Out.WriteLine(Printable.Line(path));
    }
}
