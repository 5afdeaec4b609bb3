using MediatR;

namespace Union.Host.Tests.Api.Data;

/// <summary>Keeps what was sent and answers what a test prepared.</summary>
internal sealed class FakeMediator(object answer) : IMediator
{
    public object? Sent { get; private set; }

    public Task<TResponse> Send<TResponse>(IRequest<TResponse> request, CancellationToken cancellationToken = default)
    {
        Sent = request;
        return Task.FromResult((TResponse)answer);
    }

    public Task Publish(object notification, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task Publish<TNotification>(TNotification notification, CancellationToken cancellationToken = default)
        where TNotification : INotification => throw new NotSupportedException();
}
