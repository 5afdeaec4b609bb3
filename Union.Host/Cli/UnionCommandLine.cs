using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Union.Host.Cli.Cloud;
using Union.Host.Cli.Commands;
using Union.Host.Cli.Doctor;
using Union.Host.Cli.Projects;
using Union.Host.Cli.Runs;
using Union.Host.Cli.Tasks;
using Union.Host.Cli.Triggers;

namespace Union.Host.Cli;

/// <summary>The command <c>union</c>. Building it starts nothing: no host, no connection, no terminal library.</summary>
internal static class UnionCommandLine
{
    /// <param name="more">Commands that are defined elsewhere; they stand first in the help.</param>
    public static RootCommand Create(CliContext context, IReadOnlyList<Command> more)
    {
        var common = new CommonOptions(context);
        var root = new RootCommand("Union runs your tasks in your own account; the control plane never holds your data.");
        foreach (var command in more)
        {
            root.Add(command);
        }

        root.Add(new RunCommand(context, common));
        root.Add(new RerunCommand(context, common));
        root.Add(new GetCommand(context, common));
        root.Add(new LogsCommand(context, common));
        root.Add(new OutputCommand(context, common));
        root.Add(new ReportCommand(context, common));
        root.Add(new AbortCommand(context, common));
        root.Add(new DeployCommand(context, common));
        root.Add(new TriggerCommand(context, common));
        root.Add(new CacheCommand(context, common));
        root.Add(new SecretCommand(context, common));
        root.Add(new ProjectCommand(context, common));
        root.Add(new ClusterCommand(context, common));
        root.Add(new TokenCommand(context, common));
        root.Add(new ContextCommand(context, common));
        root.Add(new ConfigCommand(context, common));
        root.Add(new DbCommand(context, common));
        root.Add(new CloudCommand(context, common));
        root.Add(new DoctorCommand(context, common));
        root.Add(new ActionCommand(context));
        root.Add(new VersionCommand(context, common));
        root.Add(new DocsCommand(context, () => root));
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help } helpOption)
            {
                helpOption.Action = new HelpWithExamples(help);
            }
        }

        return root;
    }

    public static async Task<int> RunAsync(
        CliContext context, IReadOnlyList<Command> more, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var parsed = Create(context, more).Parse(arguments);
        var invocation = new InvocationConfiguration
        {
            Output = context.Out,
            Error = context.Error,
            EnableDefaultExceptionHandler = false,
        };
        if (parsed.Action is not ParseErrorAction wrong)
        {
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }

        // Its own exit code is 1, which here means that the work itself failed.
        wrong.ShowHelp = false;
        await parsed.InvokeAsync(invocation, cancellationToken);
        context.Error.WriteLine($"hint: {PathOf(parsed.CommandResult)} --help shows what is possible.");
        return (int)ExitCode.WrongUsage;
    }

    private static string PathOf(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult parent
            ? $"{PathOf(parent)} {result.Command.Name}"
            : "union";

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            var examples = parseResult.CommandResult.Command switch
            {
                UnionCommand command => command.Examples,
                RootCommand => ["union run samples/hello/hello.yaml --input name=Ada", "union get runs", "union logs RUN --follow"],
                _ => [],
            };
            if (examples.Count > 0)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (var example in examples)
                {
                    output.WriteLine($"  {example}");
                }

                output.WriteLine();
            }

            return code;
        }
    }
}
