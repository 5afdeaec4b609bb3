using System.Net.Sockets;
using Union.Core.Boundary;
using Union.Providers.Local.Execution;
using Union.Testing;

namespace Union.Providers.Tests.Execution;

public sealed class ActionsSocketTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("actions")]
    [InlineData("a-name-of-sixty-characters-so-that-a-socket-below-it-does-not-/fit-into-the-107-bytes-that-the-kernel-takes-as-its-path-at-all")]
    public void Prepare_FolderOfAnyLength_IsListenedIn(string name)
    {
        var folder = _root[name];

        var prepared = ActionsSocket.Prepare(folder);

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(folder).UnixFileMode);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(prepared.EndPoint);
        listener.Listen();
        Assert.True(File.Exists(Path.Combine(folder, "actions.sock")));
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(prepared.EndPoint);
        Assert.True(listener.Poll(TimeSpan.FromSeconds(5), SelectMode.SelectRead));
    }

    [Fact]
    public void Prepare_AfterAKilledProcess_TakesTheSocketAway()
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(_root["actions"]).FullName, "actions.sock"), "");

        ActionsSocket.Prepare(_root["actions"]);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_root["actions"]));
    }

    [Fact]
    public void Prepare_WhereNoSocketCanBe_SaysWhatToDo()
    {
        var refused = Assert.Throws<UnionException>(() => ActionsSocket.Prepare("/proc/self"));

        Assert.Contains("computePlane.executor.network: shared", refused.Hint, StringComparison.Ordinal);
    }
}
