using System.Diagnostics;

namespace Union.Faults;

/// <summary>What was done to the processes of a round, and when what happened.</summary>
internal sealed class FaultDiary
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _faults = new(StringComparer.Ordinal);
    private readonly List<string> _lines = [];

    public IReadOnlyDictionary<string, int> Faults
    {
        get
        {
            lock (_gate)
            {
                return new SortedDictionary<string, int>(_faults, StringComparer.Ordinal);
            }
        }
    }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public void Fault(string kind, string what)
    {
        lock (_gate)
        {
            _faults[kind] = _faults.GetValueOrDefault(kind) + 1;
        }

        Write(what);
    }

    public void Write(string what)
    {
        lock (_gate)
        {
            _lines.Add(FormattableString.Invariant($"{Stopwatch.GetElapsedTime(_began).TotalSeconds,6:0.00} {what}"));
        }
    }
}
