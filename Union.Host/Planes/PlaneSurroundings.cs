using Union.Host.Cli;
using Union.Host.Configuration;

namespace Union.Host.Planes;

/// <summary>What a plane takes from the process that it runs in.</summary>
/// <param name="Replace">Parts that a test puts in place of the plane's own, once all of these are registered.</param>
internal sealed record PlaneSurroundings(
    ProcessEnvironment Environment, TimeProvider Time, Action<IServiceCollection> Replace)
{
    public PlaneSurroundings(ProcessEnvironment environment)
        : this(environment, TimeProvider.System, static _ => { })
    {
    }

    public static PlaneSurroundings Of(CliContext context) => new(context.Environment, context.Time, context.Replacements);
}
