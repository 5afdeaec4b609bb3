using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Local.Execution;

namespace Union.Providers.Tests.Execution;

public sealed class SecretMaskTests
{
    private const string Odd = "p@ss \"w/rd\" +'ü$1\\ `x`!";

    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    /// <summary>What those programs print of the secret, as they printed it.</summary>
    [Theory]
    [InlineData("json.dumps of Python", "p@ss \\\"w/rd\\\" +'\\u00fc$1\\\\ `x`!")]
    [InlineData("json.dumps, ensure_ascii=False", "p@ss \\\"w/rd\\\" +'ü$1\\\\ `x`!")]
    [InlineData("urllib.parse.quote", "p%40ss%20%22w/rd%22%20%2B%27%C3%BC%241%5C%20%60x%60%21")]
    [InlineData("urllib.parse.quote, safe=''", "p%40ss%20%22w%2Frd%22%20%2B%27%C3%BC%241%5C%20%60x%60%21")]
    [InlineData("urllib.parse.quote_plus", "p%40ss+%22w%2Frd%22+%2B%27%C3%BC%241%5C+%60x%60%21")]
    [InlineData("shlex.quote", "p@ss \"w/rd\" +'\"'\"'ü$1\\ `x`!")]
    [InlineData("printf %q of bash", "p@ss\\ \\\"w/rd\\\"\\ +\\'ü\\$1\\\\\\ \\`x\\`\\!")]
    [InlineData("set -x of dash", "p@ss \"w/rd\" +'ü$1\\ `x`!")]
    [InlineData("set -x of bash", "'p@ss \"w/rd\" +'\\''ü$1\\ `x`!'")]
    [InlineData("repr of Python", "p@ss \"w/rd\" +\\'ü$1\\\\ `x`!")]
    [InlineData("encodeURIComponent", "p%40ss%20%22w%2Frd%22%20%2B'%C3%BC%241%5C%20%60x%60!")]
    [InlineData("JSON.stringify", "p@ss \\\"w/rd\\\" +'ü$1\\\\ `x`!")]
    [InlineData("URLSearchParams", "p%40ss+%22w%2Frd%22+%2B%27%C3%BC%241%5C+%60x%60%21")]
    public void Apply_WhatOtherProgramsPrint_IsHidden(string program, string printed)
    {
        var masked = Mask(Odd).Apply(Encoding.UTF8.GetBytes($"<{printed}>"));

        // Marks that belong to the quoting may stay.
        Assert.True(masked.Trim('<', '>', '\'', '"', '$') is "***", $"{program}: {masked}");
    }

    [Theory]
    [InlineData("127.0.0.1:8703")]
    [InlineData("unix:/run/union/actions.sock:")]
    public void Apply_AddressThatIsACapability_HidesItWholeAndItsTokenAlone(string endpoint)
    {
        var token = new string('c', 20) + new string('d', 23);
        var mask = Mask($"{endpoint}/a/{token}");

        Assert.Equal("at ***.", mask.Apply(Encoding.UTF8.GetBytes($"at {endpoint}/a/{token}.")));
        Assert.Equal(
            "POST http://localhost/a/***/x", mask.Apply(Encoding.UTF8.GetBytes($"POST http://localhost/a/{token}/x")));
    }

    [Fact]
    public void Apply_Base64_OfAnyTextAroundIt_LeavesLessThanOneByteAtEachEnd()
    {
        const string secret = "Tr0ub4dor&3-horse?>~";
        var mask = Mask(secret);
        for (var before = 0; before < 9; before++)
        {
            for (var after = 0; after < 4; after++)
            {
                var clear = new string('u', before) + secret + new string('v', after);
                var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(clear));
                foreach (var text in new[] { encoded, encoded.Replace('+', '-').Replace('/', '_') })
                {
                    var masked = mask.Apply(Encoding.ASCII.GetBytes(text));

                    // One character of 64 on each side may hold bits of both the secret and its neighbour.
                    var rest = masked.Split("***");
                    Assert.Equal(2, rest.Length);
                    Assert.InRange(rest[0].Length, 0, ((before * 8) + 5) / 6);
                    Assert.InRange(rest[1].TrimEnd('=').Length, 0, (((after * 8) + 5) / 6) + 1);
                }
            }
        }
    }

    [Fact]
    public void Apply_LongAndManyLines_LeavesNoPieceOfAnyForm()
    {
        // A private key as it is pasted: lines of 64, and one line in JSON.
        var pem = PemEncoding.WriteString("PRIVATE KEY", RandomNumberGenerator.GetBytes(1200)) + "\n";
        var mask = Mask(pem);
        string[] printed =
        [
            pem, JsonSerializer.Serialize(pem), pem.Replace("\n", "\r\n", StringComparison.Ordinal),
            Uri.EscapeDataString(pem), Convert.ToBase64String(Encoding.ASCII.GetBytes(pem)),
            Convert.ToBase64String(Encoding.ASCII.GetBytes(pem), Base64FormattingOptions.InsertLineBreaks),
        ];

        foreach (var text in printed)
        {
            var left = string.Concat(text.Split('\n').Select(line => mask.Apply(Encoding.ASCII.GetBytes(line.TrimEnd('\r')))));
            Assert.InRange(left.Replace("***", "", StringComparison.Ordinal).Length, 0, 12);
        }
    }

    [Theory]
    [InlineData(257)]
    [InlineData(259)]
    [InlineData(511)]
    [InlineData(514)]
    public void Apply_LengthJustAboveAPiece_HidesTheEndToo(int length)
    {
        var secret = RandomNumberGenerator.GetHexString(length);

        Assert.Equal("***", Mask(secret).Apply(Encoding.ASCII.GetBytes(secret)));
    }

    [Fact]
    public void Apply_Bytes_AreHiddenRawAndInBase64()
    {
        byte[] secret = [0xFF, 0x00, 0xC3, 0x28, 0x0D, 0x80, 0xFE, 0x01];
        var mask = SecretMask.Of(Key, [new SecretBytes(secret)]);

        Assert.Equal("***", mask.Apply(secret));
        Assert.Equal("***", mask.Apply(Encoding.ASCII.GetBytes(Convert.ToBase64String(secret))));
    }

    [Fact]
    public void ApplyToEnd_CutWithinASecret_ShowsNothingOfIt()
    {
        var secret = RandomNumberGenerator.GetHexString(200);
        var mask = Mask(secret);
        for (var cut = 1; cut < secret.Length; cut++)
        {
            var text = secret[cut..] + "\n" + new string('x', 300) + "\nlast";

            var masked = mask.ApplyToEnd(Encoding.ASCII.GetBytes(text));

            Assert.EndsWith("\nlast", masked, StringComparison.Ordinal);
            Assert.DoesNotContain(masked, c => char.IsAsciiHexDigitUpper(c) && c != 'x');
        }
    }

    [Fact]
    public void Fingerprints_OfASecret_DifferByKey()
    {
        var one = SecretMask.Of(Key, [Value(Odd)]).Fingerprints;
        var other = SecretMask.Of(RandomNumberGenerator.GetBytes(32), [Value(Odd)]).Fingerprints;

        Assert.Empty(one.Select(f => f.Hash).Intersect(other.Select(f => f.Hash)));
        Assert.NotEqual(one.Select(f => f.Sum), other.Select(f => f.Sum));
    }

    private static SecretMask Mask(string secret) => SecretMask.Of(Key, [Value(secret)]);

    private static SecretBytes Value(string text) => new(Encoding.UTF8.GetBytes(text));
}
