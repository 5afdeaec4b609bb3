using System.Runtime.CompilerServices;
using Flyteidl2.Workflow;
using Grpc.Core;

namespace Union.Host.Tests.Connect;

/// <summary>Clients that are gone cost nothing: no handler waits for them and nothing of their calls is held.</summary>
public sealed class DisconnectTests
{
    private const int Clients = 1000;
    private const int AtOnce = 100;

    /// <summary>What the server keeps for the next calls: HTTP/2 connections pool a hundred streams each.</summary>
    private const int Pooled = 200;

    private static readonly TimeSpan Generous = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("application/connect+proto", "1.1")]
    [InlineData("application/connect+proto", "2.0")]
    [InlineData("application/grpc", "2.0")]
    [InlineData("application/grpc-web+proto", "1.1")]
    public async Task Client_LeavesItsStream_AThousandTimes_NothingStays(string type, string version)
    {
        await using var server = await ConnectFixture.StartAsync();
        using var calls = new HeldCalls();
        server.Does.Watch = (_, stream, context) => calls.HoldAsync(stream, context);

        for (var begun = 0; begun < Clients; begun += AtOnce)
        {
            await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => OpenAndLeaveAsync(server, type, version)));

            // Kestrel takes a client that leaves faster than it clears up for an attacker, and rightly.
            await calls.EndedAsync(AtOnce);
        }

        Assert.InRange(calls.CountHeld(), 0, Pooled);
    }

    private static async Task OpenAndLeaveAsync(ConnectFixture server, string type, string version)
    {
        using var request = ConnectFixture.Post(
            "WatchActionDetails", type, ConnectFixture.Envelope(0, []), ("te", "trailers"));
        request.Version = Version.Parse(version);
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var response = await server.SendAsync(request);

        // The first message is there, so the handler runs; disposing of the response hangs up.
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await body.ReadExactlyAsync(new byte[5], TestContext.Current.CancellationToken);
    }

    private sealed class HeldCalls : IDisposable
    {
        private readonly List<WeakReference> _contexts = [];
        private readonly SemaphoreSlim _ended = new(0);

        public void Dispose() => _ended.Dispose();

        public async Task EndedAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Assert.True(await _ended.WaitAsync(Generous, TestContext.Current.CancellationToken), "A handler still waits.");
            }
        }

        public async Task HoldAsync(IServerStreamWriter<WatchActionDetailsResponse> stream, ServerCallContext context)
        {
            lock (_contexts)
            {
                _contexts.Add(new WeakReference(context));
            }

            var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = context.CancellationToken.Register(left.SetResult);
            await stream.WriteAsync(new WatchActionDetailsResponse());
            await left.Task;
            _ended.Release();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public int CountHeld()
        {
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            return _contexts.Count(c => c.IsAlive);
        }
    }
}
