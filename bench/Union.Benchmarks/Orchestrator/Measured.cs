using Union.Testing.Servers;

namespace Union.Benchmarks.Orchestrator;

/// <summary>What some rounds of one load took together: time, and processor time of either side.</summary>
internal sealed class Measured
{
    private TimeSpan _elapsed;
    private TimeSpan _here;
    private TimeSpan _server;
    private int _count;

    public double Rate => _count / _elapsed.TotalSeconds;

    public double HereMs => _here.TotalMilliseconds / _count;

    public double ServerMs => _server.TotalMilliseconds / _count;

    public void Add(int count, TimeSpan elapsed, CpuTimes cpu)
    {
        _count += count;
        _elapsed += elapsed;
        _here += cpu.Here;
        _server += cpu.Server;
    }

    /// <param name="load">Answers how long it took by its own clock, which its warm-up is not part of.</param>
    public Task AddAsync(PostgresServer server, int count, Func<Task<TimeSpan>> load) => AddAsync(server, () => count, load);

    public async Task AddAsync(PostgresServer server, Func<int> count, Func<Task<TimeSpan>> load)
    {
        var before = CpuTimes.Read(server.ProcessId);
        var elapsed = await load();
        Add(count(), elapsed, CpuTimes.Read(server.ProcessId).Since(before));
    }
}
