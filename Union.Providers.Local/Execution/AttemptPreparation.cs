using System.ComponentModel;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Local.Execution;

/// <summary>Fills an attempt's folder and composes what its supervisor is started with, or says why it cannot run.</summary>
internal sealed class AttemptPreparation(
    ProcessExecutorOptions options, IReadOnlyDictionary<TaskKind, ITaskKind> kinds, Sandbox? sandbox)
{
    /// <summary>The image that means this machine's own programs.</summary>
    private const string LocalImage = "local";

    private readonly UnionProgram _program = new(options);

    public Supervisor Supervisor { get; } = new(options);

    public async Task<SupervisorStart> PrepareAsync(
        AttemptFolder folder, AttemptWork work, CancellationToken cancellationToken)
    {
        if (sandbox is null && !options.AllowUnsandboxed)
        {
            throw new AttemptFailure(
                "unsandboxed", ErrorKind.System, recoverable: false,
                "This cluster has no sandbox, so a task could read its keys. Install bubblewrap, or accept that with "
                + "execution.unsandboxed: true.");
        }

        if (TaskKinds.Of(work.Spec) is not { } kind)
        {
            throw AttemptFailure.Invalid(
                "task_unsupported",
                "This executor runs tasks with a container that either has data_config enabled or begins with the "
                + $"argument {TaskKinds.FlyteProgram}.");
        }

        var programs = FindPrograms(work.Spec.TaskTemplate.Container.Image);
        var limits = TaskLimits.Of(work.Spec, options);
        var places = sandbox is null ? TaskPlaces.Bare(folder) : TaskPlaces.Sandboxed;
        var start = await PrepareAsync(kinds[kind], folder, work, places, cancellationToken);
        if (start.Command.Count == 0 || start.Command[0].Length == 0
            || start.Command.Any(part => part.Contains('\0', StringComparison.Ordinal)))
        {
            throw AttemptFailure.Invalid("command_invalid", "The task has no command, or one with a NUL in it.");
        }

        if (options.GuardsMetadata && !(sandbox?.Isolates(start) ?? false))
        {
            throw new AttemptFailure(
                "metadata_reachable", ErrorKind.System, recoverable: false,
                $"This task needs the machine's network, and on {options.Cloud} that reaches the machine's own credentials at a "
                + "metadata address. Keep tasks from it and set executor.metadataBlocked: true, or accept it with "
                + "executor.network: shared (docs/security.md).");
        }

        var secrets = SecretFiles.Write(folder, work.SecretFiles);
        var environment = TaskEnvironment.Compose(
            work, places with { Secrets = sandbox is null ? secrets : SecretFiles.Folder }, start.Variables, ComposePath(programs));
        return new SupervisorStart(
            kind, sandbox is not null, limits, start.Command,
            sandbox?.Arguments(folder, environment, start, secrets, programs, limits.Memory)
                ?? Supervisor.BareScript(folder, environment));
    }

    private static async Task<TaskStart> PrepareAsync(
        ITaskKind kind, AttemptFolder folder, AttemptWork work, TaskPlaces places, CancellationToken cancellationToken)
    {
        try
        {
            return await kind.PrepareAsync(folder, work, places, cancellationToken);
        }
        catch (ObjectStoreException e)
        {
            throw AttemptFailure.Platform(
                "store_unavailable", $"The object store did not give what the task needs ({e.Error}).", e);
        }
        catch (Exception e) when (e is IOException or Win32Exception)
        {
            throw AttemptFailure.Platform("folder_unavailable", "The attempt's folder cannot be written.", e);
        }
    }

    private string? FindPrograms(string image)
    {
        if (options.Environments.TryGetValue(image, out var folder))
        {
            return Directory.Exists(folder) ? folder : throw AttemptFailure.Platform(
                "environment_missing", $"The folder of the environment for image '{image}' does not exist.");
        }

        return image is "" or LocalImage || options.Images == ImageMode.Ignore ? null : throw AttemptFailure.Invalid(
            "image_unmapped",
            $"The image '{image}' has no environment on this cluster. Name a folder for it under executor.environments, "
            + "use the image 'local', or set executor.images: ignore.");
    }

    private string ComposePath(string? programs) => string.Join(
        ':', new[] { programs, _program.PathOf(sandbox is not null), "/usr/local/bin", "/usr/bin", "/bin" }.OfType<string>());
}
