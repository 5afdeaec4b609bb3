using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Listing;

/// <summary>The fields that a list can be filtered by, and how each is read from a row.</summary>
internal sealed class Fields<TRow>
{
    private const int MaxFilters = 32;
    private const int MaxValues = 100;
    private const string LabelPrefix = "labels.";

    private readonly Dictionary<string, Field> _fields = new(StringComparer.Ordinal);
    private Func<TRow, string>? _labels;

    private delegate FieldValue? Reader(TRow row);

    public Fields<TRow> Text(string name, Func<TRow, string?> read) =>
        Add(name, FieldKind.Text, row => read(row) is { } text ? new FieldValue(text, 0) : null);

    public Fields<TRow> Number(string name, Func<TRow, long> read) =>
        Add(name, FieldKind.Number, row => new FieldValue(null, read(row)));

    public Fields<TRow> Instant(string name, Func<TRow, long?> read) =>
        Add(name, FieldKind.Instant, row => read(row) is { } micros ? new FieldValue(null, micros) : null);

    /// <summary>Lets <c>labels.KEY</c> be asked for; the text is one that <see cref="LabelText"/> wrote.</summary>
    public Fields<TRow> Labels(Func<TRow, string> read)
    {
        _labels = read;
        return this;
    }

    /// <summary>What a row must meet. Refuses what cannot be asked for, all of it at once.</summary>
    public Predicate<TRow> Compile(IReadOnlyList<Filter> filters)
    {
        if (filters.Count > MaxFilters)
        {
            throw Wrong([$"A list takes at most {MaxFilters} filters."]);
        }

        var errors = new List<string>();
        var conditions = new List<Predicate<TRow>>(filters.Count);
        foreach (var filter in filters)
        {
            if (Condition(filter, errors) is { } condition)
            {
                conditions.Add(condition);
            }
        }

        return errors.Count == 0 ? row => conditions.TrueForAll(condition => condition(row)) : throw Wrong(errors);
    }

    private Fields<TRow> Add(string name, FieldKind kind, Reader read)
    {
        _fields.Add(name, new Field(kind, read));
        return this;
    }

    private Predicate<TRow>? Condition(Filter filter, List<string> errors)
    {
        if (Find(filter.Field) is not { } field)
        {
            errors.Add($"There is no field to filter by of that name; there are: {string.Join(", ", Names())}.");
            return null;
        }

        if (filter.Function is FilterFunction.Exists or FilterFunction.NotExists)
        {
            var wanted = filter.Function == FilterFunction.Exists;
            return row => field.Read(row) is not null == wanted;
        }

        if (!Enum.IsDefined(filter.Function))
        {
            errors.Add($"A filter on {filter.Field} has a function that nobody knows.");
            return null;
        }

        var parsed = filter.Values.Select(value => FieldValue.Parse(field.Kind, value)).ToList();
        if (parsed.Count is 0 or > MaxValues || parsed.Contains(null))
        {
            errors.Add($"A filter on {filter.Field} needs 1 to {MaxValues} values of kind {field.Kind.ToString().ToLowerInvariant()}.");
            return null;
        }

        var values = parsed.Select(value => value!.Value).ToArray();
        return row => Comparison.Holds(filter.Function, field.Read(row), values);
    }

    private Field? Find(string name)
    {
        if (_labels is { } labels && name.StartsWith(LabelPrefix, StringComparison.Ordinal))
        {
            var key = name[LabelPrefix.Length..];
            return new Field(
                FieldKind.Text, row => LabelText.Find(labels(row), key) is { } value ? new FieldValue(value, 0) : null);
        }

        return _fields.GetValueOrDefault(name);
    }

    private IEnumerable<string> Names() => _labels is null ? _fields.Keys : _fields.Keys.Append(LabelPrefix + "KEY");

    private static UnionException Wrong(IEnumerable<string> errors) =>
        new(ErrorCode.InvalidArgument, "filter_invalid", string.Join(" ", errors));

    private sealed record Field(FieldKind Kind, Reader Read);
}
