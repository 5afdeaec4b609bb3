using System.Globalization;
using System.IO.Compression;
using Flyteidl2.Core;
using Google.Protobuf;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Local.Execution;

/// <summary>Brings everything of an ended attempt into the object store and says what became of it.</summary>
internal sealed class AttemptCollector(IObjectStore store, IReadOnlyDictionary<TaskKind, ITaskKind> kinds)
{
    /// <param name="failure">How its process failed; null where what the task left decides.</param>
    public async Task<AttemptResult> CollectAsync(
        AttemptFolder folder, AttemptRecord record, TaskFailure? failure, DateTimeOffset endedAt, long firstLogMicros,
        CancellationToken cancellationToken)
    {
        var target = ObjectKey.Parse(record.OutputFolder);
        TaskResult result;
        try
        {
            await ArchiveLogAsync(folder, target, firstLogMicros, cancellationToken);
            result = await kinds[record.Kind].CollectAsync(folder, record, failure, cancellationToken);
        }
        catch (IOException e)
        {
            var unreadable = AttemptFailure.Platform(
                "folder_unavailable", "The attempt's folder cannot be read or written.", e).Error;
            result = new TaskResult(failure ?? new TaskFailure(AttemptOutcome.Failed, unreadable), null, null);
        }
        catch (ObjectStoreException e)
        {
            result = new TaskResult(failure ?? new TaskFailure(AttemptOutcome.Failed, StoreFailed(e)), null, null);
        }

        if (result is { Failure: { } failed, IsReported: false })
        {
            await PutErrorAsync(failed.Error, target, cancellationToken);
        }

        return new AttemptResult(
            result.Failure?.Outcome ?? AttemptOutcome.Succeeded, record.StartedAt, endedAt, result.Failure?.Error,
            result.Outputs, result.Report);
    }

    /// <summary>The error document where clients look for it; that it cannot be written changes nothing of the result.</summary>
    public async Task PutErrorAsync(AttemptError error, ObjectKey target, CancellationToken cancellationToken)
    {
        var document = new ErrorDocument
        {
            Error = new ContainerError
            {
                Code = error.Code,
                Message = error.Message,
                Kind = error.Recoverable ? ContainerError.Types.Kind.Recoverable : ContainerError.Types.Kind.NonRecoverable,
                Origin = error.Kind == ErrorKind.User
                    ? ExecutionError.Types.ErrorKind.User
                    : ExecutionError.Types.ErrorKind.System,
            },
        };
        try
        {
            await store.PutAsync(
                target.Append("error.pb"), new MemoryStream(document.ToByteArray()), PutMode.Replace, cancellationToken);
        }
        catch (ObjectStoreException)
        {
            // The result carries the same error.
        }
    }

    private static AttemptError StoreFailed(ObjectStoreException e) => new(
        "store_unavailable", ErrorKind.System, $"The object store did not take the results ({e.Error}).", Recoverable: true);

    private async Task ArchiveLogAsync(
        AttemptFolder folder, ObjectKey target, long firstMicros, CancellationToken cancellationToken)
    {
        if (!File.Exists(folder.Log))
        {
            return;
        }

        await using (var log = File.OpenRead(folder.Log))
        await using (var archive = File.Create(folder.LogArchive))
        await using (var packed = new GZipStream(archive, CompressionLevel.Fastest))
        {
            await log.CopyToAsync(packed, cancellationToken);
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"logs/{firstMicros / 1000}-1.jsonl.gz");
        await using (var content = File.OpenRead(folder.LogArchive))
        {
            await store.PutAsync(target.Append(name), content, PutMode.Replace, cancellationToken);
        }

        File.Delete(folder.LogArchive);
    }
}
