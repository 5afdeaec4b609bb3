using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Policy;

/// <summary>
/// How many URLs a principal may still have: a minute's worth at once, which fills up again evenly. Kept as the one
/// moment at which the budget is whole again, so that whoever has been quiet for a minute needs no memory. Moments are
/// counted from the start and not by the clock: one that is set back would leave every budget spent.
/// </summary>
public sealed class UrlBudget(DataPolicy policy, TimeProvider time)
{
    // More at once than a company has: who comes on top shares one budget, so that made-up names buy nothing.
    private const int MostPrincipals = 10_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly (string, string) Rest = ("", "");

    private readonly Dictionary<(string Org, string Subject), TimeSpan> _wholeAt = [];
    private readonly long _began = time.GetTimestamp();
    private readonly Lock _lock = new();

    /// <summary>Takes all or nothing; a refusal says when the same call would pass.</summary>
    public void Spend(string org, string subject, int count)
    {
        if (count > policy.UrlsPerMinute)
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "link_batch_too_large",
                $"This cluster signs at most {policy.UrlsPerMinute} links for one caller within a minute.",
                "Ask for fewer at once.");
        }

        var cost = Window * ((double)count / policy.UrlsPerMinute);
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetElapsedTime(_began);
            var key = KeyOf((org, subject), now);
            var whole = _wholeAt.GetValueOrDefault(key, now);
            whole = (whole > now ? whole : now) + cost;
            wait = whole - now - Window;
            if (wait <= TimeSpan.Zero)
            {
                _wholeAt[key] = whole;
                return;
            }
        }

        var seconds = TimeSpan.FromSeconds(Math.Ceiling(wait.TotalSeconds));
        throw new UnionException(
            ErrorCode.ResourceExhausted, "link_budget_spent",
            $"This cluster signs {policy.UrlsPerMinute} links a minute for one caller, and these are used up.",
            $"Try again in {seconds.TotalSeconds:0} s; the owner of the cluster decides in computePlane.policy.urlsPerMinute.")
        {
            RetryAfter = seconds,
        };
    }

    private (string Org, string Subject) KeyOf((string Org, string Subject) key, TimeSpan now)
    {
        if (_wholeAt.ContainsKey(key) || _wholeAt.Count < MostPrincipals)
        {
            return key;
        }

        foreach (var (quiet, _) in _wholeAt.Where(pair => pair.Value <= now).ToList())
        {
            _wholeAt.Remove(quiet);
        }

        return _wholeAt.Count < MostPrincipals ? key : Rest;
    }
}
