using System.Globalization;

namespace Union.Faults.Installation;

/// <summary>
/// Faults of every process side by side: each is well for a while, then killed, frozen or given a wrong clock, and well
/// again. Which comes when is in the random numbers; what a process was doing at that moment is not.
/// </summary>
internal sealed class FaultLoops(FaultyInstallation installation, FaultDiary diary, Random random)
{
    private static readonly TimeSpan PostgresRestartPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns when <paramref name="cancellationToken"/> ends the faults, with everything well again.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var loops = installation.Planes
            .Select(plane => (plane, own: new Random(random.Next())))
            .Select(pair => PlaneAsync(pair.plane, pair.own, cancellationToken)).ToList();
        if (installation.Server is not null)
        {
            loops.Add(PostgresAsync(new Random(random.Next()), cancellationToken));
        }

        return Task.WhenAll(loops);
    }

    private async Task PlaneAsync(FaultyPlane plane, Random own, CancellationToken cancellationToken)
    {
        while (await Pause.TryAsync(Between(own, 1.5, 6), cancellationToken))
        {
            var kind = plane == installation.Compute ? "compute plane" : "control plane";
            switch (own.Next(10))
            {
                case < 6:
                    diary.Fault($"kill -9 of a {kind}", $"kill {plane.Name}");
                    await plane.KillAsync();
                    await Pause.TryAsync(Between(own, 0, 2.5), cancellationToken);
                    diary.Write($"start {plane.Name}");
                    plane.Start();
                    break;
                case < 8:
                    var step = Between(own, 5, 3600) * (own.Next(2) == 0 ? 1 : -1);
                    diary.Fault($"clock step of a {kind}", FormattableString.Invariant($"clock of {plane.Name} by {step.TotalSeconds:0} s"));
                    plane.SetClock(step);
                    await Pause.TryAsync(Between(own, 1, 5), cancellationToken);
                    diary.Write($"clock of {plane.Name} right");
                    plane.SetClock(TimeSpan.Zero);
                    break;
                default:
                    diary.Fault($"freeze of a {kind}", $"freeze {plane.Name}");
                    plane.Freeze();
                    await Pause.TryAsync(Between(own, 0.5, 8), cancellationToken);
                    diary.Write($"thaw {plane.Name}");
                    plane.Thaw();
                    break;
            }

            await WellAsync(cancellationToken);
        }
    }

    // Faults fall together by chance all the same; but on a slow machine there would be nothing to disturb otherwise.
    private async Task WellAsync(CancellationToken cancellationToken)
    {
        bool isWell;
        do
        {
            isWell = true;
            foreach (var plane in installation.Planes)
            {
                isWell &= await plane.IsReadyAsync();
            }
        }
        while (!isWell && await Pause.TryAsync(TimeSpan.FromMilliseconds(200), cancellationToken));
    }

    private async Task PostgresAsync(Random own, CancellationToken cancellationToken)
    {
        while (await Pause.TryAsync(Between(own, 3, 8), cancellationToken))
        {
            diary.Fault("kill -9 of PostgreSQL", "kill PostgreSQL");
            await installation.Server!.KillAsync();
            await Pause.TryAsync(Between(own, 0, 2), cancellationToken);
            await StartPostgresAsync();
            diary.Write("PostgreSQL started");
            await WellAsync(cancellationToken);
        }
    }

    // Its children end by themselves, and until they have it does not start.
    private async Task StartPostgresAsync()
    {
        string? why = null;
        for (var tries = 0; tries < 50; tries++)
        {
            why = await installation.Server!.StartAsync();
            if (why is null)
            {
                return;
            }

            await Pause.ForAsync(PostgresRestartPause, CancellationToken.None);
        }

        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"PostgreSQL did not start again: {why}"));
    }

    private static TimeSpan Between(Random own, double from, double to) =>
        TimeSpan.FromSeconds(from + ((to - from) * own.NextDouble()));
}
