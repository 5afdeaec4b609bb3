namespace Union.Core.ControlPlane.Runs;

/// <summary>Why an attempt failed, as far as the control plane may know it.</summary>
/// <param name="Code">snake_case word, such as <c>exit_code</c>.</param>
/// <param name="Kind">1 user, 2 system, 0 unknown.</param>
/// <param name="PrivatePart">Keyed digest of the text, which the cluster keeps.</param>
internal sealed record Failure(string Code, long Kind, string PrivatePart, bool Recoverable)
{
    public bool IsSystem => Kind == 2;
}
