using Flyteidl2.Logs.Dataplane;
using Google.Protobuf.WellKnownTypes;
using Union.Core.ComputePlane.Logs;
using LogLine = Union.Core.ComputePlane.Logs.LogLine;
using WireLine = Flyteidl2.Logs.Dataplane.LogLine;

namespace Union.Host.Api.Data;

internal static class LogLines
{
    public static WireLine Write(LogLine line) => new()
    {
        Timestamp = line.At.ToTimestamp(),
        Message = line.Text,
        Originator = line.Origin is LogOrigin.System ? LogLineOriginator.System : LogLineOriginator.User,
    };
}
