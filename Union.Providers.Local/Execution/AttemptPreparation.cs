using System.ComponentModel;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Local.Execution;

/// <summary>Fills an attempt's folder and composes what its supervisor is started with, or says why it cannot run.</summary>
internal sealed class AttemptPreparation(ProcessExecutorOptions options, IObjectStore store, Sandbox? sandbox)
{
    /// <summary>The image that means this machine's own programs.</summary>
    private const string LocalImage = "local";

    private readonly InputWriter _inputs = new(store, options);
    private readonly BundleExtractor _bundle = new(options.MaxFiles, options.MaxBundleBytes);

    public Supervisor Supervisor { get; } = new(options);

    public async Task<SupervisorStart> PrepareAsync(
        AttemptFolder folder, AttemptWork work, ObjectKey project, CancellationToken cancellationToken)
    {
        if (sandbox is null && !options.AllowUnsandboxed)
        {
            throw new AttemptFailure(
                "unsandboxed", ErrorKind.System, recoverable: false,
                "This cluster has no sandbox, so a task could read its keys. Install bubblewrap, or accept that with "
                + "execution.unsandboxed: true.");
        }

        if (work.Spec.TaskTemplate?.Container is not { DataConfig.Enabled: true } container)
        {
            throw AttemptFailure.Invalid(
                "task_unsupported", "Only tasks with a container and data_config enabled run on this executor.");
        }

        string[] command = [.. container.Command, .. container.Args];
        if (command.Length == 0 || command[0].Length == 0 || command.Any(part => part.Contains('\0', StringComparison.Ordinal)))
        {
            throw AttemptFailure.Invalid("command_invalid", "The task has no command, or one with a NUL in it.");
        }

        var programs = FindPrograms(container.Image);
        var limits = TaskLimits.Of(work.Spec, options);
        var places = sandbox is null ? TaskPlaces.Bare(folder) : TaskPlaces.Sandboxed;
        var environment = TaskEnvironment.Compose(work, places, ComposePath(programs));
        try
        {
            await _inputs.WriteAsync(work.Inputs, project, folder.Inputs, cancellationToken);
            await ExtractAsync(folder, work.Bundle, cancellationToken);
        }
        catch (ObjectStoreException e)
        {
            throw AttemptFailure.Platform("store_unavailable", $"The object store did not give the inputs ({e.Error}).", e);
        }
        catch (Exception e) when (e is IOException or Win32Exception)
        {
            throw AttemptFailure.Platform("folder_unavailable", "The attempt's folder cannot be written.", e);
        }

        return new SupervisorStart(
            sandbox is not null, limits, command,
            sandbox?.Arguments(folder, environment, programs, limits.Memory) ?? Supervisor.BareScript(folder, environment));
    }

    private async Task ExtractAsync(AttemptFolder folder, ObjectKey? bundle, CancellationToken cancellationToken)
    {
        if (bundle is { } key)
        {
            await using var archive = await store.OpenReadAsync(key, 0, cancellationToken);
            await _bundle.ExtractAsync(archive, folder.Work, cancellationToken);
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
        ':', new[] { programs, options.UnionBinaryFolder, "/usr/local/bin", "/usr/bin", "/bin" }.OfType<string>());
}
