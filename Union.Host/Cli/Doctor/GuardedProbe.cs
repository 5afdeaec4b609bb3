using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Setup;

namespace Union.Host.Cli.Doctor;

/// <summary>A probe of something that may refuse to be made, as when its credentials cannot be found.</summary>
internal sealed class GuardedProbe(string name, Func<IProbe> make) : IProbe
{
    public async IAsyncEnumerable<CheckResult> RunAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (probe, problem) = Make();
        if (problem is not null)
        {
            yield return problem;
            yield break;
        }

        await foreach (var result in probe!.RunAsync(cancellationToken))
        {
            yield return result;
        }
    }

    private (IProbe? Probe, CheckResult? Problem) Make()
    {
        try
        {
            return (make(), null);
        }
        catch (ObjectStoreException e)
        {
            return (null, Failed(e.ToAnswer()));
        }
        catch (SecretStoreException e)
        {
            return (null, Failed(e.ToAnswer()));
        }
        catch (UnionException e)
        {
            return (null, Failed(e));
        }
        catch (ArgumentException e)
        {
            return (null, CheckResult.Failed(name, e.Message, "Correct the configuration."));
        }
    }

    private CheckResult Failed(UnionException e) => CheckResult.Failed(name, e.Message, e.Hint);
}
