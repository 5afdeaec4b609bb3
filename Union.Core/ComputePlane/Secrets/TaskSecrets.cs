namespace Union.Core.ComputePlane.Secrets;

/// <summary>The secrets of one task, found and not yet given.</summary>
/// <param name="Variables">By the variable that holds the value.</param>
public sealed record TaskSecrets(
    IReadOnlyDictionary<string, SecretBytes> Variables, IReadOnlyList<SecretFile> Files);

/// <summary>A secret that a task reads as a file. It must never be one on a disk.</summary>
/// <param name="Path">Below the folder of the task's secrets: the group, where there is one, and the key.</param>
/// <param name="Variable">Holds the file's path, where the task wants one.</param>
public sealed record SecretFile(string Path, string? Variable, SecretBytes Value);
