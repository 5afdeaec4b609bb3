using Union.Host.Cli;

var context = CliContext.OfThisProcess();
return await UnionCommandLine.RunAsync(context, PlaneCommands.Create(context), args, CancellationToken.None);
