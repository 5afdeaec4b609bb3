using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>
/// Where everything lies in the customer's store. The server composes every key from parts that it validated; a caller
/// never supplies a path. Everything of a project is below <see cref="Project"/>, so that one prefix fences it.
/// </summary>
public sealed class ObjectLayout(string prefix = "union")
{
    public ObjectKey Project(ProjectScope scope) =>
        ObjectKey.Parse($"{prefix}/v1/{scope.Org}/{scope.Project}/{scope.Domain}");

    public ObjectKey Code(ProjectScope scope, ReadOnlySpan<byte> md5, string fileName) =>
        Project(scope).Append($"code/{Convert.ToHexStringLower(md5)}/{fileName}");

    /// <summary>A file of several that are uploaded below one folder, which the caller named.</summary>
    public ObjectKey Upload(ProjectScope scope, string folder, string fileName) =>
        Project(scope).Append($"uploads/{folder}/{fileName}");

    /// <summary>The MD5 that the key of an uploaded file promises; null for a key of any other kind.</summary>
    public byte[]? DigestOf(ObjectKey code)
    {
        var parts = KindOf(code) is ArtifactKind.Code ? code.ToString()[$"{prefix}/v1/".Length..].Split('/') : [];
        return parts is [_, _, _, _, { Length: 32 } digest, _] && digest.All(char.IsAsciiHexDigitLower)
            ? Convert.FromHexString(digest)
            : null;
    }

    /// <summary>True for a file that a client uploads by itself, of which the cluster sees nothing until it is there.</summary>
    public bool IsUpload(ObjectKey key) => PathInOrg(key) is [_, _, "code" or "uploads", _, _, ..];

    /// <summary>True for what is read back with a run or task only, spliced into it.</summary>
    public bool IsPrivate(ObjectKey key) => PathInOrg(key) is [_, _, "private", ..];

    /// <summary>The folder that <c>inputs.pb</c> of an upload lies in.</summary>
    public ObjectKey Inputs(ProjectScope scope, string keyedDigest) => Project(scope).Append($"inputs/{keyedDigest}");

    public ObjectKey Private(ProjectScope scope, string keyedDigest) =>
        Project(scope).Append($"private/{keyedDigest}.pb");

    public ObjectKey Run(RunId run) => Project(run.Scope).Append($"runs/{run.Name}");

    public ObjectKey ActionInputs(ActionId action) => Run(action.Run).Append($"{action.Name}/inputs.pb");

    public ObjectKey Attempt(AttemptId attempt) =>
        Run(attempt.Action.Run).Append($"{attempt.Action.Name}/{attempt.Attempt}");

    public ObjectKey Outputs(AttemptId attempt) => Attempt(attempt).Append("outputs.pb");

    public ObjectKey Error(AttemptId attempt) => Attempt(attempt).Append("error.pb");

    public ObjectKey Report(AttemptId attempt) => Attempt(attempt).Append("report.html");

    /// <summary>The folder of an attempt's archived log parts, <c>{first millisecond}-{sequence}.jsonl.gz</c>.</summary>
    public ObjectKey Logs(AttemptId attempt) => Attempt(attempt).Append("logs");

    /// <summary>The segments of a key from its project on; null for a key that is none of this layout.</summary>
    public string[]? PathInOrg(ObjectKey key)
    {
        var text = key.ToString();
        var root = $"{prefix}/v1/";
        return text.StartsWith(root, StringComparison.Ordinal) ? text[root.Length..].Split('/')[1..] : null;
    }

    /// <summary>What the object of a key is, or those below a folder's; null for a folder above several kinds.</summary>
    public ArtifactKind? KindOf(ObjectKey key)
    {
        var text = key.ToString();
        var root = $"{prefix}/v1/";
        return !text.StartsWith(root, StringComparison.Ordinal) ? null : text[root.Length..].Split('/') switch
        {
            [_, _, _, "code", ..] => ArtifactKind.Code,
            [_, _, _, "inputs" or "private" or "uploads", ..] => ArtifactKind.Inputs,
            [_, _, _, "runs", _, _, "inputs.pb"] => ArtifactKind.Inputs,
            [_, _, _, "runs", _, _, _, "logs", ..] => ArtifactKind.Logs,
            [_, _, _, "runs", _, _, _, "report.html"] => ArtifactKind.Reports,
            [_, _, _, "runs", _, _, _, _, ..] => ArtifactKind.Outputs,
            _ => null,
        };
    }
}
