using System.CommandLine;
using Union.Contracts.Admin.V1;

namespace Union.Host.Cli.Commands;

/// <summary><c>union cluster drain</c> and <c>union cluster resume</c>.</summary>
internal sealed class ClusterDrainCommand : UnionCommand
{
    private readonly CommonOptions _common;
    private readonly bool _drains;
    private readonly Argument<string> _name = new("NAME") { Description = "Name of the cluster." };
    private readonly Option<bool> _stop = QueueOptions.Stop();

    public ClusterDrainCommand(CliContext context, CommonOptions common, string name)
        : base(
            context, name,
            name == "drain" ? "Let no new run begin on a cluster; those that have begun go on." : "Let runs begin on a cluster again.")
    {
        (_common, _drains) = (common, name == "drain");
        Examples = _drains ? ["union cluster drain east", "union cluster drain east --stop"] : ["union cluster resume east"];
        Add(_name);
        if (_drains)
        {
            Add(_stop);
        }

        common.AddConnection(this);
        Handle(SetAsync);
    }

    private async Task<ExitCode> SetAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _common.Connect(parsed);
        var name = parsed.GetRequiredValue(_name);
        var state = _drains ? QueueOptions.StateOf(parsed, _stop) : DrainState.Open;
        await client.Queues.SetClusterDrainAsync(
            new SetClusterDrainRequest { Cluster = name, State = state }, cancellationToken: cancellationToken);
        Context.Out.WriteLine($"{Printable.Line(name)} is {QueueOptions.Word(state)}.");
        return ExitCode.Done;
    }
}
