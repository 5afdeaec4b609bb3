namespace Union.Core.ComputePlane.Secrets;

/// <summary>The order of a listing: by name, then by project, then by domain, with "every" first. Ordinal.</summary>
public sealed class SecretNameOrder : IComparer<SecretName>
{
    public static SecretNameOrder Instance { get; } = new();

    public int Compare(SecretName? x, SecretName? y) =>
        string.CompareOrdinal(x?.Name, y?.Name) is not 0 and var byName ? byName
        : string.CompareOrdinal(x?.Scope.Project, y?.Scope.Project) is not 0 and var byProject ? byProject
        : string.CompareOrdinal(x?.Scope.Domain, y?.Scope.Domain);
}
