using Union.Core.Boundary;
using Action = Flyteidl2.Workflow.Action;

namespace Union.Host.Cli.Runs;

/// <summary>For people: a tree that is drawn anew on a terminal, a line a change elsewhere.</summary>
internal sealed class TextProgress(CliContext context) : IRunProgress
{
    public void Started(string run)
    {
        context.Out.WriteLine(Printable.Line(run));
        context.Out.Flush();
    }

    public Task ShowAsync(Func<System.Action<ActionTree, Action>, Task> watch) => context.IsTerminal
        ? Terminal.LiveAsync(context.Out, draw => watch((tree, _) =>
        {
            if (tree.Draw(context.Time.GetUtcNow()) is { } drawn)
            {
                draw(drawn);
            }
        }))
        : watch((tree, action) =>
        {
            var indent = new string(' ', 2 * tree.DepthOf(action));
            context.Out.WriteLine(indent + ActionTree.Describe(action, context.Time.GetUtcNow()));
            context.Out.Flush();
        });

    public void Finished(RunOutcome outcome)
    {
        var details = outcome.Details;
        LiteralLines.Write(context, "outputs", outcome.Outputs, $"{outcome.Run} {Names.RootAction}");
        if (Phases.IsSuccess(details.Status.Phase))
        {
            return;
        }

        var text = details.ErrorInfo?.Message ?? details.AbortInfo?.Reason;
        context.Error.WriteLine(
            $"error: The run {outcome.Run} is {Phases.NameOf(details.Status.Phase)}{(string.IsNullOrEmpty(text) ? "." : ":")}");
        if (!string.IsNullOrEmpty(text))
        {
            context.Error.WriteLine(Printable.Text(text));
        }

        context.Error.WriteLine($"hint: union get actions {outcome.Run}  and  union logs {outcome.Run} ACTION  tell more.");
    }
}
