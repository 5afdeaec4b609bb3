using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Union.Host.Connect;

/// <summary>
/// Stands in for the response while gRPC answers, and turns what it writes into Connect. All of these features must be
/// replaced: with the real ones gRPC's status and trailers would land in the client's headers.
/// </summary>
internal abstract class ConnectAnswer : IHttpResponseFeature, IHttpResponseBodyFeature, IHttpResponseTrailersFeature,
    IHttpResetFeature, IDisposable
{
    private protected const int HeaderBytes = 5;

    private readonly IFeatureCollection _features;
    private readonly IHttpResponseTrailersFeature? _realTrailers;
    private readonly IHttpResetFeature? _realReset;
    private readonly SemaphoreSlim _turn = new(1);
    private bool _ended;

    protected ConnectAnswer(HttpContext context, ConnectCall call)
    {
        (Context, Call, _features) = (context, call, context.Features);
        Real = _features.GetRequiredFeature<IHttpResponseFeature>();
        RealBody = _features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _realTrailers = _features.Get<IHttpResponseTrailersFeature>();
        _realReset = _features.Get<IHttpResetFeature>();
        Writer = new AnswerWriter(this, Frames);
        _features.Set<IHttpResponseFeature>(this);
        _features.Set<IHttpResponseBodyFeature>(this);
        _features.Set<IHttpResponseTrailersFeature>(this);
        _features.Set<IHttpResetFeature>(this);
    }

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    /// <summary>The real ones, since what else stands in the pipeline adds to them when the response starts.</summary>
    public IHeaderDictionary Headers
    {
        get => Real.Headers;
        set => Real.Headers = value;
    }

    public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

    /// <summary>As gRPC sees it: whether its status belongs into the trailers.</summary>
    public bool HasStarted { get; private set; }

    public PipeWriter Writer { get; }

    public Stream Stream => Writer.AsStream(leaveOpen: true);

    Stream IHttpResponseFeature.Body
    {
        get => Stream;
        set => throw new NotSupportedException();
    }

    protected HttpContext Context { get; }

    protected ConnectCall Call { get; }

    protected IHttpResponseFeature Real { get; }

    protected IHttpResponseBodyFeature RealBody { get; }

    protected PooledBuffer Frames { get; } = new();

    public void OnStarting(Func<object, Task> callback, object state) => Real.OnStarting(callback, state);

    public void OnCompleted(Func<object, Task> callback, object state) => Real.OnCompleted(callback, state);

    public void DisableBuffering()
    {
    }

    /// <summary>gRPC resets a call after it has ended it, which for Connect is the end already.</summary>
    public void Reset(int errorCode)
    {
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        HasStarted = true;
        return Task.CompletedTask;
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        HasStarted = true;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_ended)
            {
                await PassAsync(cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>gRPC's way to end a call whose handler still runs, as at a deadline.</summary>
    public async Task CompleteAsync()
    {
        await EndAsync();
        await RealBody.CompleteAsync();
    }

    public async Task EndAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (!_ended)
            {
                _ended = true;
                await FinishAsync(CallEnd.Take(Headers, Trailers, Context.RequestAborted.IsCancellationRequested));
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Only when the handler has returned: it may still write, and the buffer goes to another call.</summary>
    public void Dispose()
    {
        _features.Set(Real);
        _features.Set(RealBody);
        _features.Set(_realTrailers);
        _features.Set(_realReset);
        Frames.Dispose();
        _turn.Dispose();
    }

    /// <summary>Passes on what stands in <see cref="Frames"/>, where the protocol has a place for it already.</summary>
    protected abstract ValueTask PassAsync(CancellationToken cancellationToken);

    protected abstract ValueTask FinishAsync(CallEnd end);

    /// <summary>The length of the first frame with its header, or 0 where it is not whole yet.</summary>
    protected static int WholeFrame(ReadOnlySpan<byte> frames)
    {
        if (frames.Length < HeaderBytes)
        {
            return 0;
        }

        var length = HeaderBytes + BinaryPrimitives.ReadInt32BigEndian(frames[1..]);
        return frames.Length >= length ? length : 0;
    }

    private protected static void WriteHeader(IBufferWriter<byte> into, byte flags, int length)
    {
        var header = into.GetSpan(HeaderBytes);
        header[0] = flags;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], length);
        into.Advance(HeaderBytes);
    }
}
