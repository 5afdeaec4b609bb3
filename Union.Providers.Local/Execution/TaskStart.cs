namespace Union.Providers.Local.Execution;

/// <summary>What one kind of task asks of its process.</summary>
/// <param name="Variables">Variables that the kind promises to its tasks.</param>
/// <param name="Mounts">What a sandboxed task sees besides its own folders.</param>
/// <param name="Network">What a sandboxed task may reach, where this machine can hold it to that.</param>
internal sealed record TaskStart(
    IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Variables, IReadOnlyList<Mount> Mounts,
    TaskNetwork Network);

/// <summary>A path of this machine that a sandboxed task sees under the same path.</summary>
internal sealed record Mount(string Path, bool Writable);
