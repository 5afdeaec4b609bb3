using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Union.Host.Cli.Docs;

/// <summary>The page docs/cli.md, made from the commands themselves.</summary>
internal static class CommandLineReference
{
    public static string Write(RootCommand root)
    {
        var page = new StringBuilder("""
            # Command line

            Made by `union docs cli`; a test compares it with the program.

            Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 not allowed, 5 unreachable, 130 interrupted.
            Errors go to standard error and say what to do next. The shapes of `--output json` are in [output.md](output.md).


            """.ReplaceLineEndings("\n"));
        foreach (var command in root.Subcommands)
        {
            Write(page, "union", command);
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static void Write(StringBuilder page, string parent, Command command)
    {
        if (command.Hidden)
        {
            return;
        }

        var path = $"{parent} {command.Name}";
        page.Append(CultureInfo.InvariantCulture, $"## {path}\n\n{command.Description}\n\n");
        if (command.Subcommands.Count == 0)
        {
            WriteUsage(page, path, command);
        }

        if (command is UnionCommand { Examples: { Count: > 0 } examples })
        {
            page.Append(CultureInfo.InvariantCulture, $"```sh\n{string.Join('\n', examples)}\n```\n\n");
        }

        foreach (var child in command.Subcommands)
        {
            Write(page, path, child);
        }
    }

    private static void WriteUsage(StringBuilder page, string path, Command command)
    {
        var arguments = command.Arguments.Select(a => a.Arity switch
        {
            { MinimumNumberOfValues: 0 } => $" [{a.Name}]",
            { MaximumNumberOfValues: > 1 } => $" {a.Name}...",
            _ => $" {a.Name}",
        });
        page.Append(CultureInfo.InvariantCulture, $"`{path}{string.Concat(arguments)}`\n\n");
        var rows = command.Arguments.Select(a => (Name: $"`{a.Name}`", a.Description))
            .Concat(command.Options.Where(o => !o.Hidden && o is not System.CommandLine.Help.HelpOption).Select(NameOf)).ToList();
        if (rows.Count == 0)
        {
            return;
        }

        page.Append("| | |\n|---|---|\n");
        foreach (var (name, description) in rows)
        {
            var text = description?.Replace("|", "\\|", StringComparison.Ordinal);
            page.Append(CultureInfo.InvariantCulture, $"| {name.Replace("|", "\\|", StringComparison.Ordinal)} | {text} |\n");
        }

        page.Append('\n');
    }

    private static (string Name, string? Description) NameOf(Option option)
    {
        var names = string.Join(", ", option.Aliases.Append(option.Name).OrderBy(n => n.Length));
        var value = option.ValueType == typeof(bool) ? "" : $" {option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant()}";
        return ($"`{names}{value}`", option.Description);
    }
}
