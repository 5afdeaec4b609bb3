using System.Runtime.CompilerServices;
using Union.ArchTests.Fixtures.Forbidden;

namespace Union.ArchTests.Fixtures.Breaking;

// One type for each shape in which a dependency can hide; the arrow must find every one of them.
public sealed class InAField
{
    public Payload? Value { get; set; }
}

public sealed class InAMethodBody
{
    public override string ToString() => $"{Payload.Count}";
}

public static class InAnAsyncBody
{
    public static async Task<int> ReadAsync()
    {
        await Task.Yield();
        return Payload.Count;
    }
}

public static class InAnAsyncIterator
{
    public static async IAsyncEnumerable<int> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        yield return Payload.Count;
    }
}

public sealed class InALambda
{
    public Func<int> Get { get; } = () => Payload.Count;
}

public sealed class InAGenericArgument
{
    public List<Payload> Values { get; } = [];
}
