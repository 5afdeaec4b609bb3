using System.Reflection;
using Union.Core.ControlPlane.Retention;

namespace Union.Core.Tests.ControlPlane.Retention;

/// <summary>No statement of retention reads a table from one end to the other, on either engine.</summary>
public sealed class RetentionPlanTests
{
    public static TheoryData<string> Statements => new(typeof(RetentionStore)
        .GetFields(BindingFlags.Static | BindingFlags.NonPublic).Where(f => f.IsLiteral).Select(f => f.Name));

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task EveryStatement_GoesByAnIndex(string name)
    {
        var sql = (string)typeof(RetentionStore).GetField(name, BindingFlags.Static | BindingFlags.NonPublic)!.GetRawConstantValue()!;
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parameters = new
        {
            org = "default",
            runId = 1L,
            ids = new[] { 1L, 2L },
            cutoff = 9L,
            after = 0L,
            afterId = 0L,
            limit = 200,
        };

        var plan = await plane.Database.ReadAsync(
            "default",
            async session => TestDatabases.OnPostgres
                ? await session.QueryAsync<string>("explain " + sql, parameters)
                : [.. (await session.QueryAsync<Step>("explain query plan " + sql, parameters)).Select(s => s.Detail)],
            ControlPlaneFixture.Cancel);

        Assert.NotEmpty(plan);
        Assert.DoesNotContain(plan, step => step.Contains("Seq Scan", StringComparison.Ordinal)
            || (step.StartsWith("SCAN", StringComparison.Ordinal) && !step.Contains("INDEX", StringComparison.Ordinal)));
    }

    private sealed record Step(long Id, long Parent, long Notused, string Detail);
}
