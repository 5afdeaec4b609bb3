using Flyteidl2.Core;
using Union.Core.Authoring;
using Union.Testing;

namespace Union.Core.Tests.Authoring;

public sealed class TaskInputsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static TypedInterface Typed { get; } = TaskFile.Parse("t.yaml", """
        name: t
        command: [x]
        inputs: {count: int, title: string, data: file, parts: dir}
        """).Spec.TaskTemplate.Interface;

    [Fact]
    public void Parse_EveryKind_IsRead()
    {
        var file = _folder.Write("weather.csv", "1");
        _folder.Write("title.txt", "from a file\n");

        var inputs = TaskInputs.Parse(
            Typed, ["count=42", "title=@title.txt", "data=@weather.csv", $"parts=@{_folder.Path}"], _folder.Path);

        Assert.Equal(42, Assert.IsType<TaskInput.Value>(inputs[0]).Literal.Scalar.Primitive.Integer);
        Assert.Equal("from a file", Assert.IsType<TaskInput.Value>(inputs[1]).Literal.Scalar.Primitive.StringValue);
        Assert.Equal(file, Assert.IsType<TaskInput.LocalFile>(inputs[2]).Path);
        Assert.Equal(_folder.Path, Assert.IsType<TaskInput.LocalFile>(inputs[3]).Path);
    }

    [Fact]
    public void Parse_EverythingWrong_ReportsAllAtOnce()
    {
        var errors = Errors("cuont=1", "count=many", "data=weather.csv", "parts=@nowhere", "noise");

        Assert.Equal(
            [
                "--input cuont: the task has no such input; did you mean 'count'?",
                "--input count: An int is expected, such as 42.",
                "--input data: takes a file: write data=@PATH.",
                $"--input parts: there is no folder {_folder["nowhere"]}.",
                "--input noise: write it as name=value or name=@file.",
                "--input title: is missing; the task needs a value of type string.",
            ],
            errors);
    }

    [Fact]
    public void Parse_ValueFromMissingFile_SaysWhichFile()
    {
        Assert.Contains($"--input title: the file {_folder["none"]} does not exist.", Errors("title=@none"));
    }

    [Fact]
    public void Parse_FolderForFile_IsRefused()
    {
        Assert.Contains($"--input data: {_folder.Path} is not a file.", Errors($"data=@{_folder.Path}"));
    }

    [Fact]
    public void Parse_GivenTwice_IsRefused()
    {
        Assert.Contains("--input count: is given twice.", Errors("count=1", "count=2"));
    }

    [Fact]
    public void Parse_DoubledSign_IsTheValueItself()
    {
        Assert.Equal("@me", ValueOf("title=@@me"));
    }

    [Fact]
    public void Parse_EqualsSignInValue_BelongsToTheValue()
    {
        Assert.Equal("a=b", ValueOf("title=a=b"));
    }

    [Fact]
    public void Parse_ChildOutput_MeansTheChildUnlessThereIsSuchAFile()
    {
        _folder.Write("real.csv", "1");
        var typed = TaskFile.Parse("t.yaml", "name: t\ncommand: [x]\ninputs: {a: file, b: file, c: int}").Spec.TaskTemplate.Interface;

        var inputs = TaskInputs.Parse(
            typed, ["a=@split.table", "b=@real.csv", "c=@sum.total"], _folder.Path, allowChildren: true);

        Assert.Equal(new TaskInput.ChildOutput("a", "split", "table"), inputs[0]);
        Assert.IsType<TaskInput.LocalFile>(inputs[1]);
        Assert.Equal(new TaskInput.ChildOutput("c", "sum", "total"), inputs[2]);
    }

    public void Dispose() => _folder.Dispose();

    private string ValueOf(string argument)
    {
        var typed = TaskFile.Parse("t.yaml", "name: t\ncommand: [x]\ninputs: {title: string}").Spec.TaskTemplate.Interface;
        var input = Assert.Single(TaskInputs.Parse(typed, [argument], _folder.Path));
        return Assert.IsType<TaskInput.Value>(input).Literal.Scalar.Primitive.StringValue;
    }

    private IReadOnlyList<string> Errors(params string[] arguments) =>
        Assert.Throws<InvalidDocumentException>(() => TaskInputs.Parse(Typed, arguments, _folder.Path)).Errors;
}
