using Flyteidl2.Core;
using Flyteidl2.Task;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Task = System.Threading.Tasks.Task;

namespace Union.Core.Tests.ComputePlane.Objects;

public sealed class UploadInputsTests
{
    private static Inputs Of(params NamedLiteral[] literals) => new() { Literals = { literals } };

    [Fact]
    public async Task Handle_Twice_AnswersTheSameFolder_ThatHoldsTheInputs()
    {
        using var plane = new ComputePlaneFixture();
        var inputs = Of(Literals.Named("x", Literals.Text("blue")));

        var first = await plane.SendAsync(new UploadInputs("p", "dev", inputs));
        var second = await plane.SendAsync(new UploadInputs("p", "dev", inputs));

        Assert.Equal(first, second);
        Assert.Equal(plane.UriOf($"union/v1/acme/p/dev/inputs/{first.Digest}"), first.Folder.ToString());
        Assert.True(plane.Objects.TryResolve(first.Folder, out var folder));
        await using var stored = await plane.Objects.OpenReadAsync(folder.Append("inputs.pb"), 0, ComputePlaneFixture.Cancel);
        Assert.Equal(inputs, Inputs.Parser.ParseFrom(stored));
    }

    [Fact]
    public async Task Handle_SameInputs_HaveAnotherDigestInAnotherOrgAndOnAnotherCluster()
    {
        using var plane = new ComputePlaneFixture();
        using var elsewhere = new ComputePlaneFixture();
        var request = new UploadInputs("p", "dev", Of(Literals.Named("x", Literals.Text("yes"))));

        var here = await plane.SendAsync(request);
        var other = await plane.SendAsync(request, "other");
        var there = await elsewhere.SendAsync(request);

        Assert.Equal(3, new HashSet<string> { here.Digest, other.Digest, there.Digest }.Count);
    }

    [Fact]
    public async Task Handle_ReferenceOutsideTheProject_IsRefused_WhereverItHides()
    {
        using var plane = new ComputePlaneFixture();
        var good = Literals.File(plane.UriOf("union/v1/acme/p/dev/code/x/data"));
        foreach (var uri in new[]
        {
            plane.UriOf("union/v1/acme/p/prod/x"), plane.UriOf("union/v1/acme/p/development/x"), "file:///etc/passwd", "",
            plane.UriOf("union/v1/acme/p/dev/x").Replace("/x", "/../prod/x", StringComparison.Ordinal), "http://a/b",
        })
        {
            var bad = Literals.File(uri);
            Literal[] hidden =
            [
                bad,
                new() { Collection = new LiteralCollection { Literals = { good, bad } } },
                new() { Map = new LiteralMap { Literals = { ["k"] = bad } } },
                new() { Scalar = new Scalar { Union = new() { Value = bad } } },
                new() { Scalar = new Scalar { StructuredDataset = new StructuredDataset { Uri = uri } } },
                new() { Scalar = new Scalar { Schema = new Schema { Uri = uri } } },
                new() { OffloadedMetadata = new LiteralOffloadedMetadata { Uri = uri } },
            ];
            foreach (var literal in hidden)
            {
                var inputs = Of(Literals.Named("ok", good), Literals.Named("x", literal));
                var thrown = await plane.RefusedAsync(new UploadInputs("p", "dev", inputs));

                Assert.Equal((ErrorCode.InvalidArgument, "reference_outside_project"), (thrown.Code, thrown.Reason));
                Assert.Contains("input x", thrown.Message, StringComparison.Ordinal);
            }
        }

        await plane.SendAsync(new UploadInputs("p", "dev", Of(Literals.Named("ok", good))));
    }

    [Fact]
    public async Task Handle_BadNamesOrTooLarge_IsRefused()
    {
        using var plane = new ComputePlaneFixture();
        var x = Literals.Named("x", Literals.Text("1"));
        foreach (var inputs in new[]
        {
            Of(x, x), Of(Literals.Named("../x", Literals.Text("1"))), Of(Literals.Named("", Literals.Text("1"))),
            Of(Literals.Named("x", Literals.Text(new string('a', 16 << 20)))),
        })
        {
            Assert.Equal("request_invalid", (await plane.RefusedAsync(new UploadInputs("p", "dev", inputs))).Reason);
        }
    }

    [Fact]
    public void ToString_HidesTheValues() => Assert.DoesNotContain(
        "blue", new UploadInputs("p", "dev", Of(Literals.Named("x", Literals.Text("blue")))).ToString(),
        StringComparison.Ordinal);

    [Fact]
    public async Task Handle_InputsThatTheCacheIgnores_MakeNoOtherDigest()
    {
        using var plane = new ComputePlaneFixture();

        var one = await plane.SendAsync(Ignoring("one"));
        var two = await plane.SendAsync(Ignoring("two"));
        var plain = await plane.SendAsync(Ignoring("two") with { NotInDigest = [] });

        Assert.Equal(one.Digest, two.Digest);
        Assert.NotEqual(one.Folder, two.Folder);
        Assert.NotEqual(two.Digest, plain.Digest);

        static UploadInputs Ignoring(string note) => new(
            "p", "dev", Of(Literals.Named("x", Literals.Text("blue")), Literals.Named("note", Literals.Text(note))))
        {
            NotInDigest = ["note"],
        };
    }
}
