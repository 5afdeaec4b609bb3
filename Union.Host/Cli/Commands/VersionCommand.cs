using System.CommandLine;
using System.Reflection;
using System.Text.Json.Nodes;

namespace Union.Host.Cli.Commands;

internal sealed class VersionCommand : UnionCommand
{
    private const string Contract = "flyteidl2 2.0.16 with additions";

    private readonly CommonOptions _common;

    public VersionCommand(CliContext context, CommonOptions common)
        : base(context, "version", "The version of this program and of what it speaks.")
    {
        _common = common;
        common.AddOutput(this);
        Handle((parsed, _) => Task.FromResult(Show(parsed)));
    }

    private ExitCode Show(ParseResult parsed)
    {
        var text = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        var (version, commit) = text.Split('+', 2) is [var number, var hash] ? (number, hash) : (text, "unknown");
        var runtime = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription;
        if (_common.IsJson(parsed))
        {
            Json.WriteDocument(Context, new JsonObject
            {
                ["version"] = version,
                ["commit"] = commit,
                ["contract"] = Contract,
                ["runtime"] = runtime,
            });
            return ExitCode.Done;
        }

        Context.Out.WriteLine($"union {version}\ncommit {commit}\ncontract {Contract}\nruntime {runtime}");
        return ExitCode.Done;
    }
}
