using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Union.Core.Boundary;

namespace Union.Host.Listening;

/// <summary>
/// A certificate and its key from two PEM files, read again when either changed. Handshakes look, every few seconds at
/// most, so a renewal needs neither a restart nor a watcher that misses links being swapped.
/// </summary>
internal sealed partial class CertificateFiles : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly string _certificate;
    private readonly string _key;
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateFiles> _logger;
    private (DateTime Certificate, DateTime Key) _read;
    private SslStreamCertificateContext _current;
    private DateTimeOffset _lookAt;

    /// <exception cref="UnionException">The files cannot be used; a plane does not start without its certificate.</exception>
    public CertificateFiles(string certificate, string key, TimeProvider time, ILogger<CertificateFiles> logger)
    {
        (_certificate, _key, _time, _logger) = (certificate, key, time, logger);
        _read = Written();
        _current = Read();
        _lookAt = time.GetUtcNow() + LookEvery;
    }

    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_gate)
            {
                if (_time.GetUtcNow() >= _lookAt)
                {
                    _lookAt = _time.GetUtcNow() + LookEvery;
                    ReadIfWritten();
                }

                return _current;
            }
        }
    }

    public void Dispose() => _current.TargetCertificate.Dispose();

    private void ReadIfWritten()
    {
        var written = Written();
        if (written == _read)
        {
            return;
        }

        try
        {
            // The old one is left to the collector: a handshake may be using it.
            _current = Read();
            _read = written;
            LogReloaded();
        }
        catch (UnionException e)
        {
            // Perhaps only one of the two files was written yet.
            LogNotReloaded(e.Reason);
        }
    }

    private (DateTime Certificate, DateTime Key) Written() => (Written(_certificate), Written(_key));

    // Of the file itself: a link that is swapped, as Kubernetes does, leads to a file with another time.
    private static DateTime Written(string path)
    {
        try
        {
            return (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)).LastWriteTimeUtc;
        }
        catch (IOException)
        {
            // Gone, or just being swapped: reading says which.
            return default;
        }
    }

    private SslStreamCertificateContext Read()
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(_certificate);
            using var pem = X509Certificate2.CreateFromPemFile(_certificate, _key);
            var leaf = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            return SslStreamCertificateContext.Create(leaf, chain, offline: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "certificate_unusable",
                $"The certificate '{_certificate}' with the key '{_key}' cannot be used.",
                "Both are PEM files; the key is that of the first certificate and has no password.", e);
        }
    }

    [LoggerMessage(1101, LogLevel.Information, "The clients' certificate was read again; new connections use it")]
    private partial void LogReloaded();

    [LoggerMessage(1102, LogLevel.Warning, "The clients' certificate changed and cannot be used ({Reason}); the old one stays until it can")]
    private partial void LogNotReloaded(string reason);
}
