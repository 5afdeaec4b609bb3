using System.Diagnostics.CodeAnalysis;
using System.Text;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Flyte;
using Union.Core.ComputePlane.Logs;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Local.Execution;
using Union.Providers.Local.Objects;
using Task = System.Threading.Tasks.Task;

namespace Union.Providers.Tests.Execution;

/// <summary>
/// An executor over a store of files, with a program <c>a0</c> that a test writes: it runs the shell script behind the
/// last argument and gets every argument of a stock task.
/// </summary>
internal sealed class FlyteFixture : IAsyncDisposable
{
    public const string Image = "flyte-test";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private FlyteFixture(bool sandboxed, string? cloud)
    {
        Root = Directory.CreateTempSubdirectory("union-flyte-").FullName;
        var programs = Directory.CreateDirectory(Path.Combine(Root, "programs")).FullName;
        File.WriteAllText(Path.Combine(programs, "a0"), "#!/bin/sh\nfor last; do :; done\neval \"$last\"\n");
        File.SetUnixFileMode(Path.Combine(programs, "a0"), (UnixFileMode)0x1ED);
        var files = new FileObjectStoreOptions
        {
            Path = Path.Combine(Root, "objects"),
            KeyPath = Path.Combine(Root, "urls.key"),
        };
        var signer = new FileUrlSigner(KeyFile.OpenOrCreate(files.KeyPath), files.PublicUrl, TimeProvider.System);
        Store = new FileObjectStore(files, signer, TimeProvider.System);
        var options = new ProcessExecutorOptions
        {
            DataDir = Path.Combine(Root, "data"),
            Sandbox = sandboxed ? SandboxMode.Auto : SandboxMode.Off,
            AllowUnsandboxed = !sandboxed,
            Cloud = cloud,
            Environments = new Dictionary<string, string> { [Image] = programs },
        };
        Executor = new ProcessExecutor(
            options, Store, Layout, new ProcessLogs(options), TimeProvider.System, NullLogger<ProcessExecutor>.Instance);
    }

    public string Root { get; }

    public FileObjectStore Store { get; }

    public ObjectLayout Layout { get; } = new();

    public ProcessExecutor Executor { get; }

    public RunId Run { get; } = new("default", "flytesnacks", "development", "r1");

    public static FlyteFixture With(bool sandboxed, string? cloud = null)
    {
        var fixture = new FlyteFixture(sandboxed, cloud);
        Assert.SkipWhen(
            sandboxed && fixture.Executor.Capabilities.Sandbox == "none",
            "bubblewrap is not installed, or may not make namespaces here");
        return fixture;
    }

    /// <summary>A task with the command line of the stock SDK, whose last argument is a shell script.</summary>
    public AttemptWork Work(string script, int attempt = 1, string action = "a0", params string[] arguments)
    {
        var id = new AttemptId(new ActionId(Run, action), attempt);
        var container = new Container { Image = Image };
        container.Args.AddRange([
            "a0", "--inputs", "{{.input}}", "--outputs-path", "{{.outputPrefix}}", "--version", "1", "--raw-data-path",
            "{{.rawOutputDataPrefix}}", "--checkpoint-path", "{{.checkpointOutputPrefix}}", "--prev-checkpoint",
            "{{.prevCheckpointPrefix}}", "--run-name", "{{.runName}}", "--name", "{{.actionName}}", "--run-start-time",
            "{{.runStartTime}}", .. arguments, script,
        ]);
        return new AttemptWork(new AttemptKey(Guid.CreateVersion7().ToString(), 1), id)
        {
            Spec = new TaskSpec { TaskTemplate = new TaskTemplate { Container = container } },
            Inputs = new Inputs(),
            OutputFolder = Layout.Attempt(id),
            Environment = new Dictionary<string, string> { ["ACTION_NAME"] = "overridden", ["LOG_LEVEL"] = "20" },
            Identity = FlyteEnvironment.Of(id.Action, FlytePlaces.Of(id, Store, Layout)),
            RunStartTime = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero),
            SecretEnvironment = new Dictionary<string, SecretBytes>
            {
                [FlyteEnvironment.Endpoint] = new(Encoding.ASCII.GetBytes("127.0.0.1:8703/a/" + new string('c', 43))),
            },
        };
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "A stream in memory.")]
    public async Task PutAsync(ObjectKey key, string content) => await Store.PutAsync(
        key, new MemoryStream(Encoding.UTF8.GetBytes(content)), PutMode.Replace, TestContext.Current.CancellationToken);

    public async Task<AttemptResult> RunAsync(AttemptWork work)
    {
        await Executor.StartAsync(work, TestContext.Current.CancellationToken);
        return await Executor.WaitAsync(work.Key, TestContext.Current.CancellationToken).WaitAsync(Patience);
    }

    public async Task<IReadOnlyList<string>> LogAsync(AttemptWork work) =>
        await new ArchivedLogs(Store).ReadAsync(work.OutputFolder.Append("logs"), default)
            .Select(line => line.Text).ToListAsync();

    /// <summary>A script that leaves an error document as the SDK does, and ends with exit code 0.</summary>
    public static string Raise(
        string code, string message, bool recoverable,
        ExecutionError.Types.ErrorKind origin = ExecutionError.Types.ErrorKind.User)
    {
        var document = new ErrorDocument
        {
            Error = new ContainerError
            {
                Code = code,
                Message = message,
                Kind = recoverable ? ContainerError.Types.Kind.Recoverable : ContainerError.Types.Kind.NonRecoverable,
                Origin = origin,
            },
        };
        return $"echo {document.ToByteString().ToBase64()} | base64 -d > \"${{4#file://}}/error.pb\"";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var key in await Executor.ListAsync(default))
        {
            await Executor.EndAsync(key, EndReason.Aborted, default);
        }

        await Executor.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }
}
