namespace Union.Providers.Local.Execution;

/// <summary>
/// The program with which a task starts children, as a task finds it: always under the name <c>union</c>. Where it is one
/// file, a sandboxed task sees that file and nothing beside it, since it may lie in somebody's home.
/// </summary>
internal sealed class UnionProgram(ProcessExecutorOptions options)
{
    private const string SandboxFolder = "/union/bin";

    private const string Name = "union";

    // Bare tasks see the disk as it is, so the name is a link there.
    private readonly string _links = Path.Combine(options.DataDir, "program");

    /// <summary>Makes the link that bare tasks use, anew: the program may have moved since the last start.</summary>
    public void Prepare()
    {
        if (options.UnionBinary is not { } binary)
        {
            return;
        }

        AttemptFolder.CreateOwned(_links);
        var link = Path.Combine(_links, Name);
        File.Delete(link);
        File.CreateSymbolicLink(link, binary);
    }

    /// <summary>What stands on a task's PATH; null where there is no program.</summary>
    public string? PathOf(bool sandboxed) =>
        options.UnionBinary is null ? options.UnionBinaryFolder : sandboxed ? SandboxFolder : _links;

    /// <summary>Bubblewrap's arguments that show it.</summary>
    public IEnumerable<string> Mounts() => (options.UnionBinary, options.UnionBinaryFolder) switch
    {
        ({ } binary, _) => ["--perms", "0755", "--dir", SandboxFolder, "--ro-bind", binary, $"{SandboxFolder}/{Name}"],
        (null, { } folder) => ["--ro-bind", folder, folder],
        _ => [],
    };
}
