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
    /// <param name="only">The one command to build, where its name is known; null, or another name, builds all.</param>
    public static RootCommand Create(CliContext context, IReadOnlyList<LazyCommand> more, string? only = null)
    {
        var common = new CommonOptions(context);
        IReadOnlyList<LazyCommand> all =
        [
            .. more,
            new("run", () => new RunCommand(context, common)),
            new("rerun", () => new RerunCommand(context, common)),
            new("get", () => new GetCommand(context, common)),
            new("logs", () => new LogsCommand(context, common)),
            new("output", () => new OutputCommand(context, common)),
            new("report", () => new ReportCommand(context, common)),
            new("abort", () => new AbortCommand(context, common)),
            new("deploy", () => new DeployCommand(context, common)),
            new("trigger", () => new TriggerCommand(context, common)),
            new("cache", () => new CacheCommand(context, common)),
            new("secret", () => new SecretCommand(context, common)),
            new("project", () => new ProjectCommand(context, common)),
            new("cluster", () => new ClusterCommand(context, common)),
            new("queue", () => new QueueCommand(context, common)),
            new("token", () => new TokenCommand(context, common)),
            new("context", () => new ContextCommand(context, common)),
            new("config", () => new ConfigCommand(context, common)),
            new("db", () => new DbCommand(context, common)),
            new("cloud", () => new CloudCommand(context, common)),
            new("doctor", () => new DoctorCommand(context, common)),
            new("action", () => new ActionCommand(context)),
            new("version", () => new VersionCommand(context, common)),
            new("docs", () => new DocsCommand(context, () => Create(context, more))),
        ];
        var root = new RootCommand("Union runs your tasks in your own account; the control plane never holds your data.");
        var named = all.Where(command => command.Name == only).ToList();
        foreach (var command in named.Count > 0 ? named : all)
        {
            root.Add(command.Create());
        }

        NameValues(root);
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
        CliContext context, IReadOnlyList<LazyCommand> more, IReadOnlyList<string> arguments,
        CancellationToken cancellationToken)
    {
        var parsed = Create(context, more, arguments.Count > 0 ? arguments[0] : null).Parse(arguments);
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

    // In the help and in docs/cli.md a value is named in capitals, as arguments are.
    private static void NameValues(Command command)
    {
        foreach (var option in command.Options.Where(option => option.ValueType != typeof(bool) && option.ValueType != typeof(void)))
        {
            option.HelpName ??= option.Name.TrimStart('-').ToUpperInvariant();
        }

        foreach (var child in command.Subcommands)
        {
            NameValues(child);
        }
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
