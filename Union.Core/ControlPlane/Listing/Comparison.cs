namespace Union.Core.ControlPlane.Listing;

/// <summary>What each function of a filter means. A field without a value meets only the negative ones.</summary>
internal static class Comparison
{
    public static bool Holds(FilterFunction function, FieldValue? field, ReadOnlySpan<FieldValue> values) => function switch
    {
        FilterFunction.Equal or FilterFunction.ValueIn => field is { } value && values.Contains(value),
        FilterFunction.NotEqual or FilterFunction.ValueNotIn => field is not { } value || !values.Contains(value),
        FilterFunction.GreaterThan => field?.CompareTo(values[0]) > 0,
        FilterFunction.GreaterThanOrEqual => field?.CompareTo(values[0]) >= 0,
        FilterFunction.LessThan => field?.CompareTo(values[0]) < 0,
        FilterFunction.LessThanOrEqual => field?.CompareTo(values[0]) <= 0,
        FilterFunction.Contains => Contains(field, values[0], StringComparison.Ordinal),
        FilterFunction.ContainsIgnoreCase => Contains(field, values[0], StringComparison.OrdinalIgnoreCase),
        FilterFunction.EndsWith => EndsWith(field, values[0]),
        FilterFunction.NotEndsWith => !EndsWith(field, values[0]),
        _ => false,
    };

    private static bool Contains(FieldValue? field, FieldValue part, StringComparison comparison) =>
        field?.Text is { } text && part.Text is { } wanted && text.Contains(wanted, comparison);

    private static bool EndsWith(FieldValue? field, FieldValue end) =>
        field?.Text is { } text && end.Text is { } wanted && text.EndsWith(wanted, StringComparison.Ordinal);
}
