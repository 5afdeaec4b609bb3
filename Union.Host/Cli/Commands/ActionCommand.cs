namespace Union.Host.Cli.Commands;

/// <summary><c>union action</c>: what a running task asks of its own cluster.</summary>
internal sealed class ActionCommand : UnionCommand
{
    public ActionCommand(CliContext context)
        : base(context, "action", "Inside a task: start children, wait for them, read what they found.")
    {
        Examples =
        [
            "name=$(union action enqueue year.yaml --name y2015 --input year=2015 --input rows=@2015.csv)",
            "union action wait y2014 y2015",
            "union action output y2015 rain_mm",
        ];
        Add(new ActionEnqueueCommand(context));
        Add(new ActionWaitCommand(context));
        Add(new ActionOutputCommand(context));
    }
}
