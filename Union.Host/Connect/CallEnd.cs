using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Status = Google.Rpc.Status;

namespace Union.Host.Connect;

/// <summary>How a call ended: the status that gRPC puts into its trailers, with the details of an error.</summary>
internal sealed record CallEnd(StatusCode Code, string Message, IReadOnlyList<Any> Details)
{
    private const string StatusHeader = "grpc-status";
    private const string MessageHeader = "grpc-message";
    private const string DetailsHeader = "grpc-status-details-bin";

    private static readonly string[] OfGrpc =
    [
        StatusHeader, MessageHeader, DetailsHeader, "grpc-encoding", "grpc-accept-encoding", "content-type",
    ];

    public bool IsOk => Code is StatusCode.OK;

    /// <summary>Takes the status out of <paramref name="headers"/>; what is left is metadata.</summary>
    /// <param name="callerLeft">Only then is "canceled" an answer: a watching client takes it for its own.</param>
    public static CallEnd Take(IHeaderDictionary headers, IHeaderDictionary trailers, bool callerLeft)
    {
        // Without a message before it, gRPC puts its trailers into the headers.
        var source = trailers.ContainsKey(StatusHeader) ? trailers : headers;
        var end = Read(source);
        foreach (var name in OfGrpc)
        {
            trailers.Remove(name);
            if (!headers.IsReadOnly)
            {
                headers.Remove(name);
            }
        }

        return end.Code switch
        {
            StatusCode.Cancelled when !callerLeft =>
                new CallEnd(StatusCode.Unavailable, "The server ended the call; try again.", []),

            // Stock clients take "unknown" for a lost login.
            StatusCode.Unknown => end with { Code = StatusCode.Internal },
            _ => end,
        };
    }

    public static CallEnd Of(Status status) => new((StatusCode)status.Code, status.Message, status.Details);

    private static CallEnd Read(IHeaderDictionary source)
    {
        var code = int.TryParse(source[StatusHeader], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (StatusCode)number
            : StatusCode.Internal;
        var message = Uri.UnescapeDataString(source[MessageHeader].ToString());
        return new CallEnd(code, message, DetailsOf(source[DetailsHeader].ToString()));
    }

    private static RepeatedField<Any> DetailsOf(string base64)
    {
        if (base64.Length == 0)
        {
            return [];
        }

        var padded = base64.PadRight((base64.Length + 3) / 4 * 4, '=');
        return Status.Parser.ParseFrom(ByteString.FromBase64(padded)).Details;
    }
}
