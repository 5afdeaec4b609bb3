using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Logs;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Local.Execution;
using Union.Testing;
using Task = System.Threading.Tasks.Task;

namespace Union.Providers.Tests.Execution;

/// <summary>An executor over a data folder of its own, and tasks for it; real processes throughout.</summary>
internal sealed class ExecutorFixture : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Func<string, ProcessExecutorOptions> _options;

    private ExecutorFixture(Func<string, ProcessExecutorOptions> options)
    {
        _options = options;
        DataDir = Directory.CreateTempSubdirectory("union-executor-").FullName;
        Start();
    }

    public string DataDir { get; }

    public SteppedClock Clock { get; } = new();

    public MemoryObjects Store { get; } = new();

    public ObjectLayout Layout { get; } = new("test");

    public ProcessExecutor Executor { get; private set; } = null!;

    public ProcessLogs Logs { get; private set; } = null!;

    public static ExecutorFixture Of(Func<string, ProcessExecutorOptions> options) => new(options);

    /// <summary>With the sandbox; skips the test where this machine can build none.</summary>
    public static ExecutorFixture Sandboxed(Func<string, ProcessExecutorOptions>? options = null)
    {
        var fixture = new ExecutorFixture(options ?? (dataDir => new() { DataDir = dataDir }));
        Assert.SkipWhen(
            fixture.Executor.Capabilities.Sandbox == "none", "bubblewrap is not installed, or may not make namespaces here");
        return fixture;
    }

    public static ExecutorFixture Bare() =>
        new(dataDir => new() { DataDir = dataDir, Sandbox = SandboxMode.Off, AllowUnsandboxed = true });

    public static ExecutorFixture With(bool sandboxed) => sandboxed ? Sandboxed() : Bare();

    /// <summary>As after the compute plane was killed: what runs goes on, and nothing of it is in memory.</summary>
    public async Task RestartAsync()
    {
        await Executor.DisposeAsync();
        Start();
    }

    public AttemptWork Shell(string script, Action<AttemptWorkDraft>? change = null) =>
        Work(["sh", "-c", script], change);

    public AttemptWork Work(string[] command, Action<AttemptWorkDraft>? change = null)
    {
        var draft = new AttemptWorkDraft();
        draft.Container.Command.AddRange(command);
        change?.Invoke(draft);
        var run = new RunId("default", "flytesnacks", "development", Names.NewRun());
        var id = new AttemptId(new ActionId(run, Names.RootAction), 1);
        return new AttemptWork(new AttemptKey(Guid.CreateVersion7().ToString(), 1), id)
        {
            Spec = draft.Spec,
            Inputs = draft.Inputs,
            OutputFolder = Layout.Attempt(id),
            Bundle = draft.Bundle,
            Environment = draft.Environment,
            SecretEnvironment = draft.Secrets.ToDictionary(
                pair => pair.Key, pair => new SecretBytes(Encoding.UTF8.GetBytes(pair.Value))),
            SecretFiles = draft.SecretFiles,
        };
    }

    public async Task<AttemptResult> RunAsync(AttemptWork work)
    {
        await Executor.StartAsync(work, TestContext.Current.CancellationToken);
        return await WaitAsync(work);
    }

    public Task<AttemptResult> WaitAsync(AttemptWork work) =>
        Executor.WaitAsync(work.Key, TestContext.Current.CancellationToken).WaitAsync(Patience);

    public Outputs OutputsOf(AttemptWork work) => Outputs.Parser.ParseFrom(Store[$"{work.OutputFolder}/outputs.pb"]);

    public AttemptFolder FolderOf(AttemptWork work) => new(DataDir, work.Key);

    /// <summary>Waits for a line of a task: a signal from within it.</summary>
    public async Task<LogLine> LineAsync(AttemptWork work, string start)
    {
        using var patience = new CancellationTokenSource(Patience);
        return await Logs.ReadAsync(work.Key.Uid, follow: true, patience.Token)
            .FirstAsync(line => line.Text.StartsWith(start, StringComparison.Ordinal), patience.Token);
    }

    public async Task<List<LogLine>> ArchiveAsync(AttemptWork work) =>
        await new ArchivedLogs(Store).ReadAsync(work.OutputFolder.Append("logs"), default).ToListAsync();

    public static byte[] Bundle(params TarEntry[] entries)
    {
        using var archive = new MemoryStream();
        using (var packed = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        using (var writer = new TarWriter(packed))
        {
            foreach (var entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return archive.ToArray();
    }

    public static PaxTarEntry FileEntry(string name, string content) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    public async ValueTask DisposeAsync()
    {
        foreach (var key in await Executor.ListAsync(default))
        {
            await Executor.EndAsync(key, EndReason.Aborted, default);
        }

        await Executor.DisposeAsync();
        Directory.Delete(DataDir, recursive: true);
    }

    private void Start()
    {
        var options = _options(DataDir);
        Logs = new ProcessLogs(options);
        Executor = new ProcessExecutor(
            options, Store, Layout, Logs, Clock, NullLogger<ProcessExecutor>.Instance);
    }
}

internal sealed class AttemptWorkDraft
{
    public AttemptWorkDraft() => Spec = new TaskSpec
    {
        TaskTemplate = new TaskTemplate
        {
            Container = new Container { Image = "local", DataConfig = new DataLoadingConfig { Enabled = true } },
            Interface = new TypedInterface { Outputs = new VariableMap() },
            Metadata = new Flyteidl2.Core.TaskMetadata(),
        },
    };

    public TaskSpec Spec { get; }

    public Container Container => Spec.TaskTemplate.Container;

    public Inputs Inputs { get; } = new();

    public Dictionary<string, string> Environment { get; } = [];

    public Dictionary<string, string> Secrets { get; } = [];

    public List<SecretFile> SecretFiles { get; } = [];

    public ObjectKey? Bundle { get; set; }

    public void Input(string name, string type, string text) => Inputs.Literals.Add(
        new NamedLiteral { Name = name, Value = LiteralText.Parse(TaskTypes.Find(type)!, text) });

    public void InputBlob(string name, string type, string uri) => Inputs.Literals.Add(new NamedLiteral
    {
        Name = name,
        Value = new Literal
        {
            Scalar = new Scalar
            {
                Blob = new Blob { Uri = uri, Metadata = new BlobMetadata { Type = TaskTypes.Find(type)!.Blob } },
            },
        },
    });

    public void Output(string name, string type) => Spec.TaskTemplate.Interface.Outputs.Variables.Add(
        new VariableEntry { Key = name, Value = new Variable { Type = TaskTypes.Find(type) } });

    public void Timeout(TimeSpan timeout) => Spec.TaskTemplate.Metadata.Timeout = timeout.ToDuration();

    public void Memory(string amount)
    {
        Container.Resources ??= new Resources();
        Container.Resources.Limits.Add(
            new Resources.Types.ResourceEntry { Name = Resources.Types.ResourceName.Memory, Value = amount });
    }
}
