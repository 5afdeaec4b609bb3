namespace Union.Providers.Local.Execution;

/// <summary>The masks of attempts, under the key of one data folder.</summary>
internal sealed class SecretMaskFactory(string dataDir)
{
    public byte[] Key { get; } = SecretMask.LoadKey(dataDir);

    public SecretMask Of(AttemptRecord record) => new(Key, record.Mask);
}
