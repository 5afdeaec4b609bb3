using System.CommandLine;
using Union.Core.Boundary;

namespace Union.Host.Cli.Commands;

/// <summary>The run, and the action of it, that a command is about.</summary>
internal static class RunArguments
{
    public static Argument<string> Run()
    {
        var argument = new Argument<string>("RUN") { Description = "Name of the run." };
        argument.Validators.Add(result =>
        {
            if (!Names.IsRun(result.GetValueOrDefault<string>()))
            {
                result.AddError($"'{Printable.Line(result.GetValueOrDefault<string>() ?? "")}' is no name of a run.");
            }
        });
        return argument;
    }

    public static Argument<string> Action()
    {
        var argument = new Argument<string>("ACTION")
        {
            Description = "Name of the action. Default: the root.",
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => Names.RootAction,
        };
        argument.Validators.Add(result =>
        {
            if (!Names.IsAction(result.GetValueOrDefault<string>()))
            {
                result.AddError($"'{Printable.Line(result.GetValueOrDefault<string>() ?? "")}' is no name of an action.");
            }
        });
        return argument;
    }
}
