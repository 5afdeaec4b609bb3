using Union.Host.Configuration;

namespace Union.Host.Cli;

/// <summary>What a command may touch of the process it runs in.</summary>
/// <param name="IsTerminal">A person watches standard output: tables, colours and progress are welcome.</param>
/// <param name="OpenInput">Standard input, opened only by the command that reads it.</param>
/// <param name="OpenOutput">Standard output as bytes, for content that is no text.</param>
/// <param name="Folder">What relative paths are relative to.</param>
internal sealed record CliContext(
    TextWriter Out,
    TextWriter Error,
    bool IsTerminal,
    bool InputIsTerminal,
    Func<Stream> OpenInput,
    Func<Stream> OpenOutput,
    ProcessEnvironment Environment,
    TimeProvider Time,
    string Folder)
{
    /// <summary>What a test host puts in place of parts of the planes that it starts; the program itself sets nothing.</summary>
    public Action<IServiceCollection> Replacements { get; init; } = static _ => { };

    public static CliContext OfThisProcess()
    {
        var environment = ProcessEnvironment.Current();
        return new CliContext(
            Console.Out,
            Console.Error,
            !Console.IsOutputRedirected && environment.Get("TERM") is not "dumb",
            !Console.IsInputRedirected,
            Console.OpenStandardInput,
            Console.OpenStandardOutput,
            environment,
            TimeProvider.System,
            Directory.GetCurrentDirectory());
    }
}
