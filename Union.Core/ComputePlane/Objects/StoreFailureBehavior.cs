using MediatR;
using Union.Core.ComputePlane.Secrets;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Stands next to the handler, so that audit and metrics already see the translated refusal.</summary>
internal sealed class StoreFailureBehavior<TRequest, TResult> : IPipelineBehavior<TRequest, TResult>
    where TRequest : notnull
{
    public async Task<TResult> Handle(
        TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResult> next)
    {
        try
        {
            return await next();
        }
        catch (ObjectStoreException e)
        {
            throw e.ToAnswer();
        }
        catch (SecretStoreException e)
        {
            throw e.ToAnswer();
        }
    }
}
