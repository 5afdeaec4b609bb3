using System.CommandLine;
using System.Text.Json.Nodes;
using Union.Core.Authoring;
using Union.Core.ComputePlane.Setup;
using Union.Host.Configuration;
using Union.Host.Planes;

namespace Union.Host.Cli.Doctor;

/// <summary><c>union doctor</c>: looks at the installation and at the cloud account, and says of each check what to do.</summary>
internal sealed class DoctorCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly Option<string?> _config = PlaneCommand.ConfigOption();

    private readonly Option<string> _plane = new Option<string>("--plane")
    {
        Description = "Which plane of this machine to look at. Default: those that have data here, else both.",
        HelpName = "control|compute|both",
    }.AcceptOnlyFromAmong("control", "compute", "both");

    private readonly Option<bool> _offline = new("--offline")
    {
        Description = "Make no connection: look at this machine only.",
    };

    public DoctorCommand(CliContext context, CommonOptions common)
        : base(context, "doctor", "Check this installation and the cloud account it uses. Writes one object and one secret, and removes them.")
    {
        Examples = ["union doctor", "union doctor --plane compute --output json", "union doctor --offline"];
        _common = common;
        Add(_config);
        Add(_plane);
        Add(_offline);
        common.AddOutput(this);
        Handle(RunAsync);
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var results = new List<CheckResult>();
        if (Load(parsed.GetValue(_config), results) is { } configuration)
        {
            await using var checkup = new Checkup(configuration, Context.Environment, Context.Time);
            foreach (var probe in checkup.Probes(parsed.GetValue(_plane), parsed.GetValue(_offline)))
            {
                await foreach (var result in probe.RunAsync(cancellationToken))
                {
                    results.Add(result);
                }
            }
        }

        Write(results, _common.IsJson(parsed));
        return results.Any(r => r.State is CheckState.Failed) ? ExitCode.Failed : ExitCode.Done;
    }

    private UnionConfiguration? Load(string? file, List<CheckResult> results)
    {
        try
        {
            var loaded = new ConfigurationLoader(Context.Environment).Load(file);
            results.Add(CheckResult.Passed("configuration", loaded.File is null ? "No file; all values are defaults." : $"{loaded.File} is right."));
            return loaded.Configuration;
        }
        catch (InvalidDocumentException e)
        {
            results.AddRange(e.Errors.Select(error => CheckResult.Failed("configuration", error, "Mend it; `union config check` says the same.")));
            return null;
        }
    }

    private void Write(List<CheckResult> results, bool isJson)
    {
        if (isJson)
        {
            Json.WriteDocument(Context, Json.Array(results.Select(result => new JsonObject
            {
                ["check"] = result.Name,
                ["result"] = WordOf(result.State),
                ["finding"] = result.Finding,
                ["advice"] = result.Advice,
            })));
            return;
        }

        var table = new Table("CHECK", "RESULT", "FINDING");
        foreach (var result in results)
        {
            table.Add(result.Name, WordOf(result.State), result.Finding);
        }

        table.Write(Context);
        foreach (var result in results.Where(result => result.Advice is not null))
        {
            Context.Out.WriteLine($"{result.Name}: {Printable.Line(result.Advice!)}");
        }

        Context.Out.WriteLine(
            $"{results.Count(r => r.State is CheckState.Ok)} ok, {results.Count(r => r.State is CheckState.Warning)} warnings, "
            + $"{results.Count(r => r.State is CheckState.Failed)} failed, {results.Count(r => r.State is CheckState.Skipped)} skipped");
    }

    private static string WordOf(CheckState state) => state.ToString().ToLowerInvariant();
}
