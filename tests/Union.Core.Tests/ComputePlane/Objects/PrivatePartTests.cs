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
