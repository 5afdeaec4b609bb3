using System.Text;
using Flyteidl2.Dataproxy;
using Flyteidl2.Secret;
using Google.Protobuf;
using Union.Contracts.Data.V1;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Host.Cli;
using Union.Host.Cli.Client;
using Union.Host.Cli.Commands;
using Union.Host.Cli.Runs;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;
using Task = System.Threading.Tasks.Task;

namespace Union.Host.Planes.Demo;

/// <summary>The two runs of the demo, made as any user makes them: over the API, with data by signed URL.</summary>
internal sealed class DemoRuns(CliContext context, UnionClient client)
{
    private const string ReportAction = "report";

    /// <summary>Runs the sample; answers how many of its actions succeeded.</summary>
    public async Task<int> WeatherAsync(string folder, CancellationToken cancellationToken)
    {
        context.Out.WriteLine();
        context.Out.WriteLine("A workflow over 1,461 days of weather: split by year, work on each, join, report.");
        string[] inputs = [$"data=@{Path.Combine(folder, "data", "seattle-weather.csv")}", "city=Seattle"];
        var outcome = await RunAsync(Path.Combine(folder, "weather.yaml"), inputs, cancellationToken);
        await ShowSummaryAsync(outcome.Run, cancellationToken);
        await SaveReportAsync(outcome.Run, cancellationToken);
        return await CountSucceededAsync(outcome.Run, cancellationToken);
    }

    /// <summary>A run with a planted value in every kind of customer data; it fails, as it should.</summary>
    public async Task CanariesAsync(string folder, Canaries canaries, CancellationToken cancellationToken)
    {
        context.Out.WriteLine();
        context.Out.WriteLine("A second run that fails on purpose, with a secret and a planted value in every kind of data.");
        var cluster = await client.SelectAsync(Operation.UseSecrets, cancellationToken);
        await cluster.Secrets.CreateSecretAsync(
            new CreateSecretRequest
            {
                Id = new SecretIdentifier
                {
                    Name = FailingTask.SecretName,
                    Project = client.Project.Name,
                    Domain = client.Project.Domain,
                },
                SecretSpec = new SecretSpec { BinaryValue = ByteString.CopyFrom(Encoding.UTF8.GetBytes(canaries["secret"])) },
            },
            cancellationToken: cancellationToken);
        var file = FailingTask.Write(folder, canaries);
        var outcome = await RunAsync(file, [$"secretive={canaries["input"]}"], cancellationToken);
        await CheckLogsAsync(outcome.Run, canaries, cancellationToken);
    }

    private async Task<RunOutcome> RunAsync(string path, string[] inputs, CancellationToken cancellationToken)
    {
        var file = TaskFile.Read(path);
        var values = TaskInputs.Parse(file.Spec.TaskTemplate.Interface, inputs, context.Folder);
        var name = Names.NewRun();
        var progress = new TextProgress(context);
        await new RunSubmitter(client, context.Time).SubmitAsync(file, values, name, cancellationToken);
        progress.Started(name);
        return await new RunFollower(client, context.Time).FollowAsync(name, progress, cancellationToken);
    }

    private async Task ShowSummaryAsync(string run, CancellationToken cancellationToken)
    {
        var action = client.Action(run, Names.RootAction);
        var cluster = await client.SelectAsync(Operation.CreateDownloadLink, action, cancellationToken);
        var link = await cluster.Links.CreateOutputLinkAsync(
            new CreateOutputLinkRequest
            {
                ActionAttemptId = await Attempts.LastAsync(client, action, cancellationToken),
                Output = "summary",
            },
            cancellationToken: cancellationToken);
        using var content = new MemoryStream();
        using var transfer = new SignedTransfer(context.Time);
        await transfer.GetAsync(new SignedUrl(link.SignedUrl), link.Headers, content, cancellationToken);
        context.Out.WriteLine("summary, fetched from the object store by a URL signed for this one object:");
        foreach (var line in Encoding.UTF8.GetString(content.ToArray()).TrimEnd().Split('\n'))
        {
            context.Out.WriteLine($"  {Printable.Line(line)}");
        }
    }

    private async Task SaveReportAsync(string run, CancellationToken cancellationToken)
    {
        var action = client.Action(run, ReportAction);
        var cluster = await client.SelectAsync(Operation.CreateDownloadLink, action, cancellationToken);
        var answer = await cluster.Data.CreateDownloadLinkAsync(
            new CreateDownloadLinkRequest
            {
                ArtifactType = ArtifactType.Report,
                ActionAttemptId = await Attempts.LastAsync(client, action, cancellationToken),
            },
            cancellationToken: cancellationToken);
        var path = Path.Combine(Path.GetTempPath(), $"union-demo-{run}.html");
        await using (var file = File.Create(path))
        {
            using var transfer = new SignedTransfer(context.Time);
            await transfer.GetAsync(
                new SignedUrl(answer.PreSignedUrls.SignedUrl[0]), new Dictionary<string, string>(), file, cancellationToken);
        }

        context.Out.WriteLine($"open the report:  {(OperatingSystem.IsMacOS() ? "open" : "xdg-open")} {path}");
    }

    private async Task<int> CountSucceededAsync(string run, CancellationToken cancellationToken)
    {
        var listed = await client.Runs.ListActionsAsync(
            new Flyteidl2.Workflow.ListActionsRequest { RunId = client.Run(run) }, cancellationToken: cancellationToken);
        return listed.Actions.Count(a => a.Status.Phase == Flyteidl2.Common.ActionPhase.Succeeded);
    }

    // The search below proves something only if the values really went where they were planted.
    private async Task CheckLogsAsync(string run, Canaries canaries, CancellationToken cancellationToken)
    {
        var action = client.Action(run, Names.RootAction);
        var cluster = await client.SelectAsync(Operation.TailLogs, action, cancellationToken);
        using var call = cluster.Data.TailLogs(
            new TailLogsRequest { ActionId = action, Attempt = 1 }, cancellationToken: cancellationToken);
        var text = new StringBuilder();
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            foreach (var line in call.ResponseStream.Current.Logs.SelectMany(l => l.Lines))
            {
                text.AppendLine(line.Message);
            }
        }

        foreach (var place in (string[])["log", "argument", "error"])
        {
            if (!text.ToString().Contains(canaries[place], StringComparison.Ordinal))
            {
                throw new CliError(ExitCode.Failed, $"The value planted in '{place}' did not come back in the log of {run}.");
            }
        }
    }
}
