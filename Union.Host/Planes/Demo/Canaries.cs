using System.Security.Cryptography;

namespace Union.Host.Planes.Demo;

/// <summary>
/// Random values that look like ordinary data, one planted in each place where customer data goes. Any 12 bytes of one
/// found in the control plane's files mean that customer data was stored.
/// </summary>
internal sealed class Canaries(params IEnumerable<string> morePlaces)
{
    public const int Window = 12;

    private static readonly string[] Places =
        ["input", "output", "log", "secret", "environment", "argument", "error"];

    public IReadOnlyDictionary<string, string> ByPlace { get; } = Places.Concat(morePlaces).ToDictionary(
        place => place, _ => RandomNumberGenerator.GetString("bcdfghjklmnpqrstvwxz23456789", 24));

    public string this[string place] => ByPlace[place];

    /// <summary>Every window of every canary.</summary>
    public IEnumerable<(string Place, string Window)> Windows =>
        from canary in ByPlace
        from start in Enumerable.Range(0, canary.Value.Length - Window + 1)
        select (canary.Key, canary.Value.Substring(start, Window));
}
