using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Setup;
using Union.Providers.Aws.Objects;
using Union.Testing;
using Union.Testing.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Aws;

[Collection(SharedGateway.Name)]
public sealed class S3ObjectStoreTests(RadosGateway gateway) : ObjectStoreContract
{
    protected override ValueTask<ObjectStoreUnderTest> CreateAsync() => ValueTask.FromResult(S3Stores.Open(gateway));

    [Fact]
    public async Task Put_LargerThanAPart_IsReadBackWhole()
    {
        await using var test = await CreateAsync();
        var content = RandomNumberGenerator.GetBytes((33 << 20) + 1);

        await test.Store.PutAsync(Key("large"), new MemoryStream(content), PutMode.Replace, Cancel);

        using var read = new MemoryStream();
        await (await test.Store.OpenReadAsync(Key("large"), 0, Cancel)).CopyToAsync(read, Cancel);
        Assert.Equal(content, read.ToArray());
    }

    [Fact]
    public async Task Put_LargerThanAPartCreateOnly_IsRefused_SinceTheServerWouldReplace()
    {
        await using var test = await CreateAsync();
        await test.Store.PutAsync(Key("large"), Content("first"), PutMode.Replace, Cancel);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => test.Store.PutAsync(
            Key("large"), new MemoryStream(new byte[17 << 20]), PutMode.CreateOnly, Cancel));

        Assert.Equal(ObjectStoreError.TooLarge, thrown.Error);
        Assert.Equal("first", await ReadAsync(test.Store, "large"));
    }

    [Fact]
    public async Task OpenRead_FromTheEndOn_IsEmpty()
    {
        await using var test = await CreateAsync();
        await test.Store.PutAsync(Key("a"), Content("abc"), PutMode.Replace, Cancel);

        Assert.Equal("", await ReadAsync(test.Store, "a", 3));
    }

    [Fact]
    public async Task Put_ThatFailsInALaterPart_LeavesNoObjectAndNoPart()
    {
        var options = S3Stores.OptionsOf(gateway);
        await using var test = S3Stores.Open(gateway, _ => options);
        var source = new LongStreamThatBreaks(17 << 20);

        await Assert.ThrowsAsync<ObjectStoreException>(() => test.Store.PutAsync(Key("large"), source, PutMode.Replace, Cancel));

        Assert.Null(await test.Store.HeadAsync(Key("large"), Cancel));
        using var s3 = new AmazonS3Client(new BasicAWSCredentials(gateway.AccessKey, gateway.SecretKey), S3Client.ConfigOf(options));
        var left = await s3.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = options.Prefix }, Cancel);
        Assert.Empty(left.MultipartUploads ?? []);
    }

    // Signatures carry the machine's time, so an hour is enough for every URL to be over before it is used.
    [Fact]
    public async Task Doctor_OnAMachineWhoseClockIsAnHourOff_SaysSo()
    {
        var options = S3Stores.OptionsOf(gateway);
        await using var test = S3Stores.Open(gateway, _ => options);
        var time = new ShiftedTime(TimeSpan.FromHours(-1));
        using var late = new S3ObjectStore(options, new BasicAWSCredentials(gateway.AccessKey, gateway.SecretKey), time);

        var results = await new ObjectStoreProbe(late, test.Client, null, time).RunAsync(Cancel).ToListAsync(Cancel);

        Assert.Equal(CheckState.Failed, results.Single(r => r.Name == "objects.fetch").State);
        var clock = results.Single(r => r.Name == "objects.clock");
        Assert.Equal(CheckState.Failed, clock.State);
        Assert.Matches("36[0-9][0-9] s|359[0-9] s", clock.Finding);
        Assert.Contains("NTP", clock.Advice, StringComparison.Ordinal);
    }

    private sealed class LongStreamThatBreaks(int whole) : MemoryStream(new byte[whole])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position == whole
                ? throw new ObjectStoreException(ObjectStoreError.Invalid, "broken")
                : base.ReadAsync(buffer, cancellationToken);
    }
}
