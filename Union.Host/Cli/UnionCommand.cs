using System.CommandLine;
using Grpc.Core;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Host.Cli.Client;

namespace Union.Host.Cli;

/// <summary>A command that turns every expected failure into a message on standard error and an exit code.</summary>
internal class UnionCommand(CliContext context, string name, string description) : Command(name, description)
{
    /// <summary>Whole command lines for the help.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    protected CliContext Context { get; } = context;

    protected void Handle(Func<ParseResult, CancellationToken, Task<ExitCode>> handler) => SetAction(
        async (parsed, cancellationToken) => (int)await GuardAsync(handler, parsed, cancellationToken));

    private async Task<ExitCode> GuardAsync(
        Func<ParseResult, CancellationToken, Task<ExitCode>> handler, ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            return await handler(parsed, cancellationToken);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested
            && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            return ExitCode.Interrupted;
        }
        catch (CliError e)
        {
            return Tell(e);
        }
        catch (RpcException e)
        {
            return Tell(RpcErrors.Translate(e));
        }
        catch (InvalidDocumentException e)
        {
            foreach (var error in e.Errors)
            {
                Context.Error.WriteLine($"error: {Printable.Line(error)}");
            }

            return ExitCode.WrongUsage;
        }
        catch (UnionException e)
        {
            return Tell(new CliError(RpcErrors.ExitCodeOf(e.Code), e.Message, e.Hint));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            return Tell(new CliError(ExitCode.Failed, e.Message));
        }
    }

    private ExitCode Tell(CliError error)
    {
        Context.Error.WriteLine($"error: {Printable.Text(error.Message)}");
        if (error.Hint is not null)
        {
            Context.Error.WriteLine($"hint: {Printable.Text(error.Hint)}");
        }

        return error.Code;
    }
}
