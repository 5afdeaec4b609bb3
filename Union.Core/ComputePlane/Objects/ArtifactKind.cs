namespace Union.Core.ComputePlane.Objects;

/// <summary>What an object is to its owner, who may keep and sign each kind by rules of its own.</summary>
public enum ArtifactKind
{
    Code,
    Inputs,
    Outputs,
    Reports,
    Logs,
}
