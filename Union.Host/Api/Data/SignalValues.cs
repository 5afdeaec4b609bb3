using Flyteidl2.Core;
using Flyteidl2.Workflow;
using Union.Core.Boundary;

namespace Union.Host.Api.Data;

/// <summary>The value of a signal as a task reads it.</summary>
internal static class SignalValues
{
    public static (Literal Value, SimpleType Type) Read(EventPayload? payload) => payload?.ValueCase switch
    {
        EventPayload.ValueOneofCase.BoolValue => (Of(new Primitive { Boolean = payload.BoolValue }), SimpleType.Boolean),
        EventPayload.ValueOneofCase.IntValue => (Of(new Primitive { Integer = payload.IntValue }), SimpleType.Integer),
        EventPayload.ValueOneofCase.FloatValue => (Of(new Primitive { FloatValue = payload.FloatValue }), SimpleType.Float),
        EventPayload.ValueOneofCase.StringValue => (Of(new Primitive { StringValue = payload.StringValue }), SimpleType.String),
        _ => throw new UnionException(ErrorCode.InvalidArgument, "request_invalid", "The signal has no value."),
    };

    private static Literal Of(Primitive value) => new() { Scalar = new Scalar { Primitive = value } };
}
