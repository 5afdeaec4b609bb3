using Grpc.Core;
using Microsoft.Extensions.Logging;
using Union.Core.Boundary;
using Union.Host.Api.Errors;
using Union.Host.Tests.Api.Data;

namespace Union.Host.Tests.Api.Errors;

public sealed class ErrorInterceptorTests
{
    private const string Customer = "umbrella-4711";

    [Fact]
    public async Task Unexpected_WithCustomerText_LogsTypesAndStacksOnly()
    {
        var log = new Lines();

        var answer = await Assert.ThrowsAsync<RpcException>(() => new ErrorInterceptor(log).UnaryServerHandler<string, string>(
            "", new FakeCall(), (_, _) => throw new InvalidOperationException(Customer, new FormatException(Customer))));

        Assert.Equal(StatusCode.Internal, answer.StatusCode);
        Assert.DoesNotContain(Customer, answer.ToString(), StringComparison.Ordinal);
        var line = Assert.Single(log.Written);
        Assert.DoesNotContain(Customer, line, StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException", line, StringComparison.Ordinal);
        Assert.Contains("caused by System.FormatException", line, StringComparison.Ordinal);
        Assert.Contains(nameof(Unexpected_WithCustomerText_LogsTypesAndStacksOnly), line, StringComparison.Ordinal);
    }

    [Fact]
    public void Refusal_ThatTimeHeals_SaysWhenToComeBack()
    {
        var refusal = new UnionException(ErrorCode.ResourceExhausted, "link_budget_spent", "Used up.", "Wait.")
        {
            RetryAfter = TimeSpan.FromSeconds(7),
        };

        var status = ErrorMapping.ToStatus(refusal);

        Assert.Equal(7, status.GetDetail<Google.Rpc.RetryInfo>().RetryDelay.Seconds);
        Assert.Equal("link_budget_spent", status.GetDetail<Google.Rpc.ErrorInfo>().Reason);
        Assert.Null(ErrorMapping.ToStatus(new UnionException(ErrorCode.NotFound, "x", "y")).GetDetail<Google.Rpc.RetryInfo>());
    }

    private sealed class Lines : ILogger<ErrorInterceptor>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Written.Add(formatter(state, exception) + exception);
    }
}
