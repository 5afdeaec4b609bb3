using System.Text;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Union.Core.Boundary.Projections;

namespace Union.Core.Tests.Boundary.Projections;

public sealed class SplitMessageTests
{
    private const string Canary = "canary-7f3a";

    [Fact]
    public void Of_SpecWithCustomerText_LeavesNoneInTheProjection()
    {
        var split = SplitMessage.Of(Spec());

        Assert.DoesNotContain(Canary, Encoding.UTF8.GetString(split.Projection.Span), StringComparison.Ordinal);
        Assert.Contains(Canary, Encoding.UTF8.GetString(split.Private.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ConcatenatedAgain_IsTheMessage()
    {
        var spec = Spec();
        var split = SplitMessage.Of(spec);

        var joined = TaskSpec.Parser.ParseFrom((byte[])[.. split.Projection.Span, .. split.Private.Span]);

        Assert.Equal(spec, joined);
    }

    [Fact]
    public void Of_RepeatedFieldWithOnePrivateElement_IsWhollyPrivate()
    {
        var spec = Spec();
        spec.TaskTemplate.Interface.Inputs.Variables[0].Value.Description = Canary;

        var projection = TaskSpec.Parser.ParseFrom(SplitMessage.Of(spec).Projection.Span);

        Assert.Empty(projection.TaskTemplate.Interface.Inputs.Variables);
    }

    [Fact]
    public void Of_UnknownField_IsDropped()
    {
        byte[] withUnknown = [.. Spec().ToByteArray(), 0x9a, 0x3f, 0x03, (byte)'x', (byte)'y', (byte)'z'];
        var parsed = TaskSpec.Parser.ParseFrom(withUnknown);

        var split = SplitMessage.Of(parsed);

        Assert.Contains("xyz", Encoding.UTF8.GetString(parsed.ToByteArray()), StringComparison.Ordinal);
        Assert.DoesNotContain("xyz", Encoding.UTF8.GetString(split.Projection.Span), StringComparison.Ordinal);
        Assert.DoesNotContain("xyz", Encoding.UTF8.GetString(split.Private.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_RunSpec_KeepsLabelsAndNotEnvironment()
    {
        var spec = new RunSpec { Labels = new Labels { Values = { ["team"] = "weather" } }, Queue = "q" };
        spec.Envs = new Envs { Values = { new Flyteidl2.Core.KeyValuePair { Key = "A", Value = Canary } } };

        var projection = RunSpec.Parser.ParseFrom(SplitMessage.Of(spec).Projection.Span);

        Assert.Equal("weather", projection.Labels.Values["team"]);
        Assert.Null(projection.Envs);
    }

    private static TaskSpec Spec() => new()
    {
        ShortName = "rain",
        TaskTemplate = new TaskTemplate
        {
            Id = new Identifier { Name = "rain" },
            Metadata = new Flyteidl2.Core.TaskMetadata { Timeout = new Duration { Seconds = 60 } },
            Interface = new TypedInterface
            {
                Inputs = new VariableMap
                {
                    Variables =
                    {
                        new VariableEntry
                        {
                            Key = "month",
                            Value = new Variable { Type = new LiteralType { Simple = SimpleType.String } },
                        },
                    },
                },
            },
            Container = new Container
            {
                Image = "local",
                Command = { "sh", "-c", Canary },
                Args = { Canary },
                Env = { new Flyteidl2.Core.KeyValuePair { Key = "K", Value = Canary } },
                DataConfig = new DataLoadingConfig { Enabled = true },
                Resources = new Resources(),
            },
            Config = { ["k"] = Canary },
        },
        DefaultInputs =
        {
            new NamedParameter
            {
                Name = "month",
                Parameter = new Parameter
                {
                    Default = new Literal
                    {
                        Scalar = new Scalar { Primitive = new Primitive { StringValue = Canary } },
                    },
                },
            },
        },
    };
}
