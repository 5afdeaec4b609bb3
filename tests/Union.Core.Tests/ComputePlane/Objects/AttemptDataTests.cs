using Flyteidl2.Core;
using Flyteidl2.Task;
using Google.Protobuf;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Task = System.Threading.Tasks.Task;

namespace Union.Core.Tests.ComputePlane.Objects;

/// <summary>What attempts leave in the store, read back and linked.</summary>
public sealed class AttemptDataTests
{
    private const string Action = "union/v1/acme/p/dev/runs/r1/a0";

    private static byte[] Outputs(string name, Literal value) =>
        new Outputs { Literals = { Literals.Named(name, value) } }.ToByteArray();

    [Fact]
    public async Task GetActionData_SeveralAttempts_AnswersTheHighestWithOutputs()
    {
        using var plane = new ComputePlaneFixture();
        await plane.PutAsync($"{Action}/inputs.pb", new Inputs { Literals = { Literals.Named("x", Literals.Text("in")) } }.ToByteArray());
        foreach (var attempt in new[] { "2", "10", "9" })
        {
            await plane.PutAsync($"{Action}/{attempt}/outputs.pb", Outputs("o", Literals.Text(attempt)));
        }

        await plane.PutAsync($"{Action}/11/error.pb", "x");
        await plane.PutAsync($"{Action}/12/raw/outputs.pb", "x");
        await plane.PutAsync($"{Action}0/99/outputs.pb", Outputs("o", Literals.Text("another action")));

        var data = await plane.SendAsync(new GetActionData("p", "dev", "r1", "a0"));

        Assert.Equal("in", data.Inputs.Literals.Single().Value.Scalar.Primitive.StringValue);
        Assert.Equal("10", data.Outputs.Literals.Single().Value.Scalar.Primitive.StringValue);
        Assert.Equal(plane.UriOf($"{Action}/10/outputs.pb"), data.OutputsAt.ToString());
    }

    [Fact]
    public async Task GetActionData_NothingThere_IsEmpty()
    {
        using var plane = new ComputePlaneFixture();

        var data = await plane.SendAsync(new GetActionData("p", "dev", "r1", "a0"));

        Assert.Equal((new Inputs(), new Outputs()), (data.Inputs, data.Outputs));
        Assert.Null(data.InputsAt);
    }

    [Fact]
    public async Task GetActionData_OfAnotherOrg_IsEmpty()
    {
        using var plane = new ComputePlaneFixture();
        await plane.PutAsync($"{Action}/1/outputs.pb", Outputs("o", Literals.Text("x")));

        var data = await plane.SendAsync(new GetActionData("p", "dev", "r1", "a0"), "other");

        Assert.Empty(data.Outputs.Literals);
    }

    [Fact]
    public async Task GetActionData_DamagedObject_IsDataLoss()
    {
        using var plane = new ComputePlaneFixture();
        await plane.PutAsync($"{Action}/1/outputs.pb", [0xff, 0xff, 0xff]);

        Assert.Equal(ErrorCode.DataLoss, (await plane.RefusedAsync(new GetActionData("p", "dev", "r1", "a0"))).Code);
    }

    [Fact]
    public async Task CreateReportLink_Newest_IsServedAsHtml()
    {
        using var plane = new ComputePlaneFixture();
        await plane.PutAsync($"{Action}/1/report.html", "old");
        await plane.PutAsync($"{Action}/2/report.html", "<p>new");
        var request = new CreateReportLink("p", "dev", "r1", "a0", 0, TimeSpan.FromMinutes(1));

        var signed = await plane.SendAsync(request);

        using var client = plane.Objects.CreateClient();
        using var answer = await client.SendAsync(Union.Testing.Objects.Signed.ToMessage(signed), ComputePlaneFixture.Cancel);
        Assert.Equal("<p>new", await answer.Content.ReadAsStringAsync(ComputePlaneFixture.Cancel));
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(plane.Time.GetUtcNow().AddMinutes(1), signed.ExpiresAt);
        Assert.Equal("report_missing", (await plane.RefusedAsync(request with { Attempt = 3 })).Reason);
        Assert.Equal("report_missing", (await plane.RefusedAsync(request with { Run = "r2" })).Reason);
    }

    [Fact]
    public async Task CreateOutputLink_File_IsSigned_AndNothingElse()
    {
        using var plane = new ComputePlaneFixture();
        await plane.PutAsync($"{Action}/1/raw/table", "rows");
        await plane.PutAsync("union/v1/acme/q/dev/table", "foreign");
        var folder = Literals.File(plane.UriOf($"{Action}/1/raw"));
        folder.Scalar.Blob.Metadata.Type.Dimensionality = BlobType.Types.BlobDimensionality.Multipart;
        var outputs = new Outputs
        {
            Literals =
            {
                Literals.Named("table", Literals.File(plane.UriOf($"{Action}/1/raw/table"))),
                Literals.Named("total", Literals.Text("1")),
                Literals.Named("foreign", Literals.File(plane.UriOf("union/v1/acme/q/dev/table"))),
                Literals.Named("gone", Literals.File(plane.UriOf($"{Action}/1/raw/gone"))),
                Literals.Named("folder", folder),
            },
        };
        await plane.PutAsync($"{Action}/1/outputs.pb", outputs.ToByteArray());
        CreateOutputLink Link(string output) => new("p", "dev", "r1", "a0", 1, output, null);

        var signed = await plane.SendAsync(Link("table"));

        using var client = plane.Objects.CreateClient();
        using var answer = await client.SendAsync(Union.Testing.Objects.Signed.ToMessage(signed), ComputePlaneFixture.Cancel);
        Assert.Equal("rows", await answer.Content.ReadAsStringAsync(ComputePlaneFixture.Cancel));
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("output_not_a_file", (await plane.RefusedAsync(Link("total"))).Reason);
        Assert.Equal("output_not_a_file", (await plane.RefusedAsync(Link("folder"))).Reason);
        Assert.Equal("reference_outside_project", (await plane.RefusedAsync(Link("foreign"))).Reason);
        Assert.Equal("output_missing", (await plane.RefusedAsync(Link("gone"))).Reason);
        Assert.Equal("output_missing", (await plane.RefusedAsync(Link("never"))).Reason);
        Assert.Equal("output_missing", (await plane.RefusedAsync(Link("table") with { Attempt = 2 })).Reason);
        Assert.Equal("request_invalid", (await plane.RefusedAsync(Link("table") with { Attempt = 0 })).Reason);
        Assert.Single(plane.Objects.Grants);
    }
}
