using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Flyteidl2.Common;
using Flyteidl2.Dataproxy;
using Flyteidl2.Workflow;
using Union.Core.Boundary;
using Union.Host.Cli.Client;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;

namespace Union.Host.Cli.Commands;

internal sealed class ReportCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly Argument<string> _run = RunArguments.Run();
    private readonly Argument<string> _action = RunArguments.Action();
    private readonly Option<bool> _open = new("--open") { Description = "Open the page in the browser." };
    private readonly Option<string?> _outputFile = new("--output-file")
    {
        Description = "Where to put the page. Default: RUN-ACTION-report.html in this folder.",
        HelpName = "FILE",
    };

    public ReportCommand(CliContext context, CommonOptions common)
        : base(context, "report", "Fetch the report that an action wrote, straight from the customer's store.")
    {
        _common = common;
        Examples = ["union report r4k2 report --open"];
        Add(_run);
        Add(_action);
        Add(_open);
        Add(_outputFile);
        common.AddConnection(this);
        common.AddOutput(this);
        Handle(FetchAsync);
    }

    private async Task<ExitCode> FetchAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var action = client.Action(parsed.GetRequiredValue(_run), parsed.GetRequiredValue(_action));
        var attempt = await Attempts.LastAsync(client, action, cancellationToken);
        var cluster = await client.SelectAsync(Operation.CreateDownloadLink, action, cancellationToken);
        var answer = await cluster.Data.CreateDownloadLinkAsync(
            new CreateDownloadLinkRequest { ArtifactType = ArtifactType.Report, ActionAttemptId = attempt },
            cancellationToken: cancellationToken);
        if (answer.PreSignedUrls?.SignedUrl is not [var url, ..])
        {
            throw new CliError(
                ExitCode.NotFound, $"{action.Run.Name} {action.Name} has no report.", "A task writes one to $UNION_REPORT.");
        }

        var path = Path.GetFullPath(
            parsed.GetValue(_outputFile) ?? $"{action.Run.Name}-{action.Name}-report.html", Context.Folder);
        using var transfer = new SignedTransfer(Context.Time);
        await DownloadTarget.WriteAsync(
            path, stream => transfer.GetAsync(new SignedUrl(url), [], stream, cancellationToken));
        if (_common.IsJson(parsed))
        {
            Json.WriteDocument(Context, new JsonObject { ["file"] = path });
        }
        else
        {
            Context.Out.WriteLine(Printable.Line(path));
            Context.Error.WriteLine($"Open it with: {Opener} {Printable.Line(path)}");
        }

        if (parsed.GetValue(_open))
        {
            Open(path);
        }

        return ExitCode.Done;
    }

    private static string Opener => OperatingSystem.IsMacOS() ? "open" : "xdg-open";

    private static void Open(string path)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(Opener) { ArgumentList = { path } });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new CliError(ExitCode.Failed, $"{Opener} is not installed.", $"Open {path} in a browser by hand.");
        }
    }
}

/// <summary>Data calls name an attempt; people mean the last.</summary>
internal static class Attempts
{
    public static async Task<ActionAttemptIdentifier> LastAsync(
        UnionClient client, ActionIdentifier action, CancellationToken cancellationToken)
    {
        var answer = await client.Runs.GetActionDetailsAsync(
            new GetActionDetailsRequest { ActionId = action }, cancellationToken: cancellationToken);
        return new ActionAttemptIdentifier { ActionId = action, Attempt = Math.Max(1, answer.Details.Status.Attempts) };
    }
}
