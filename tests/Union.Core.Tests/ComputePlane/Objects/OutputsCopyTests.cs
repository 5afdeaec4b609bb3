using Flyteidl2.Core;
using Flyteidl2.Task;
using Google.Protobuf;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Task = System.Threading.Tasks.Task;

namespace Union.Core.Tests.ComputePlane.Objects;

public sealed class OutputsCopyTests
{
    private const string Source = "union/v1/acme/p/dev/runs/old/a0/1/outputs.pb";
    private const string Table = "union/v1/acme/p/dev/runs/old/a0/1/raw/table";
    private static readonly AttemptId Target =
        new(new ActionId(new RunId("acme", "p", "dev", "new"), "a0"), 1);

    [Fact]
    public async Task Make_AllIsThere_PutsTheListWhereTheActionsOwnWouldBe()
    {
        using var plane = new ComputePlaneFixture();
        await plane.PutAsync(Source, OutputsWith(plane.UriOf(Table)));
        await plane.PutAsync(Table, "rows");

        var copy = await Copy(plane).TryMakeAsync(Target, plane.UriOf(Source), ComputePlaneFixture.Cancel);

        Assert.Equal(plane.UriOf("union/v1/acme/p/dev/runs/new/a0/1/outputs.pb"), copy.ToString());
        var data = await plane.SendAsync(new GetActionData("p", "dev", "new", "a0"));
        Assert.Equal(plane.UriOf(Table), data.Outputs.Literals[0].Value.Scalar.Blob.Uri);
    }

    [Theory]
    [InlineData(Source)]
    [InlineData(Table)]
    public async Task Make_SomethingIsGone_MakesNothing(string gone)
    {
        using var plane = new ComputePlaneFixture();
        await plane.PutAsync(Source, OutputsWith(plane.UriOf(Table)));
        await plane.PutAsync(Table, "rows");
        await plane.Objects.DeleteAsync(ObjectKey.Parse(gone), ComputePlaneFixture.Cancel);

        Assert.Null(await Copy(plane).TryMakeAsync(Target, plane.UriOf(Source), ComputePlaneFixture.Cancel));
    }

    [Theory]
    [InlineData("union/v1/acme/p/prod/runs/old/a0/1/outputs.pb")]
    [InlineData("union/v1/other/p/dev/runs/old/a0/1/outputs.pb")]
    [InlineData("elsewhere/outputs.pb")]
    public async Task Make_OutputsOfAnotherProject_MakesNothing(string foreign)
    {
        using var plane = new ComputePlaneFixture();
        await plane.PutAsync(foreign, new Outputs().ToByteArray());

        Assert.Null(await Copy(plane).TryMakeAsync(Target, plane.UriOf(foreign), ComputePlaneFixture.Cancel));
    }

    private static OutputsCopy Copy(ComputePlaneFixture plane) =>
        new(plane.Objects, plane.Layout, new ProjectFence(plane.Objects, plane.Layout));

    private static byte[] OutputsWith(string uri) => new Outputs
    {
        Literals =
        {
            new NamedLiteral { Name = "table", Value = new Literal { Scalar = new Scalar { Blob = new Blob { Uri = uri } } } },
        },
    }.ToByteArray();
}
