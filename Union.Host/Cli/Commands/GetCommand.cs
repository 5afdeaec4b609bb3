using Union.Host.Cli.Projects;
using Union.Host.Cli.Tasks;
using Union.Host.Cli.Triggers;

namespace Union.Host.Cli.Commands;

/// <summary><c>union get</c>: everything that only reads.</summary>
internal sealed class GetCommand : UnionCommand
{
    public GetCommand(CliContext context, CommonOptions common)
        : base(context, "get", "Show runs, actions, their data, tasks, triggers, projects, clusters and secrets.")
    {
        Examples = ["union get runs", "union get run r4k2", "union get io r4k2 a0 --output json"];
        Add(new GetRunsCommand(context, common));
        Add(new GetRunCommand(context, common));
        Add(new GetActionsCommand(context, common));
        Add(new GetIoCommand(context, common));
        Add(new GetTasksCommand(context, common));
        Add(new ListTriggersCommand(context, common, "triggers"));
        Add(new ListProjectsCommand(context, common, "projects"));
        Add(new ListClustersCommand(context, common, "clusters"));
        Add(new ListSecretsCommand(context, common, "secrets"));
    }
}
