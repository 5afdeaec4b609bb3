using System.Collections.Frozen;
using Flyteidl2.Core;

namespace Union.Core.Authoring;

/// <summary>The type names of a task file and what they are called in the flyteidl2 contract.</summary>
public static class TaskTypes
{
    private static readonly FrozenDictionary<string, LiteralType> ByName = new Dictionary<string, LiteralType>
    {
        ["int"] = Simple(SimpleType.Integer),
        ["float"] = Simple(SimpleType.Float),
        ["bool"] = Simple(SimpleType.Boolean),
        ["string"] = Simple(SimpleType.String),
        ["datetime"] = Simple(SimpleType.Datetime),
        ["duration"] = Simple(SimpleType.Duration),
        ["json"] = Simple(SimpleType.Struct),
        ["file"] = Blob(BlobType.Types.BlobDimensionality.Single),
        ["dir"] = Blob(BlobType.Types.BlobDimensionality.Multipart),
    }.ToFrozenDictionary();

    public static string All { get; } = "int float bool string datetime duration json file dir";

    /// <summary>A fresh type for a name of <see cref="All"/>; null for any other.</summary>
    public static LiteralType? Find(string name) => ByName.TryGetValue(name, out var type) ? type.Clone() : null;

    /// <summary>The name of a type, or its case in the contract where task files have no name for it.</summary>
    public static string NameOf(LiteralType type) =>
        ByName.FirstOrDefault(pair => SameKind(pair.Value, type)).Key ?? type.TypeCase.ToString();

    public static bool IsFile(LiteralType type) =>
        type.Blob is { Dimensionality: BlobType.Types.BlobDimensionality.Single };

    public static bool IsFolder(LiteralType type) =>
        type.Blob is { Dimensionality: BlobType.Types.BlobDimensionality.Multipart };

    private static bool SameKind(LiteralType left, LiteralType right) =>
        left.TypeCase == right.TypeCase && left.TypeCase switch
        {
            LiteralType.TypeOneofCase.Simple => left.Simple == right.Simple,
            LiteralType.TypeOneofCase.Blob => left.Blob.Dimensionality == right.Blob.Dimensionality,
            _ => false,
        };

    private static LiteralType Simple(SimpleType type) => new() { Simple = type };

    private static LiteralType Blob(BlobType.Types.BlobDimensionality dimensionality) =>
        new() { Blob = new BlobType { Dimensionality = dimensionality } };
}
