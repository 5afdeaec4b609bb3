import { createClient, type Client, type Interceptor, type Transport } from "@connectrpc/connect";
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { randomUUID } from "node:crypto";
import { ClusterService } from "@flyteorg/flyteidl2/flyteidl2/cluster/service_pb.ts";
import { SelectClusterRequest_Operation as Operation } from "@flyteorg/flyteidl2/flyteidl2/cluster/payload_pb.ts";
import { DataProxyService } from "@flyteorg/flyteidl2/flyteidl2/dataproxy/dataproxy_service_pb.ts";
import { DomainService } from "@flyteorg/flyteidl2/flyteidl2/org/domain_service_pb.ts";
import { ProjectService } from "@flyteorg/flyteidl2/flyteidl2/project/project_service_pb.ts";
import { SecretService } from "@flyteorg/flyteidl2/flyteidl2/secret/secret_pb.ts";
import { TaskService } from "@flyteorg/flyteidl2/flyteidl2/task/task_service_pb.ts";
import { TriggerService } from "@flyteorg/flyteidl2/flyteidl2/trigger/trigger_service_pb.ts";
import { RunService } from "@flyteorg/flyteidl2/flyteidl2/workflow/run_service_pb.ts";

export const project = "default";
export const domain = "development";

// As stock clients do: an id for every call, by which a repeated one is recognised.
const requestId: Interceptor = (next) => (request) => {
  request.header.set("x-request-id", randomUUID());
  return next(request);
};

/** Every message is compressed, as the stock SDK compresses every message. */
const gzip = {
  interceptors: [requestId],
  sendCompression: compressionGzip,
  acceptCompression: [compressionGzip],
  compressMinBytes: 0,
};

export const protocols: Record<string, (baseUrl: string) => Transport> = {
  "Connect over HTTP/1.1": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: true, ...gzip }),
  "Connect-JSON over HTTP/2": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false, ...gzip }),
  gRPC: (baseUrl) => createGrpcTransport({ baseUrl, ...gzip }),
  "gRPC-Web over HTTP/1.1": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1", ...gzip }),
};

/** The control plane, and through its answer to SelectCluster the cluster that holds the data. */
export class Clients {
  readonly runs: Client<typeof RunService>;
  readonly projects: Client<typeof ProjectService>;
  readonly domains: Client<typeof DomainService>;
  readonly clusters: Client<typeof ClusterService>;
  readonly tasks: Client<typeof TaskService>;
  readonly triggers: Client<typeof TriggerService>;

  constructor(
    private readonly transport: (baseUrl: string) => Transport,
    readonly endpoint: string,
  ) {
    const control = transport(endpoint);
    this.runs = createClient(RunService, control);
    this.projects = createClient(ProjectService, control);
    this.domains = createClient(DomainService, control);
    this.clusters = createClient(ClusterService, control);
    this.tasks = createClient(TaskService, control);
    this.triggers = createClient(TriggerService, control);
  }

  async data(operation: Operation): Promise<Client<typeof DataProxyService>> {
    return createClient(DataProxyService, await this.select(operation));
  }

  async secrets(): Promise<Client<typeof SecretService>> {
    return createClient(SecretService, await this.select(Operation.USE_SECRETS));
  }

  /** Where data is asked for. */
  async dataEndpoint(): Promise<string> {
    const { clusterEndpoint } = await this.clusters.selectCluster({
      operation: Operation.GET_ACTION_DATA,
      resource: { case: "projectId", value: { name: project, domain } },
    });
    return clusterEndpoint;
  }

  private async select(operation: Operation): Promise<Transport> {
    const selected = await this.clusters.selectCluster({
      operation,
      resource: { case: "projectId", value: { name: project, domain } },
    });
    return this.transport(selected.clusterEndpoint);
  }
}
