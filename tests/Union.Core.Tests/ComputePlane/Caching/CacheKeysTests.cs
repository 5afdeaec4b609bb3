using Flyteidl2.Core;
using Flyteidl2.Task;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Caching;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;
using Union.Testing;

namespace Union.Core.Tests.ComputePlane.Caching;

public sealed class CacheKeysTests : IDisposable
{
    private static readonly ProjectScope Scope = new("acme", "p", "dev");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void OfInputs_SameTaskAndValues_IsTheSameInAnyOrder()
    {
        var keys = NewKeys("a.key");

        var one = keys.OfInputs(Scope, NewTask(), NewInputs(("x", 1), ("y", 2)));
        var other = keys.OfInputs(Scope, NewTask(), NewInputs(("y", 2), ("x", 1)));

        Assert.Equal(one, other);
        Assert.True(KeyedDigest.IsDigest(one));
    }

    [Fact]
    public void OfInputs_AnythingThatDecidesTheResult_ChangesTheKey()
    {
        var (keys, inputs) = (NewKeys("a.key"), NewInputs(("x", 1)));
        var renamed = NewTask();
        renamed.TaskTemplate.Id.Name = "snow";
        var newer = NewTask();
        newer.TaskTemplate.Metadata.DiscoveryVersion = "2";
        var retyped = NewTask();
        retyped.TaskTemplate.Interface.Outputs.Variables[0].Value.Type.Simple = SimpleType.Float;

        string[] all =
        [
            keys.OfInputs(Scope, NewTask(), inputs), keys.OfInputs(Scope, renamed, inputs), keys.OfInputs(Scope, newer, inputs),
            keys.OfInputs(Scope, retyped, inputs), keys.OfInputs(Scope, NewTask(), NewInputs(("x", 2))),
            keys.OfInputs(Scope, NewTask(), NewInputs(("xx", 1))), keys.OfInputs(Scope with { Project = "q" }, NewTask(), inputs),
            keys.OfInputs(Scope with { Org = "other" }, NewTask(), inputs), NewKeys("b.key").OfInputs(Scope, NewTask(), inputs),
            keys.OfClientKey(Scope, NewTask(), "x"),
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void OfInputs_IgnoredInput_MakesNoDifference()
    {
        var (keys, task) = (NewKeys("a.key"), NewTask());
        task.TaskTemplate.Metadata.CacheIgnoreInputVars.Add("seed");

        Assert.Equal(
            keys.OfInputs(Scope, task, NewInputs(("x", 1), ("seed", 1))), keys.OfInputs(Scope, task, NewInputs(("x", 1), ("seed", 2))));
    }

    [Fact]
    public void OfInputs_ValueWithItsOwnHash_CountsByIt()
    {
        var keys = NewKeys("a.key");
        var (one, other) = (NewInputs(("x", 1)), NewInputs(("x", 2)));
        one.Literals[0].Value.Hash = other.Literals[0].Value.Hash = "same";

        Assert.Equal(keys.OfInputs(Scope, NewTask(), one), keys.OfInputs(Scope, NewTask(), other));
    }

    [Fact]
    public void OfClientKey_NoneSent_IsEmpty() => Assert.Empty(NewKeys("a.key").OfClientKey(Scope, NewTask(), ""));

    public void Dispose() => _folder.Dispose();

    private CacheKeys NewKeys(string file) => new(new KeyedDigest(KeyFile.OpenOrCreate(_folder[file])));

    private static TaskSpec NewTask() => new()
    {
        TaskTemplate = new TaskTemplate
        {
            Id = new Identifier { Name = "rain" },
            Metadata = new Flyteidl2.Core.TaskMetadata { Discoverable = true, DiscoveryVersion = "1" },
            Interface = new TypedInterface
            {
                Outputs = new VariableMap
                {
                    Variables =
                    {
                        new VariableEntry
                        {
                            Key = "total",
                            Value = new Variable { Type = new LiteralType { Simple = SimpleType.Integer } },
                        },
                    },
                },
            },
        },
    };

    private static Inputs NewInputs(params (string Name, long Value)[] values)
    {
        var inputs = new Inputs();
        inputs.Literals.AddRange(values.Select(v => new NamedLiteral
        {
            Name = v.Name,
            Value = new Literal { Scalar = new Scalar { Primitive = new Primitive { Integer = v.Value } } },
        }));
        return inputs;
    }
}
