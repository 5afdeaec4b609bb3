using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Flyteidl2.Actions;
using Flyteidl2.Common;
using Flyteidl2.Task;
using Flyteidl2.Workflow;
using Google.Protobuf;
using Action = Flyteidl2.Actions.Action;
using Inputs = Flyteidl2.Task.Inputs;
using Task = System.Threading.Tasks.Task;
using TaskIdentifier = Flyteidl2.Task.TaskIdentifier;

namespace Union.StandIn;

/// <summary>
/// The SDK's remote controller: one watch a parent, children under names that are hashes of what they do, submitted
/// once the watch has told what exists, and started only when the watch says so.
/// </summary>
internal sealed class Controller : IAsyncDisposable
{
    private const string Actions = "flyteidl2.actions.ActionsService";
    private const string Queue = "flyteidl2.workflow.QueueService";
    private const string State = "flyteidl2.workflow.StateService";

    private static readonly TimeSpan SentinelWait = TimeSpan.FromSeconds(5);

    private readonly ConnectClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _sentinel = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, ActionUpdate> _updates = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<ActionUpdate>> _ended = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly Task _watching;
    private readonly bool _older;

    /// <param name="older">Speaks as the SDK does where nobody told it of ActionsService.</param>
    public Controller(string runStartTime, bool older)
    {
        Self = new ActionIdentifier
        {
            Run = new RunIdentifier
            {
                Org = Variable("_U_ORG_NAME"),
                Project = Variable("FLYTE_INTERNAL_EXECUTION_PROJECT"),
                Domain = Variable("FLYTE_INTERNAL_EXECUTION_DOMAIN"),
                Name = Variable("RUN_NAME"),
            },
            Name = Variable("ACTION_NAME"),
        };
        (RunStartTime, _older) = (runStartTime, older);
        _client = new ConnectClient(
            (Variable("_U_INSECURE") == "true" ? "http://" : "https://") + Variable("_U_EP_OVERRIDE"),
            headers =>
            {
                headers.TryAddWithoutValidation("x-actions-project", Self.Run.Project);
                headers.TryAddWithoutValidation("x-actions-domain", Self.Run.Domain);
                headers.TryAddWithoutValidation("x-actions-run", Self.Run.Name);
                headers.TryAddWithoutValidation("x-actions-parent-action", Self.Name);
                headers.TryAddWithoutValidation(
                    "x-request-id", $"{Self.Run.Project}-{Self.Run.Domain}-{Self.Run.Name}-{Self.Name}-{RandomNumberGenerator.GetString("abcdef0123456789", 4)}");
            });
        _watching = WatchAsync();
    }

    public ActionIdentifier Self { get; }

    public string RunStartTime { get; }

    public string RunBase { get; } = Variable("_U_RUN_BASE");

    /// <summary>What the watch told before its sentinel.</summary>
    public IReadOnlyDictionary<string, ActionUpdate> Snapshot { get; private set; } = new Dictionary<string, ActionUpdate>();

    /// <summary>Waits for the sentinel; one that is late is no error.</summary>
    public async Task ReadyAsync() =>
        await _sentinel.Task.WaitAsync(SentinelWait).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Enqueues a call of a function of this program, and answers the name that it has in every attempt.</summary>
    public async Task<string> CallAsync(string function, string group, params NamedLiteral[] inputs)
    {
        await ReadyAsync();
        var message = new Inputs();
        message.Literals.AddRange(inputs);
        var name = NameOf(function, group, message.ToByteArray());
        _ended.TryAdd(name, NewEnd());
        var folder = $"{RunBase}/{name}";
        Storage.MakeFolder(folder);
        Storage.Write($"{folder}/inputs.pb", message);
        await EnqueueAsync(new Action
        {
            ActionId = new ActionIdentifier { Run = Self.Run, Name = name },
            ParentActionName = Self.Name,
            InputUri = $"{folder}/inputs.pb",
            RunOutputBase = RunBase,
            Group = group,
            Task = new TaskAction
            {
                Id = new TaskIdentifier { Project = Self.Run.Project, Domain = Self.Run.Domain, Name = $"stand_in.{function}", Version = "v1" },
                Spec = Functions.SpecOf(function),
            },
        });
        return name;
    }

    /// <summary>Records a call that has been made, and answers the echo of it.</summary>
    public async Task<ActionUpdate> RecordAsync(string name, string function, string outputUri)
    {
        var now = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow());
        await EnqueueAsync(new Action
        {
            ActionId = new ActionIdentifier { Run = Self.Run, Name = name },
            ParentActionName = Self.Name,
            Trace = new TraceAction
            {
                Name = function,
                Phase = ActionPhase.Succeeded,
                StartTime = now,
                EndTime = now,
                Outputs = new OutputReferences { OutputUri = outputUri },
                Spec = new TraceSpec { Interface = new Flyteidl2.Core.TypedInterface() },
            },
        });
        return await EndedAsync(name);
    }

    public string NameOfTrace(string function) => NameOf(function, "trace", []);

    public async Task<ActionUpdate> EndedAsync(string name)
    {
        var end = _ended.GetOrAdd(name, _ => NewEnd());
        return await end.Task;
    }

    public Task EnqueueAsync(Action action) => _older
        ? _client.UnaryAsync($"{Queue}/EnqueueAction", InOlderWords(action), EnqueueActionResponse.Parser, 5000, _stop.Token)
        : _client.UnaryAsync(
            $"{Actions}/Enqueue", new EnqueueRequest { Action = action }, EnqueueResponse.Parser, 5000, _stop.Token);

    public Task AbortAsync(ActionIdentifier action) => _older
        ? _client.UnaryAsync(
            $"{Queue}/AbortQueuedAction", new AbortQueuedActionRequest { ActionId = action, Reason = "not needed" },
            AbortQueuedActionResponse.Parser, null, _stop.Token)
        : _client.UnaryAsync(
            $"{Actions}/Abort", new AbortRequest { ActionId = action, Reason = "not needed" }, AbortResponse.Parser, null, _stop.Token);

    /// <summary>The first message of a watch for another parent, or the error that refuses it.</summary>
    public async Task WatchOtherAsync(ActionIdentifier parent)
    {
        await foreach (var _ in UpdatesAsync(parent))
        {
            return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        await foreach (var (update, control) in UpdatesAsync(Self))
        {
            if (control is { Sentinel: true })
            {
                Snapshot = _updates.ToDictionary();
                _sentinel.TrySetResult();
                continue;
            }

            _updates[update.ActionId.Name] = update;
            if (update.Phase is ActionPhase.Succeeded or ActionPhase.Failed or ActionPhase.Aborted or ActionPhase.TimedOut
                or ActionPhase.Recovered)
            {
                _ended.GetOrAdd(update.ActionId.Name, _ => NewEnd()).TrySetResult(update);
            }
        }
    }

    private static EnqueueActionRequest InOlderWords(Action action)
    {
        var request = new EnqueueActionRequest
        {
            ActionId = action.ActionId,
            ParentActionName = action.ParentActionName,
            InputUri = action.InputUri,
            RunOutputBase = action.RunOutputBase,
            Group = action.Group,
        };
        if (action.SpecCase is Action.SpecOneofCase.Trace)
        {
            request.Trace = action.Trace;
        }
        else
        {
            request.Task = action.Task;
        }

        return request;
    }

    private async IAsyncEnumerable<(ActionUpdate Update, ControlMessage? Control)> UpdatesAsync(ActionIdentifier parent)
    {
        if (_older)
        {
            await foreach (var response in _client.StreamAsync(
                $"{State}/Watch", new WatchRequest { ParentActionId = parent }, WatchResponse.Parser, _stop.Token))
            {
                yield return (response.ActionUpdate, response.ControlMessage);
            }

            yield break;
        }

        await foreach (var response in _client.StreamAsync(
            $"{Actions}/WatchForUpdates", new WatchForUpdatesRequest { ParentActionId = parent },
            WatchForUpdatesResponse.Parser, _stop.Token))
        {
            yield return (response.ActionUpdate, response.ControlMessage);
        }
    }

    private static TaskCompletionSource<ActionUpdate> NewEnd() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private string NameOf(string function, string group, byte[] inputs)
    {
        var key = $"{Self.Name}/{function}/{Convert.ToHexString(SHA256.HashData(inputs))}/{group}/{RunStartTime}";
        _calls[key] = _calls.GetValueOrDefault(key) + 1;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{key}/{_calls[key]}"));

        // A digit in front, as every other stock name has.
        return "4" + Convert.ToHexStringLower(hash)[..24];
    }

    private static string Variable(string name)
    {
#pragma warning disable RS0030 // A task's contract with its executor is its environment.
        return System.Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set.");
#pragma warning restore RS0030
    }
}
