using System.Text;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.Tests.ComputePlane.Objects;

public sealed class PrivatePartTests
{
    private static readonly byte[] Content = "argv: --password"u8.ToArray();

    [Fact]
    public async Task PutPrivate_Twice_IsOneObject_ReadBackInTheOrderAsked()
    {
        using var plane = new ComputePlaneFixture();

        var one = await plane.SendAsSystemAsync(new PutPrivate(ComputePlaneFixture.Scope, Content));
        var again = await plane.SendAsSystemAsync(new PutPrivate(ComputePlaneFixture.Scope, Content));
        var two = await plane.SendAsSystemAsync(new PutPrivate(ComputePlaneFixture.Scope, new byte[1]));
        var absent = new string('0', 64);
        var read = await plane.SendAsSystemAsync(new GetPrivate(ComputePlaneFixture.Scope, [two, absent, one]));

        Assert.Equal(one, again);
        Assert.Equal(["\0", "", "argv: --password"], read.Select(c => Encoding.UTF8.GetString(c.Span)));
    }

    [Fact]
    public async Task GetPrivate_ChangedInTheBucket_IsDataLoss()
    {
        using var plane = new ComputePlaneFixture();
        var digest = await plane.SendAsSystemAsync(new PutPrivate(ComputePlaneFixture.Scope, Content));
        await plane.PutAsync($"union/v1/acme/p/dev/private/{digest}.pb", "argv: --evil");

        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => plane.SendAsSystemAsync(new GetPrivate(ComputePlaneFixture.Scope, [digest])));

        Assert.Equal("private_part_damaged", thrown.Reason);
    }

    [Fact]
    public async Task GetPrivate_ReadLately_ComesFromMemoryForAMinute()
    {
        using var plane = new ComputePlaneFixture();
        var digest = await plane.SendAsSystemAsync(new PutPrivate(ComputePlaneFixture.Scope, Content));
        await ReadAsync();
        await plane.Objects.DeleteAsync(
            ObjectKey.Parse($"union/v1/acme/p/dev/private/{digest}.pb"), ComputePlaneFixture.Cancel);

        plane.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(Content, await ReadAsync());
        plane.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Empty(await ReadAsync());

        async Task<byte[]> ReadAsync() => (await plane.SendAsSystemAsync(
            new GetPrivate(ComputePlaneFixture.Scope, [digest])))[0].ToArray();
    }

    [Fact]
    public async Task GetPrivate_ReadLatelyByAnotherProject_IsNotGiven()
    {
        using var plane = new ComputePlaneFixture();
        var digest = await plane.SendAsSystemAsync(new PutPrivate(ComputePlaneFixture.Scope, Content));
        await plane.SendAsSystemAsync(new GetPrivate(ComputePlaneFixture.Scope, [digest]));

        var other = await plane.SendAsSystemAsync(new GetPrivate(ComputePlaneFixture.Scope with { Project = "q" }, [digest]));

        Assert.Equal(0, Assert.Single(other).Length);
    }

    [Fact]
    public void RecentParts_ManyRead_StayWithinTheirBytes()
    {
        var recent = new RecentParts(TimeProvider.System);

        for (var i = 0; i < 1000; i++)
        {
            recent.Keep((ComputePlaneFixture.Scope, $"{i}"), new byte[60_000]);
        }

        var kept = Enumerable.Range(0, 1000).Count(i => recent.Find((ComputePlaneFixture.Scope, $"{i}")) is not null);
        Assert.InRange(kept, 1, RecentParts.MaxBytes / 60_000);
    }

    [Fact]
    public async Task PrivateParts_AskedByAPerson_OrMalformed_AreRefused()
    {
        using var plane = new ComputePlaneFixture();
        var many = Enumerable.Repeat(new string('0', 64), 101).ToList();

        var person = await plane.RefusedAsync(new GetPrivate(ComputePlaneFixture.Scope, []));

        Assert.Equal(ErrorCode.PermissionDenied, person.Code);
        await InvalidAsync(new PutPrivate(ComputePlaneFixture.Scope, new byte[PrivateParts.MaxBytes + 1]));
        await InvalidAsync(new PutPrivate(ComputePlaneFixture.Scope with { Org = "../x" }, Content));
        await InvalidAsync(new GetPrivate(ComputePlaneFixture.Scope, many));
        await InvalidAsync(new GetPrivate(ComputePlaneFixture.Scope, ["../../../other/p/dev/private/x"]));

        async Task InvalidAsync<T>(Core.Pipeline.IUseCase<T> request) => Assert.Equal(
            "request_invalid", (await Assert.ThrowsAsync<UnionException>(() => plane.SendAsSystemAsync(request))).Reason);
    }
}
