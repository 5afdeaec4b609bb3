using Google.Protobuf;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Testing.Objects;
using static Union.Core.Tests.ComputePlane.Objects.Literals;
using Inputs = Flyteidl2.Task.Inputs;
using NamedLiteral = Flyteidl2.Task.NamedLiteral;

namespace Union.Core.Tests.ComputePlane.Objects;

public sealed class ActionInputsTests
{
    private static readonly DateTimeOffset Due = new(2026, 3, 29, 1, 0, 0, TimeSpan.Zero);

    private readonly InMemoryObjectStore _store = new(TimeProvider.System);
    private readonly ObjectLayout _layout = new();
    private readonly RunId _run = new("acme", "p", "dev", "r1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_KickoffInput_IsWhenTheRunWasDueAndStandsInTheRunsFolder()
    {
        var inputs = new Inputs { Literals = { new NamedLiteral { Name = "x", Value = Text("a") } } };
        KickoffTime.Name(inputs, "day");

        var read = await ReadAsync("a0", inputs);

        Assert.Equal(["x", "day"], read.Literals.Select(l => l.Name));
        Assert.Equal(Due, read.Literals[1].Value.Scalar.Primitive.Datetime.ToDateTimeOffset());
        Assert.Equal(read, await _store.ReadAsync(_layout.ActionInputs(new ActionId(_run, "a0")), Inputs.Parser, Cancel));
    }

    [Fact]
    public async Task Read_KickoffInputThatHasAValue_GetsTheNewOne()
    {
        var inputs = new Inputs { Literals = { new NamedLiteral { Name = "day", Value = Text("earlier") } } };
        KickoffTime.Name(inputs, "day");

        var read = await ReadAsync("a0", inputs);

        Assert.Equal(Due, Assert.Single(read.Literals).Value.Scalar.Primitive.Datetime.ToDateTimeOffset());
    }

    [Theory]
    [InlineData("child", "day")]
    [InlineData("a0", "../day")]
    [InlineData("a0", "")]
    public async Task Read_ChildOrNoName_LeavesInputsAsTheyAre(string action, string input)
    {
        var inputs = new Inputs();
        KickoffTime.Name(inputs, input);

        Assert.Equal(inputs, await ReadAsync(action, inputs));
    }

    private async Task<Inputs> ReadAsync(string action, Inputs inputs)
    {
        var folder = _layout.Inputs(_run.Scope, "digest");
        using var content = new MemoryStream(inputs.ToByteArray());
        await _store.PutAsync(folder.Append("inputs.pb"), content, PutMode.Replace, Cancel);
        return await new ActionInputs(_store, _layout, new ProjectFence(_store, _layout)).ReadAsync(
            new ActionId(_run, action), _store.ReferenceTo(folder).ToString(), Due, fileNeeded: false, Cancel);
    }
}
