using Flyteidl2.Task;
using Google.Protobuf;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Reads the inputs of an action, and sees to it that the run's folder holds them.</summary>
public sealed class ActionInputs(IObjectStore objects, ObjectLayout layout, ProjectFence fence)
{
    private const int MaxBytes = 16 * 1024 * 1024;

    /// <param name="uri">A folder of an upload, or the file itself; empty for a task without inputs.</param>
    /// <param name="due">When the run was due, for the input that asks for it.</param>
    /// <param name="fileNeeded">The task opens the file itself, so that there must be one.</param>
    public async Task<Inputs> ReadAsync(
        ActionId action, string uri, DateTimeOffset due, bool fileNeeded, CancellationToken cancellationToken)
    {
        var own = layout.ActionInputs(action);
        if (uri.Length == 0)
        {
            if (fileNeeded)
            {
                await objects.EnsureAsync(own, ReadOnlyMemory<byte>.Empty, cancellationToken);
            }

            return new Inputs();
        }

        var key = fence.Resolve(action.Run.Scope, uri, "the inputs");
        key = key.ToString().EndsWith("/inputs.pb", StringComparison.Ordinal) ? key : key.Append("inputs.pb");
        await using var stream = await objects.OpenReadAsync(key, 0, cancellationToken);
        using var buffer = new MemoryStream();
        await stream.CopyBoundedAsync(buffer, MaxBytes, cancellationToken);
        buffer.Position = 0;
        var inputs = Inputs.Parser.ParseFrom(buffer);
        var isFilled = KickoffTime.TryFill(inputs, action, due);
        if (own != key && (fileNeeded || buffer.Length > 0) && await objects.HeadAsync(own, cancellationToken) is null)
        {
            // So that the run's folder holds all of the run, and later reads need no other place. No inputs are no file.
            using var content = isFilled ? new MemoryStream(inputs.ToByteArray()) : buffer;
            content.Position = 0;
            await objects.PutAsync(own, content, PutMode.Replace, cancellationToken);
        }

        return inputs;
    }
}
