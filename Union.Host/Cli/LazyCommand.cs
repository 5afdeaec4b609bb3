using System.CommandLine;

namespace Union.Host.Cli;

/// <summary>A command that is built when it is asked for: a plane that starts, or a task's call, needs one and not forty.</summary>
internal sealed record LazyCommand(string Name, Func<Command> Create);
