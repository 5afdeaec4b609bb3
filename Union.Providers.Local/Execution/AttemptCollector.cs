using System.Globalization;
using System.IO.Compression;
using Flyteidl2.Core;
using Google.Protobuf;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Local.Execution;

/// <summary>Brings everything of an ended attempt into the object store and says what became of it.</summary>
internal sealed class AttemptCollector(IObjectStore store, ProcessExecutorOptions options)
{
    private readonly OutputCollector _outputs = new(store, options);

    /// <param name="failure">How it failed; null where its outputs decide.</param>
    public async Task<AttemptResult> CollectAsync(
        AttemptFolder folder, AttemptRecord record, (AttemptOutcome Outcome, AttemptError Error)? failure,
        DateTimeOffset endedAt, long firstLogMicros, CancellationToken cancellationToken)
    {
        var target = ObjectKey.Parse(record.OutputFolder);
        Reference? outputs = null;
        Reference? report = null;
        try
        {
            await ArchiveLogAsync(folder, target, firstLogMicros, cancellationToken);
            report = await _outputs.CollectReportAsync(folder, target, cancellationToken);
            if (failure is null)
            {
                var types = VariableMap.Parser.ParseFrom(Convert.FromBase64String(record.OutputTypes));
                outputs = await _outputs.CollectAsync(folder, types, target, cancellationToken);
            }
        }
        catch (AttemptFailure e)
        {
            failure = (AttemptOutcome.Failed, e.Error);
        }
        catch (IOException e)
        {
            failure ??= (AttemptOutcome.Failed, AttemptFailure.Platform(
                "folder_unavailable", "The attempt's folder cannot be read or written.", e).Error);
        }
        catch (ObjectStoreException e)
        {
            failure ??= (AttemptOutcome.Failed, StoreFailed(e));
        }

        if (failure is { } failed)
        {
            await PutErrorAsync(failed.Error, target, cancellationToken);
        }

        return new AttemptResult(
            failure?.Outcome ?? AttemptOutcome.Succeeded, record.StartedAt, endedAt, failure?.Error, outputs, report);
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
            await _outputs.PutAsync(target.Append("error.pb"), new MemoryStream(document.ToByteArray()), cancellationToken);
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
            await _outputs.PutAsync(target.Append(name), content, cancellationToken);
        }

        File.Delete(folder.LogArchive);
    }
}
