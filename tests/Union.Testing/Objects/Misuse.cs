namespace Union.Testing.Objects;

/// <summary>What somebody may try with what was signed. Every store answers for each, so that none is forgotten.</summary>
public enum Misuse
{
    WrongVerb,
    OtherKey,
    LongerLifetime,
    TamperedQuery,
    AddedParameter,
    DroppedSignedHeader,
    WrongSize,
    WrongChecksum,
    OverwrittenObject,
    Expired,
    EndedCredential,
    CutUpload,
}
