using System.Diagnostics;
using MediatR;
using Union.Core.Boundary;

namespace Union.Core.Pipeline;

/// <summary>Counts and times every use case by its name and outcome; tags never hold anything from a request.</summary>
internal sealed class MeasureBehavior<TRequest, TResult>(PipelineMeter meter) : IPipelineBehavior<TRequest, TResult>
    where TRequest : notnull
{
    public async Task<TResult> Handle(
        TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResult> next)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = "error";
        try
        {
            var result = await next();
            outcome = "ok";
            return result;
        }
        catch (UnionException e)
        {
            outcome = e.Reason;
            throw;
        }
        finally
        {
            meter.Record(typeof(TRequest).Name, outcome, Stopwatch.GetElapsedTime(started));
        }
    }
}
