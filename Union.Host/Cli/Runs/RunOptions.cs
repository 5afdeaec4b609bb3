using System.CommandLine;
using Union.Core.Boundary;

namespace Union.Host.Cli.Runs;

/// <summary>Options of the commands that start a run.</summary>
internal static class RunOptions
{
    public static Option<string?> Name() => new("--name") { Description = "Name of the run. Default: a random one." };

    public static Option<bool> Detach() => new("--detach") { Description = "Only start the run, and print its name." };

    /// <summary>The name that was given, or a new one: chosen here, so that a repeated call finds the run of the first.</summary>
    public static string NameOf(ParseResult parsed, Option<string?> option)
    {
        var name = parsed.GetValue(option);
        return name is null || Names.IsRun(name)
            ? name ?? Names.NewRun()
            : throw new CliError(
                ExitCode.WrongUsage,
                $"--name: '{name}' must be at most {Names.MaxRunName} lower-case letters, digits or '-', and begin with a letter.");
    }
}
