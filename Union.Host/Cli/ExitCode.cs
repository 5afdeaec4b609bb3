namespace Union.Host.Cli;

/// <summary>What a script may rely on.</summary>
internal enum ExitCode
{
    Done = 0,
    Failed = 1,
    WrongUsage = 2,
    NotFound = 3,
    NotAllowed = 4,
    Unreachable = 5,

    /// <summary>Ctrl-C, as shells report it: 128 and the number of SIGINT.</summary>
    Interrupted = 130,
}
