using System.Buffers;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Union.Host.Connect;

/// <summary>An end as Connect writes it: https://connectrpc.com/docs/protocol#error-end-stream</summary>
internal static class ConnectErrors
{
    public static void WriteError(IBufferWriter<byte> into, CallEnd end)
    {
        using var json = new Utf8JsonWriter(into);
        WriteError(json, end);
    }

    /// <summary>The last message of a stream.</summary>
    public static void WriteEndStream(IBufferWriter<byte> into, CallEnd end, IHeaderDictionary metadata)
    {
        using var json = new Utf8JsonWriter(into);
        json.WriteStartObject();
        if (!end.IsOk)
        {
            json.WritePropertyName("error");
            WriteError(json, end);
        }

        if (metadata.Count > 0)
        {
            json.WriteStartObject("metadata");
            foreach (var (name, values) in metadata)
            {
                json.WriteStartArray(name);
                foreach (var value in values)
                {
                    json.WriteStringValue(value);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static string Name(StatusCode code) => code switch
    {
        StatusCode.Cancelled => "canceled",
        StatusCode.InvalidArgument => "invalid_argument",
        StatusCode.DeadlineExceeded => "deadline_exceeded",
        StatusCode.NotFound => "not_found",
        StatusCode.AlreadyExists => "already_exists",
        StatusCode.PermissionDenied => "permission_denied",
        StatusCode.ResourceExhausted => "resource_exhausted",
        StatusCode.FailedPrecondition => "failed_precondition",
        StatusCode.Aborted => "aborted",
        StatusCode.OutOfRange => "out_of_range",
        StatusCode.Unimplemented => "unimplemented",
        StatusCode.Unavailable => "unavailable",
        StatusCode.DataLoss => "data_loss",
        StatusCode.Unauthenticated => "unauthenticated",
        _ => "internal",
    };

    public static int HttpStatus(StatusCode code) => code switch
    {
        StatusCode.Cancelled => 499,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => 400,
        StatusCode.Unauthenticated => 401,
        StatusCode.PermissionDenied => 403,
        StatusCode.NotFound => 404,
        StatusCode.AlreadyExists or StatusCode.Aborted => 409,
        StatusCode.ResourceExhausted => 429,
        StatusCode.Unimplemented => 501,
        StatusCode.Unavailable => 503,
        StatusCode.DeadlineExceeded => 504,
        _ => 500,
    };

    private static void WriteError(Utf8JsonWriter json, CallEnd end)
    {
        json.WriteStartObject();
        json.WriteString("code", Name(end.Code));
        json.WriteString("message", end.Message);
        if (end.Details.Count > 0)
        {
            json.WriteStartArray("details");
            foreach (var detail in end.Details)
            {
                WriteDetail(json, detail);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteDetail(Utf8JsonWriter json, Any detail)
    {
        json.WriteStartObject();
        json.WriteString("type", Any.GetTypeName(detail.TypeUrl));
        json.WriteString("value", detail.Value.ToBase64().TrimEnd('='));
        if (detail.TryUnpack<ErrorInfo>(out var info))
        {
            // For people who read it with curl.
            json.WritePropertyName("debug");
            json.WriteRawValue(JsonFormatter.Default.Format(info));
        }

        json.WriteEndObject();
    }
}
