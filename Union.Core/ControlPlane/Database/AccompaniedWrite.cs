using Union.Core.Storage;

namespace Union.Core.ControlPlane.Database;

/// <summary>
/// What the next write of a flow takes along in its own transaction: both are there afterwards, or neither.
/// </summary>
internal sealed class AccompaniedWrite(Func<Session, string, Task> write, Action end) : IDisposable
{
    private int _taken;

    /// <summary>It is committed.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>Null where another write of the flow has it, or its time is over.</summary>
    public Func<Session, Task<T>>? TryJoin<T>(string org, Func<Session, Task<T>> work) =>
        Interlocked.Exchange(ref _taken, 1) == 1
            ? null
            : async session =>
            {
                var result = await work(session);
                await write(session, org);
                return result;
            };

    public void Committed() => IsWritten = true;

    public void Dispose()
    {
        // Whatever the flow left running must not write it any more.
        Interlocked.Exchange(ref _taken, 1);
        end();
    }
}
