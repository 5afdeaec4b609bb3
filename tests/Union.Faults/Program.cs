using Union.Faults.Planes;
using Union.Host.Cli;

// The command `union`, with a clock that can be set and, where one is seeded, a bug. Neither exists in the product: the
// means to put them in place are arguments that its own entry point does not give.
var context = CliContext.OfThisProcess();
await using var clock = ClockFile.Follow(context.Environment.Get(ClockFile.Variable));
context = context with
{
    Time = clock.Clock,
    Replacements = SeededBugs.ReplacementsOf(context.Environment.Get(SeededBugs.Variable)),
};
return await UnionCommandLine.RunAsync(context, PlaneCommands.Create(context), args, CancellationToken.None);
