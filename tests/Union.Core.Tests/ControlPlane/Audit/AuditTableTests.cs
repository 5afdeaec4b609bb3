using Npgsql;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Projects;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Audit;

/// <summary>A change and its entry are one: whatever breaks, there is never one without the other.</summary>
public sealed class AuditTableTests
{
    private static CancellationToken Cancel => ControlPlaneFixture.Cancel;

    [Fact]
    public async Task Command_WhoseEntryCannotBeWritten_ChangesNothing()
    {
        var (plane, break_, mend) = await BreakableAsync();
        await using var _ = plane;
        await plane.PrepareAsync();
        await plane.CreateRunAsync("before");

        await break_();
        await Assert.ThrowsAnyAsync<Exception>(() => plane.CreateRunAsync("unaudited"));
        await Assert.ThrowsAnyAsync<Exception>(
            () => plane.AsUserAsync(new AbortAction("default", "development", "before", "a0", "enough")));
        await mend();

        Assert.Equal(["before"], (await plane.RunsAsync()).Select(r => r.Run));
        Assert.Equal(ActionPhase.Queued, (await plane.ActionAsync("before")).Phase);
        Assert.Equal(["CreateRun ok"], await EntriesAsync(plane));
    }

    [Fact]
    public async Task Commands_EachLeaveOneEntry_RefusedOnesTheirReason()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var project = new CreateProject("other", "", "", new Dictionary<string, string>());

        await plane.AsUserAsync(project);
        await Assert.ThrowsAsync<UnionException>(() => plane.AsUserAsync(project));
        await Assert.ThrowsAsync<UnionException>(() => plane.AsUserAsync(project, "", Verb.RunsRead));
        await plane.CreateRunAsync("r");

        Assert.Equal(
            ["CreateProject ok", "CreateProject project_exists", "CreateProject not_allowed", "CreateRun ok"],
            await EntriesAsync(plane));
    }

    [Fact]
    public async Task Write_AfterTheOneThatTookTheEntryAlong_TakesNone()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var written = 0;

        using (var along = plane.Database.Accompany((_, _) => Task.FromResult(++written)))
        {
            await plane.Database.WriteAsync("default", _ => Task.FromResult(true), Cancel);
            Assert.True(along.IsWritten);
            await plane.Database.WriteAsync("default", _ => Task.FromResult(true), Cancel);
        }

        await plane.Database.WriteAsync("default", _ => Task.FromResult(true), Cancel);

        Assert.Equal(1, written);
    }

    // The table is out of the way, which only the owner of a PostgreSQL database may do.
    private static async Task<(ControlPlaneFixture Plane, Func<Task> Break, Func<Task> Mend)> BreakableAsync()
    {
        const string away = "alter table audit rename to audit_away";
        const string back = "alter table audit_away rename to audit";
        if (!TestDatabases.OnPostgres)
        {
            var plane = await ControlPlaneFixture.CreateAsync();
            Task Run(string sql) => plane.Database.WriteAsync("default", session => session.ExecuteAsync(sql, new { }), Cancel);
            return (plane, () => Run(away), () => Run(back));
        }

        var (server, options) = (await TestDatabases.PostgresAsync(), await TestDatabases.MigratedAsync());
        var name = new NpgsqlConnectionStringBuilder(options.Connection.Reveal()).Database!;
        return (
            await ControlPlaneFixture.CreateAsync(options), () => server.ExecuteAsync(name, away),
            () => server.ExecuteAsync(name, back));
    }

    private static async Task<IReadOnlyList<string>> EntriesAsync(ControlPlaneFixture plane)
    {
        const string sql = "select action || ' ' || outcome from audit where org = @org order by id";
        return await plane.Database.ReadAsync(
            "default", session => session.QueryAsync<string>(sql, new { org = "default" }), Cancel);
    }
}
