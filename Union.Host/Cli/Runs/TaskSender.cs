using Flyteidl2.Common;
using Flyteidl2.Dataproxy;
using Flyteidl2.Task;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Host.Cli.Client;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;

namespace Union.Host.Cli.Runs;

/// <summary>
/// Sends what a task needs to where its data lives: code and files by signed URL straight to the customer's store, inputs
/// to the cluster. The control plane gets references only.
/// </summary>
internal sealed class TaskSender(UnionClient client, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan UploadLifetime = TimeSpan.FromMinutes(10);

    private readonly SignedTransfer _transfer = new(time);

    /// <summary>The spec of a task file in this project, with its files uploaded.</summary>
    public async Task<TaskSpec> SendCodeAsync(TaskFile file, CancellationToken cancellationToken)
    {
        var spec = file.Spec.Clone();
        var project = client.Project;
        spec.TaskTemplate.Id.Project = project.Name;
        spec.TaskTemplate.Id.Domain = project.Domain;
        if (file.Files.Count > 0)
        {
            await using var bundle = await CodeBundle.CreateAsync(file.Folder, file.Files, cancellationToken);
            spec.TaskTemplate.Metadata.CodeBundleUri = await UploadAsync(
                bundle.FileName, bundle.Content, bundle.Md5, cancellationToken);
        }

        return spec;
    }

    /// <summary>The reference to inputs that now lie in the customer's store.</summary>
    /// <param name="kickoff">The input that the cluster fills with the time at which the run was due.</param>
    public async Task<OffloadedInputData> SendInputsAsync(
        Operation operation, TaskSpec spec, IReadOnlyList<TaskInput> inputs, CancellationToken cancellationToken,
        string? kickoff = null)
    {
        var values = new Inputs();
        if (kickoff is not null)
        {
            KickoffTime.Name(values, kickoff);
        }

        foreach (var input in inputs)
        {
            values.Literals.Add(await SendAsync(input, cancellationToken));
        }

        var cluster = await client.SelectAsync(operation, cancellationToken);
        var uploaded = await cluster.Data.UploadInputsAsync(
            new UploadInputsRequest { ProjectId = client.Project, TaskSpec = spec, Inputs = values },
            cancellationToken: cancellationToken);
        return uploaded.OffloadedInputData;
    }

    public void Dispose() => _transfer.Dispose();

    private async Task<NamedLiteral> SendAsync(TaskInput input, CancellationToken cancellationToken)
    {
        if (input is TaskInput.Value value)
        {
            return new NamedLiteral { Name = value.Name, Value = value.Literal };
        }

        var local = (TaskInput.LocalFile)input;
        if (TaskTypes.IsFolder(local.Type))
        {
            throw new CliError(
                ExitCode.WrongUsage,
                $"--input {local.Name}: a folder cannot be sent from the command line.",
                "Make the input a file (a tar archive, for example), or let another task write the folder.");
        }

        await using var content = new FileStream(local.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 65536, useAsync: true);
        var md5 = await DigestAsync(content, cancellationToken);
        var uri = await UploadAsync(FileNameOf(local.Path), content, md5, cancellationToken);
        return new NamedLiteral { Name = local.Name, Value = BlobLiterals.File(local.Type, uri) };
    }

    private async Task<string> UploadAsync(
        string fileName, Stream content, ReadOnlyMemory<byte> md5, CancellationToken cancellationToken)
    {
        var cluster = await client.SelectAsync(Operation.CreateUploadLocation, cancellationToken);
        var project = client.Project;
        var location = await cluster.Data.CreateUploadLocationAsync(
            new CreateUploadLocationRequest
            {
                Project = project.Name,
                Domain = project.Domain,
                Filename = fileName,
                ContentMd5 = ByteString.CopyFrom(md5.Span),
                ContentLength = content.Length,
                ExpiresIn = UploadLifetime.ToDuration(),
                AddContentMd5Metadata = true,
            },
            cancellationToken: cancellationToken);
        await _transfer.PutAsync(new SignedUrl(location.SignedUrl), location.Headers, content, md5, cancellationToken);
        return location.NativeUrl;
    }

    /// <summary>The file's own name where the store can hold it as it stands.</summary>
    private static string FileNameOf(string path)
    {
        var name = Path.GetFileName(path);
        return ObjectKey.TryParse(name, out _) && name.Length <= 255 ? name : "data";
    }

    private static async Task<byte[]> DigestAsync(Stream content, CancellationToken cancellationToken)
    {
#pragma warning disable CA5351 // Content-MD5 is what object stores sign; it guards against damage, not against attack
        return await System.Security.Cryptography.MD5.HashDataAsync(content, cancellationToken);
#pragma warning restore CA5351
    }
}
