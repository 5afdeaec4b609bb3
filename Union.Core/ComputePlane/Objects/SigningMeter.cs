using System.Diagnostics.Metrics;

namespace Union.Core.ComputePlane.Objects;

/// <summary>How many URLs were signed or refused, by verb; of what and for whom, nobody counts.</summary>
public sealed class SigningMeter(IMeterFactory factory)
{
    private readonly Counter<long> _urls = factory.Create("Union.ComputePlane").CreateCounter<long>(
        "union.signed_urls", "{url}", "Signed URLs that were given out, and those that policy refused.");

    public void CountSigned(PresignVerb verb) => Count(verb, "signed");

    public void CountRefused(PresignVerb verb) => Count(verb, "refused");

    private void Count(PresignVerb verb, string outcome) => _urls.Add(
        1, new KeyValuePair<string, object?>("verb", verb == PresignVerb.Put ? "put" : "get"),
        new KeyValuePair<string, object?>("outcome", outcome));
}
