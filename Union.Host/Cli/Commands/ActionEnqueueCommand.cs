using System.CommandLine;
using Flyteidl2.Task;
using Google.Protobuf;
using Union.Contracts.Task.V1;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Host.Cli.Client;
using Task = System.Threading.Tasks.Task;

namespace Union.Host.Cli.Commands;

internal sealed class ActionEnqueueCommand : UnionCommand
{
    private const int ChunkBytes = 64 * 1024;

    private readonly Argument<string> _file = new("FILE") { Description = "The child's task file." };
    private readonly Option<string> _name = new("--name")
    {
        Description = "Name of the child, unique in the run; the same name with the same task is the same child.",
        Required = true,
    };

    private readonly Option<string> _group = new("--group") { Description = "Shown together.", DefaultValueFactory = _ => "" };
    private readonly Option<string[]> _inputs = new("--input", "-i")
    {
        Description = "An input: name=value, name=@file, or name=@child.output where there is no such file.",
        HelpName = "NAME=VALUE",
    };

    public ActionEnqueueCommand(CliContext context)
        : base(context, "enqueue", "Start a child and print its name. The code bundle is the parent's.")
    {
        Examples = ["union action enqueue report.yaml --name report --input table=@totals.table"];
        Add(_file);
        Add(_name);
        Add(_group);
        Add(_inputs);
        Handle(EnqueueAsync);
    }

    private async Task<ExitCode> EnqueueAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = parsed.GetRequiredValue(_name);
        if (!Names.IsAction(name))
        {
            throw new CliError(
                ExitCode.WrongUsage, $"--name: '{name}' must be 1 to 63 lower-case letters, digits or '-', with no '-' at either end.");
        }

        var file = TaskFile.Read(Path.GetFullPath(parsed.GetRequiredValue(_file), Context.Folder));
        CheckBundle(file);
        var inputs = TaskInputs.Parse(
            file.Spec.TaskTemplate.Interface, parsed.GetValue(_inputs) ?? [], Context.Folder, allowChildren: true);
        using var cluster = new ChildrenConnection(Context);
        await UntilServed.CallAsync(
            Context,
            async () =>
            {
                var request = new EnqueueRequest
                {
                    Name = name,
                    Group = parsed.GetValue(_group) ?? "",
                    Task = file.Spec,
                    Inputs = new Inputs(),
                };
                foreach (var input in inputs)
                {
                    await AddAsync(cluster, request, input, cancellationToken);
                }

                return await cluster.Children.EnqueueAsync(request, cancellationToken: cancellationToken);
            },
            cancellationToken);
        Context.Out.WriteLine(name);
        return ExitCode.Done;
    }

    /// <summary>The bundle of the parent is all that the child gets, so what it lists must be here.</summary>
    private void CheckBundle(TaskFile file)
    {
        var missing = file.Files.Where(listed => !Path.Exists(Path.Combine(Context.Folder, listed)));
        InvalidDocumentException.ThrowIfAny(
            [.. missing.Select(listed => $"{listed}: is not in the bundle of this task; add it to 'files' of the parent.")]);
    }

    private static async Task AddAsync(
        ChildrenConnection cluster, EnqueueRequest request, TaskInput input, CancellationToken cancellationToken)
    {
        switch (input)
        {
            case TaskInput.Value value:
                request.Inputs.Literals.Add(new NamedLiteral { Name = value.Name, Value = value.Literal });
                break;
            case TaskInput.ChildOutput output:
                request.OutputsAsInputs.Add(
                    new OutputInput { Input = output.Name, Child = output.Child, Output = output.Output });
                break;
            case TaskInput.LocalFile local when TaskTypes.IsFolder(local.Type):
                throw new CliError(
                    ExitCode.WrongUsage,
                    $"--input {local.Name}: a folder cannot be sent.",
                    "Make the input a file, or give a child's output: @child.output.");
            case TaskInput.LocalFile local:
                var uri = await UploadAsync(cluster, local.Path, cancellationToken);
                request.Inputs.Literals.Add(
                    new NamedLiteral { Name = local.Name, Value = BlobLiterals.File(local.Type, uri) });
                break;
        }
    }

    private static async Task<string> UploadAsync(
        ChildrenConnection cluster, string path, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(path);
        using var call = cluster.Children.UploadFile(cancellationToken: cancellationToken);
        var buffer = new byte[ChunkBytes];
        int length;
        while ((length = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await call.RequestStream.WriteAsync(new Chunk { Content = ByteString.CopyFrom(buffer, 0, length) }, cancellationToken);
        }

        await call.RequestStream.CompleteAsync();
        return (await call).Uri;
    }
}
