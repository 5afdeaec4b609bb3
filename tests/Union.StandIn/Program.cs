using Flyteidl2.Core;
using Union.StandIn;

// Stands in for the program of the stock Python SDK: the same command line, files, calls and exit codes, and functions
// that tests need in place of user code.
if (Arguments.Parse(args) is not { } arguments)
{
    await Console.Error.WriteLineAsync("usage: a0 --inputs I --outputs-path O ... mod M instance T");
    return 2;
}

try
{
    var outputs = await Functions.RunAsync(arguments);
    if (outputs is not null)
    {
        Storage.Write($"{arguments.Outputs}/outputs.pb", outputs);
    }
}
catch (CrashException crash)
{
    return crash.ExitCode;
}
#pragma warning disable CA1031 // What user code throws becomes the error document, whatever it is.
catch (Exception e)
#pragma warning restore CA1031
{
    var raised = e as TaskException;
    Storage.Write($"{arguments.Outputs}/error.pb", new ErrorDocument
    {
        Error = new ContainerError
        {
            Code = raised?.Code ?? e.GetType().Name,
            Message = e.Message,
            Kind = raised?.Recoverable == true ? ContainerError.Types.Kind.Recoverable : ContainerError.Types.Kind.NonRecoverable,
            Origin = ExecutionError.Types.ErrorKind.User,
        },
    });
}

return 0;
