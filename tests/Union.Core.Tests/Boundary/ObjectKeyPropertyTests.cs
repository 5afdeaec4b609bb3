using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.Tests.Boundary;

/// <summary>Whatever anybody calls a file, it stays in its project.</summary>
public sealed class ObjectKeyPropertyTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(5000);

    // Pieces that some server, proxy, file system or library reads as more than text.
    private static readonly string[] Pieces =
    [
        "..", ".", "/", "//", "\\", "%2e", "%2E%2e", "%2f", "%2F", "%5c", "%252e", "%c0%af", "\0", "\n", "\r\n", "\u0085", "\u2028",
        "\u202e", "\u200f", "\u2066", "\ufeff", "\u00ad", "\uff0e\uff0e", "\uff0f", "\u2215", "e\u0301", "é", "\ud83d\ude00", "\ud83d", "\ude00",
        "q", "dev", "v1", "union", "private", "a", " ", "~", "+", "?", "#", "con", "日本", "и", new('x', 300), new('é', 200),
    ];

    private static readonly ProjectScope Mine = new("acme", "p", "dev");

    private static readonly ObjectLayout Layout = new();

    private static Arbitrary<string> Hostile { get; } = Gen.Elements(Pieces)
        .ArrayOf().Where(pieces => pieces.Length < 12).Select(string.Concat).ToArbitrary();

    private static Arbitrary<string> AnyText { get; } =
        Gen.OneOf(Hostile.Generator, ArbMap.Default.GeneratorFor<string>().Select(text => text ?? "")).ToArbitrary();

    [Fact]
    public void ParsedKey_IsTheTextItself_AndNothingOfItIsReadAsAPath() => Prop.ForAll(AnyText, text =>
    {
        if (!ObjectKey.TryParse(text, out var key))
        {
            return true;
        }

        var segments = key.ToString().Split('/');
        return key.ToString() == text && ObjectKey.Parse(text) == key
            && Encoding.UTF8.GetByteCount(text) <= ObjectKey.MaxBytes
            && Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text
            && !text.Any(char.IsControl) && !text.Contains('\\', StringComparison.Ordinal)
            && segments.All(s => s.Length > 0 && Uri.UnescapeDataString(s) is not ("." or ".."))
            && segments.All(s => !Uri.UnescapeDataString(s).Contains('/', StringComparison.Ordinal));
    }).Check(Thorough);

    // As the strictest and as the laxest reader would resolve it.
    [Fact]
    public void UploadKey_OfAnyNameAndFolder_StaysBelowItsProject() => Prop.ForAll(AnyText, AnyText, (folder, name) =>
    {
        foreach (var compose in new Func<ObjectKey>[]
        {
            () => Layout.Upload(Mine, folder, name), () => Layout.Code(Mine, new byte[16], name),
        })
        {
            ObjectKey key;
            try
            {
                key = compose();
            }
            catch (UnionException e) when (e.Reason == "object_key_malformed")
            {
                continue;
            }

            var root = "/" + Layout.Project(Mine) + "/";
            var resolved = Path.GetFullPath("/" + Uri.UnescapeDataString(key.ToString()));
            if (!key.IsBelow(Layout.Project(Mine)) || !resolved.StartsWith(root, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }).Check(Thorough);

    [Fact]
    public void KeyOfOneProject_IsBelowNoOther() => Prop.ForAll(AnyText, name =>
        !ObjectKey.TryParse($"{Layout.Project(Mine)}/{name}", out var key)
        || (key.IsBelow(Layout.Project(Mine))
            && !key.IsBelow(Layout.Project(Mine with { Project = "q" }))
            && !key.IsBelow(Layout.Project(Mine with { Domain = "de" }))
            && !key.IsBelow(Layout.Project(Mine with { Org = "acm" })))).Check(Thorough);

    [Fact]
    public void Order_IsThatOfCodeUnits() => Prop.ForAll(AnyText, AnyText, (a, b) =>
        !ObjectKey.TryParse(a, out var x) || !ObjectKey.TryParse(b, out var y)
        || Math.Sign(x.CompareTo(y)) == Math.Sign(string.CompareOrdinal(a, b))).Check(Thorough);
}
