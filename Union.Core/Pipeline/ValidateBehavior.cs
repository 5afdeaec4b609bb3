using FluentValidation;
using MediatR;
using Union.Core.Boundary;

namespace Union.Core.Pipeline;

/// <summary>Runs every validator of a request and refuses it with all errors at once.</summary>
internal sealed class ValidateBehavior<TRequest, TResult>(IEnumerable<IValidator<TRequest>> validators)
    : IPipelineBehavior<TRequest, TResult>
    where TRequest : notnull
{
    public async Task<TResult> Handle(
        TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResult> next)
    {
        List<string>? errors = null;
        foreach (var validator in validators)
        {
            var result = await validator.ValidateAsync(request, cancellationToken);
            foreach (var error in result.Errors)
            {
                (errors ??= []).Add(error.ErrorMessage);
            }
        }

        return errors is null
            ? await next()
            : throw new UnionException(ErrorCode.InvalidArgument, "request_invalid", string.Join(" ", errors));
    }
}
