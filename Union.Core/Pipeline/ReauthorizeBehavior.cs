using System.Runtime.CompilerServices;
using MediatR;
using Union.Core.Boundary;

namespace Union.Core.Pipeline;

/// <summary>
/// Ends a stream whose caller may no longer read it. It was authorized like every request before its first element, and
/// may then stay open for hours, so its caller and their grants are asked for again every minute.
/// </summary>
internal sealed class ReauthorizeBehavior<TRequest, T>(Caller caller, TimeProvider time)
    : IPipelineBehavior<TRequest, IAsyncEnumerable<T>>
    where TRequest : notnull
{
    public async Task<IAsyncEnumerable<T>> Handle(
        TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<IAsyncEnumerable<T>> next)
    {
        var stream = await next();
        return request is IUserRequest user ? WhileAllowedAsync(stream, user, cancellationToken) : stream;
    }

    private async IAsyncEnumerable<T> WhileAllowedAsync(
        IAsyncEnumerable<T> stream, IUserRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var permission = new Reauthorization(() => caller.StillMayAsync(request), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, permission.Revoked);
        await using var items = stream.GetAsyncEnumerator(either.Token);
        while (await MoveNextAsync(items, permission.Revoked))
        {
            yield return items.Current;
        }
    }

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<T> items, CancellationToken revoked)
    {
        try
        {
            var any = await items.MoveNextAsync();
            return revoked.IsCancellationRequested ? throw Ended() : any;
        }
        catch (OperationCanceledException) when (revoked.IsCancellationRequested)
        {
            throw Ended();
        }
    }

    private static UnionException Ended() => new(
        ErrorCode.PermissionDenied, "grant_ended", "The permission for this stream has ended.");
}
