using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;
using Union.Host.Configuration;
using Union.Host.Planes;
using Union.Host.Planes.Control;

namespace Union.Host.Cli.Commands;

/// <summary><c>union db</c>: the control plane's metadata store, for its operator. It is reached directly, not over the API.</summary>
internal sealed class DbCommand : UnionCommand
{
    public DbCommand(CliContext context, CommonOptions common)
        : base(context, "db", "Migrate, inspect and back up the control plane's database.")
    {
        Examples = ["union db status", "union db migrate --config /etc/union/union.yaml", "union db backup /backups/control.db"];
        Add(new Migrate(context));
        Add(new Status(context, common));
        Add(new Backup(context));
    }

    private static ControlPlaneConfiguration Read(CliContext context, string? file) =>
        new ConfigurationLoader(context.Environment).Load(file).Configuration.ControlPlane;

    private static string FileOf(ControlPlaneConfiguration plane) => Path.Combine(plane.DataDir, MetadataOpening.FileName);

    private sealed class Migrate : UnionCommand
    {
        private readonly Option<string?> _config = PlaneCommand.ConfigOption();

        public Migrate(CliContext context)
            : base(context, "migrate", "Bring the database to this program's schema. Safe to repeat, and from several machines at once.")
        {
            Add(_config);
            Handle(RunAsync);
        }

        private async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            var plane = Read(Context, parsed.GetValue(_config));
            if (plane.Database.Engine == DatabaseEngine.Sqlite)
            {
                var file = FileOf(plane);
                using var folder = DataFolder.Open(plane.DataDir, "control", ControlPlaneHost.DataFormat);
                MetadataSchema.Migrate(file);
            }
            else if (plane.Database.Migrations is null)
            {
                throw new UnionException(
                    ErrorCode.FailedPrecondition, "database_migrations_unset",
                    "controlPlane.database.migrations is not set: the service's own role may not change tables.",
                    "Set it to the connection string of the role that owns them.");
            }
            else
            {
                await MetadataSchema.MigrateAsync(
                    MetadataOpening.Postgres(plane.Database, Context.Environment), cancellationToken);
            }

            Context.Out.WriteLine($"The database has schema {MetadataSchema.Newest}.");
            return ExitCode.Done;
        }
    }

    private sealed class Status : UnionCommand
    {
        private readonly CommonOptions _common;
        private readonly Option<string?> _config = PlaneCommand.ConfigOption();

        public Status(CliContext context, CommonOptions common)
            : base(context, "status", "Engine, newest migration of the database, how many it lacks, and what retention has forgotten. Exit code 1 when it lacks any.")
        {
            _common = common;
            Add(_config);
            common.AddOutput(this);
            Handle(RunAsync);
        }

        private async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            var plane = Read(Context, parsed.GetValue(_config));
            var applied = plane.Database.Engine == DatabaseEngine.Sqlite
                ? MetadataSchema.Of(FileOf(plane))
                : await MetadataSchema.OfAsync(MetadataOpening.Postgres(plane.Database, Context.Environment), cancellationToken);
            var forgotten = plane.Database.Engine == DatabaseEngine.Sqlite
                ? await MetadataSchema.ForgottenAsync(FileOf(plane))
                : await MetadataSchema.ForgottenAsync(MetadataOpening.Postgres(plane.Database, Context.Environment), cancellationToken);
            var newest = applied.Count == 0 ? null : applied[^1];
            var missing = MetadataSchema.Missing(applied);
            var engine = plane.Database.Engine == DatabaseEngine.Sqlite ? "sqlite" : "postgres";
            if (_common.IsJson(parsed))
            {
                Json.WriteDocument(Context, new JsonObject
                {
                    ["engine"] = engine,
                    ["schema"] = newest,
                    ["programSchema"] = MetadataSchema.Newest,
                    ["missing"] = missing.Count,
                    ["forgotten"] = forgotten is null ? null : new JsonObject
                    {
                        ["runs"] = forgotten.Runs,
                        ["actions"] = forgotten.Actions,
                        ["audit"] = forgotten.Audit,
                        ["others"] = forgotten.Others,
                    },
                });
            }
            else
            {
                var table = new Table("ENGINE", "SCHEMA", "PROGRAM'S SCHEMA", "MISSING");
                table.Add(
                    engine, newest ?? "none", MetadataSchema.Newest,
                    missing.Count.ToString(CultureInfo.InvariantCulture));
                table.Write(Context);
                if (forgotten is { SweptAt: > 0 })
                {
                    Context.Out.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"Retention has forgotten {forgotten.Runs} runs with {forgotten.Actions} actions, {forgotten.Audit} audit entries and {forgotten.Others} other rows; it last looked at {forgotten.SweptAt.ToInstant():yyyy-MM-dd HH:mm:ss}Z."));
                }
            }

            return missing.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        }
    }

    private sealed class Backup : UnionCommand
    {
        private readonly Argument<string> _target = new("FILE") { Description = "Where the copy goes; an existing file is refused." };
        private readonly Option<string?> _config = PlaneCommand.ConfigOption();

        public Backup(CliContext context)
            : base(context, "backup", "Copy the SQLite database while it is in use. Keys are not in it: see docs/keys.md.")
        {
            Add(_target);
            Add(_config);
            Handle((parsed, _) => Task.FromResult(Run(parsed)));
        }

        private ExitCode Run(ParseResult parsed)
        {
            var plane = Read(Context, parsed.GetValue(_config));
            var (source, target) = (FileOf(plane), Path.Combine(Context.Folder, parsed.GetRequiredValue(_target)));
            if (plane.Database.Engine != DatabaseEngine.Sqlite)
            {
                throw new UnionException(
                    ErrorCode.Unimplemented, "backup_elsewhere", "PostgreSQL has its own tools for this.",
                    "pg_dump --format=custom --file=FILE DATABASE, under the role that owns the tables.");
            }

            if (!File.Exists(source) || File.Exists(target))
            {
                throw new UnionException(
                    ErrorCode.FailedPrecondition, "backup_refused",
                    File.Exists(source) ? $"{target} exists already." : $"There is no database {source}.",
                    "Nothing was copied.");
            }

            MetadataSchema.Backup(source, target);
            Context.Out.WriteLine($"{Printable.Line(target)} holds the database as it was a moment ago.");
            return ExitCode.Done;
        }
    }
}
