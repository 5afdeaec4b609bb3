using Union.Core.Boundary;

namespace Union.Providers.Local.Execution;

public enum SandboxMode
{
    /// <summary>Bubblewrap where it works; without it work is refused unless that was allowed.</summary>
    Auto,

    /// <summary>Bubblewrap, or the executor does not start.</summary>
    Required,

    /// <summary>Never, even where bubblewrap works; work is refused unless that was allowed.</summary>
    Off,
}

public enum ImageMode
{
    /// <summary>An image without an environment fails its attempt: it would run with other programs than it asks for.</summary>
    Refuse,

    /// <summary>Such an image runs with the programs of this machine.</summary>
    Ignore,
}

public enum TaskNetwork
{
    /// <summary>
    /// The machine's own network. Bubblewrap cannot block single addresses, so the cloud's metadata addresses, where the
    /// machine's own credentials are, can be reached.
    /// </summary>
    Shared,

    /// <summary>
    /// A namespace with nothing but loopback; the local endpoint is a unix socket. Tasks of stock SDKs cannot use that
    /// and keep the machine's network, as tasks without a sandbox do.
    /// </summary>
    None,
}

public sealed class ProcessExecutorOptions
{
    public const string Section = "executor";

    /// <summary>Attempt folders are kept below this absolute path; only its owner may read it.</summary>
    public required string DataDir { get; init; }

    /// <summary>What is told to those who lease work; the executor itself starts what it is given.</summary>
    public int Parallel { get; init; } = 8;

    /// <summary>Told likewise: how many may be held beyond that while others only wait for children, each a sleeping process.</summary>
    public int Waiting { get; init; } = 64;

    public SandboxMode Sandbox { get; init; } = SandboxMode.Auto;

    /// <summary>Without a sandbox a task can read the cluster's keys, so that is never assumed.</summary>
    public bool AllowUnsandboxed { get; init; }

    public ImageMode Images { get; init; } = ImageMode.Refuse;

    /// <summary>Image to the absolute folder that is put first on the task's PATH.</summary>
    public IReadOnlyDictionary<string, string> Environments { get; init; } = new Dictionary<string, string>();

    /// <summary>The folder of the <c>union</c> program, put on PATH so that a task can start children.</summary>
    public string? UnionBinaryFolder { get; init; }

    /// <summary>The program itself where it is one file; then its folder is nobody's business.</summary>
    public string? UnionBinary { get; init; }

    /// <summary>More that a task may read, such as a .NET runtime outside /usr.</summary>
    public IReadOnlyList<string> ReadOnlyPaths { get; init; } = [];

    public TaskNetwork Network { get; init; } = TaskNetwork.None;

    /// <summary>The cloud that this machine belongs to, as <see cref="CloudMachine"/> finds it; null for none.</summary>
    public string? Cloud { get; init; }

    /// <summary>The operator's word that tasks on the machine's network get no credentials at a metadata address.</summary>
    public bool MetadataBlocked { get; init; }

    /// <summary>The local endpoint for tasks with a network of their own; without it they start no children.</summary>
    public ActionsSocket? Actions { get; init; }

    /// <summary>Keep limits by control groups, where those were delegated to this process.</summary>
    public bool TakeGroups { get; init; }

    /// <summary>True where a task on the machine's network could take the machine's credentials, and nobody accepted that.</summary>
    internal bool GuardsMetadata => Cloud is not null && !MetadataBlocked && Network != TaskNetwork.Shared;

    /// <summary>Groups to use as they are.</summary>
    internal CgroupTree? Groups { get; init; }

    /// <summary>The program that is asked what sandbox this machine can build.</summary>
    internal string Bubblewrap { get; init; } = "bwrap";

    /// <summary>Time between asking a task to end and killing it; what Kubernetes' 30 s is for servers, tasks need less.</summary>
    public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Memory of a task that names none: a quarter of a small machine.</summary>
    public long DefaultMemory { get; init; } = 1L << 30;

    /// <summary>Cores of a task that names none; with the time limit it makes the limit of processor seconds.</summary>
    public double DefaultCpu { get; init; } = 1;

    /// <summary>Time of a task that names none: nothing runs for ever.</summary>
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Processes and threads of this user, tasks and others together, as the kernel counts them.</summary>
    public int MaxProcesses { get; init; } = 4096;

    /// <summary>The largest file a task may write, its output streams included.</summary>
    public long MaxFileBytes { get; init; } = 16L << 30;

    /// <summary>The most bytes one input or output file, or one folder of them, may have.</summary>
    public long MaxTransferBytes { get; init; } = 5L << 30;

    /// <summary>The most bytes a value that is not a file may have: it travels inside one message.</summary>
    public int MaxValueBytes { get; init; } = 16 << 20;

    public long MaxBundleBytes { get; init; } = 1L << 30;

    /// <summary>The most files a bundle, an input folder or an output folder may have.</summary>
    public int MaxFiles { get; init; } = 10_000;

    /// <summary>The most bytes of log that are kept of an attempt; later lines are dropped, and a line says so.</summary>
    public long MaxLogBytes { get; init; } = 64L << 20;

    /// <summary>Every mistake at once.</summary>
    internal void Validate()
    {
        var mistakes = new List<string>();
        Check(Path.IsPathFullyQualified(DataDir), "dataDir must be an absolute path");
        Check(Parallel is >= 1 and <= 10_000, "parallel must be 1 to 10000");
        Check(Waiting is >= 0 and <= 10_000, "waiting must be 0 to 10000");
        Check(KillGrace >= TimeSpan.Zero && KillGrace <= TimeSpan.FromMinutes(10), "killGrace must be 0s to 10m");
        Check(DefaultMemory >= 4 << 20, "defaultMemory must be at least 4Mi");
        Check(DefaultCpu > 0, "defaultCpu must be above 0");
        Check(DefaultTimeout > TimeSpan.Zero, "defaultTimeout must be above 0s");
        Check(MaxProcesses >= 16, "maxProcesses must be at least 16");
        Check(MaxFileBytes >= 1 << 20, "maxFileBytes must be at least 1Mi");
        Check(MaxTransferBytes > 0 && MaxValueBytes > 0 && MaxBundleBytes > 0 && MaxFiles > 0, "limits must be above 0");
        Check(MaxLogBytes >= 1 << 20, "maxLogBytes must be at least 1Mi");
        foreach (var path in ReadOnlyPaths.Concat(Environments.Values).Append(UnionBinaryFolder ?? "/").Append(UnionBinary ?? "/"))
        {
            Check(Path.IsPathFullyQualified(path) && !path.Contains(':', StringComparison.Ordinal),
                $"'{path}' must be an absolute path without a colon");
        }

        if (mistakes.Count > 0)
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "executor_options_invalid", string.Join("; ", mistakes) + ".");
        }

        void Check(bool holds, string mistake)
        {
            if (!holds)
            {
                mistakes.Add(mistake);
            }
        }
    }
}
