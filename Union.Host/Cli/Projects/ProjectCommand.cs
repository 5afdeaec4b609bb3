using System.CommandLine;
using Flyteidl2.Project;

namespace Union.Host.Cli.Projects;

/// <summary><c>union project</c>: where runs, tasks and secrets are kept apart.</summary>
internal sealed class ProjectCommand : UnionCommand
{
    public ProjectCommand(CliContext context, CommonOptions common)
        : base(context, "project", "Keep runs and tasks apart in projects.")
    {
        Examples = ["union project create weather --description 'Forecasts of Seattle'", "union project archive weather"];
        Add(new Create(context, common));
        Add(new ListProjectsCommand(context, common, "list"));
        Add(new SetState(
            context, common, "archive", "Start nothing new in a project. What runs goes on, and all can be read.",
            ProjectState.Archived, "archived"));
        Add(new SetState(
            context, common, "activate", "Let an archived project start runs again.", ProjectState.Active, "active"));
    }

    private static Argument<string> NameArgument() => new("NAME") { Description = "1 to 63 letters, digits, '.', '_' or '-'." };

    private sealed class Create : UnionCommand
    {
        private readonly CommonOptions _common;
        private readonly Argument<string> _name = NameArgument();
        private readonly Option<string> _title = new("--title")
        {
            Description = "What people call it. Default: its name.",
            DefaultValueFactory = _ => "",
        };

        private readonly Option<string> _description = new("--description")
        {
            Description = "What it is for, at most 512 characters. The control plane keeps it, so write no customer data.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => "",
        };

        public Create(CliContext context, CommonOptions common)
            : base(context, "create", "Make a project; it has the domains development, staging and production.")
        {
            _common = common;
            Examples = ["union project create weather", "union project create weather --title 'The weather'"];
            Add(_name);
            Add(_title);
            Add(_description);
            common.AddConnection(this);
            Handle(CreateAsync);
        }

        private async Task<ExitCode> CreateAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            var name = parsed.GetRequiredValue(_name);
            using var client = _common.Connect(parsed);
            var project = new Project { Id = name, Name = parsed.GetValue(_title), Description = parsed.GetValue(_description) };
            await client.Projects.CreateProjectAsync(
                new CreateProjectRequest { Project = project }, cancellationToken: cancellationToken);
            Context.Out.WriteLine($"The project {name} exists. Use it with --project {name}.");
            return ExitCode.Done;
        }
    }

    private sealed class SetState : UnionCommand
    {
        public SetState(
            CliContext context, CommonOptions common, string name, string description, ProjectState state, string done)
            : base(context, name, description)
        {
            var argument = NameArgument();
            Examples = [$"union project {name} weather"];
            Add(argument);
            common.AddConnection(this);
            Handle(async (parsed, cancellationToken) =>
            {
                var project = parsed.GetRequiredValue(argument);
                using var client = common.Connect(parsed);
                await client.Projects.UpdateProjectAsync(
                    new UpdateProjectRequest { Project = new Project { Id = project, State = state } },
                    cancellationToken: cancellationToken);
                Context.Out.WriteLine($"The project {project} is {done}.");
                return ExitCode.Done;
            });
        }
    }
}
