using Flyteidl2.Core;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Flyte;

/// <summary>
/// What a Flyte task left in its attempt's folder of the store. The program ends with exit code 0 even when the task
/// raised, so the files say how it went: error.pb before outputs.pb, and neither of them is a crash.
/// </summary>
public sealed class FlyteResults(IObjectStore store)
{
    private const string OutputsFile = "outputs.pb";
    private const string ErrorFile = "error.pb";
    private const string ReportFile = "report.html";

    /// <summary>Removes what an earlier process of the same attempt left, which would count as this one's result.</summary>
    public async Task ClearAsync(ObjectKey folder, CancellationToken cancellationToken)
    {
        foreach (var file in new[] { OutputsFile, ErrorFile, ReportFile })
        {
            await store.DeleteAsync(folder.Append(file), cancellationToken);
        }
    }

    public Task<Reference?> FindOutputsAsync(ObjectKey folder, CancellationToken cancellationToken) =>
        FindAsync(folder.Append(OutputsFile), cancellationToken);

    public Task<Reference?> FindReportAsync(ObjectKey folder, CancellationToken cancellationToken) =>
        FindAsync(folder.Append(ReportFile), cancellationToken);

    /// <summary>The error that the task reported, or null where it reported none.</summary>
    public async Task<AttemptError?> FindErrorAsync(ObjectKey folder, CancellationToken cancellationToken)
    {
        try
        {
            var document = await store.ReadAsync(folder.Append(ErrorFile), ErrorDocument.Parser, cancellationToken);
            return document is null ? null : Read(document.Error ?? new ContainerError());
        }
        catch (UnionException e)
        {
            return new AttemptError("error_malformed", ErrorKind.User, $"The task's error.pb is unreadable: {e.Message}", true);
        }
    }

    private static AttemptError Read(ContainerError error)
    {
        var isSystem = error.Origin == ExecutionError.Types.ErrorKind.System;
        return new AttemptError(
            isSystem ? "system_error" : "user_error", isSystem ? ErrorKind.System : ErrorKind.User, error.Message,
            error.Kind == ContainerError.Types.Kind.Recoverable)
        {
            TaskCode = error.Code,
        };
    }

    private async Task<Reference?> FindAsync(ObjectKey key, CancellationToken cancellationToken) =>
        await store.HeadAsync(key, cancellationToken) is null ? null : store.ReferenceTo(key);
}
