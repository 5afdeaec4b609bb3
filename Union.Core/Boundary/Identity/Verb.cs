namespace Union.Core.Boundary.Identity;

/// <summary>
/// What a principal may be allowed to do. Every RPC maps to one verb and a command without one is refused; numbers are
/// stable because they travel in assertions.
/// </summary>
public enum Verb
{
    None = 0,
    RunsCreate = 1,
    RunsRead = 2,
    RunsAbort = 3,
    TasksDeploy = 4,
    TasksRead = 5,
    ProjectsRead = 6,
    ProjectsAdmin = 7,
    ClustersRead = 8,
    ClustersAdmin = 9,
    DataRead = 10,
    DataWrite = 11,
    LogsRead = 12,
    SecretsRead = 13,
    SecretsWrite = 14,
    TokensAdmin = 40,
}
