namespace Union.Core.ControlPlane.Listing;

/// <summary>How a field is compared, with the numbers that the flyteidl2 contract gives; an absent one is 0.</summary>
public enum FilterFunction
{
    Equal = 0,
    NotEqual = 1,
    GreaterThan = 2,
    GreaterThanOrEqual = 3,
    LessThan = 4,
    LessThanOrEqual = 5,
    Contains = 6,
    ValueIn = 7,
    ValueNotIn = 9,
    EndsWith = 12,
    NotEndsWith = 13,
    ContainsIgnoreCase = 14,
    Exists = 15,
    NotExists = 16,
}

/// <summary>One condition of a list; all of them must hold.</summary>
/// <param name="Field">Such as <c>phase</c>, or <c>labels.team</c> for one label.</param>
public sealed record Filter(FilterFunction Function, string Field, IReadOnlyList<string> Values)
{
    /// <summary>The value that the field must equal, where the filter says no more than that.</summary>
    internal string? EqualTo => Function is FilterFunction.Equal or FilterFunction.ValueIn && Values is [var only] ? only : null;
}
