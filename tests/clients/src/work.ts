import { create } from "@bufbuild/protobuf";
import { createHash } from "node:crypto";
import { SelectClusterRequest_Operation as Operation } from "@flyteorg/flyteidl2/flyteidl2/cluster/payload_pb.ts";
import { ActionIdentifierSchema, type ActionIdentifier } from "@flyteorg/flyteidl2/flyteidl2/common/identifier_pb.ts";
import { ActionPhase } from "@flyteorg/flyteidl2/flyteidl2/common/phase_pb.ts";
import { LiteralSchema, type Literal } from "@flyteorg/flyteidl2/flyteidl2/core/literals_pb.ts";
import { BlobType_BlobDimensionality as Dimensionality, LiteralTypeSchema, SimpleType, type LiteralType } from "@flyteorg/flyteidl2/flyteidl2/core/types_pb.ts";
import { NamedLiteralSchema } from "@flyteorg/flyteidl2/flyteidl2/task/common_pb.ts";
import { TaskSpecSchema, type TaskSpec } from "@flyteorg/flyteidl2/flyteidl2/task/task_definition_pb.ts";
import { type ActionDetails } from "@flyteorg/flyteidl2/flyteidl2/workflow/run_definition_pb.ts";
import { type Clients, domain, project } from "./clients.ts";

export const text: LiteralType = create(LiteralTypeSchema, { type: { case: "simple", value: SimpleType.STRING } });
export const file: LiteralType = create(LiteralTypeSchema, {
  type: { case: "blob", value: { dimensionality: Dimensionality.SINGLE } },
});

export interface Task {
  name: string;
  script: string;
  inputs?: Record<string, LiteralType>;
  outputs?: Record<string, LiteralType>;
  secrets?: { key: string; env: string }[];
  bundle?: string;
}

/** A raw task: a shell script whose inputs and outputs are files. */
export function taskSpec(task: Task): TaskSpec {
  const variables = (types: Record<string, LiteralType> = {}) => ({
    variables: Object.entries(types).map(([key, type]) => ({ key, value: { type } })),
  });
  return create(TaskSpecSchema, {
    shortName: task.name,
    taskTemplate: {
      id: { name: task.name, project, domain },
      type: "raw-container",
      metadata: { codeBundleUri: task.bundle ?? "", retries: {} },
      interface: { inputs: variables(task.inputs), outputs: variables(task.outputs) },
      securityContext: { secrets: task.secrets?.map((s) => ({ key: s.key, envVar: s.env, mountRequirement: 1 })) ?? [] },
      target: {
        case: "container",
        value: {
          image: "local",
          command: ["sh"],
          args: ["-c", task.script],
          dataConfig: { enabled: true, inputPath: "/union/inputs", outputPath: "/union/outputs", format: 0 },
        },
      },
    },
  });
}

export function textLiteral(value: string): Literal {
  return create(LiteralSchema, {
    value: {
      case: "scalar",
      value: { value: { case: "primitive", value: { value: { case: "stringValue", value } } } },
    },
  });
}

export function fileLiteral(uri: string): Literal {
  return create(LiteralSchema, {
    value: {
      case: "scalar",
      value: {
        value: { case: "blob", value: { uri, metadata: { type: { dimensionality: Dimensionality.SINGLE } } } },
      },
    },
  });
}

export function textOf(literal: Literal | undefined): string | undefined {
  const scalar = literal?.value.case === "scalar" ? literal.value.value.value : undefined;
  const primitive = scalar?.case === "primitive" ? scalar.value.value : undefined;
  return primitive?.case === "stringValue" ? primitive.value : undefined;
}

/** PUTs to the object store by a signed URL, as the stock SDK uploads a bundle; answers the reference. */
export async function upload(clients: Clients, filename: string, content: Uint8Array): Promise<string> {
  const md5 = createHash("md5").update(content).digest();
  const data = await clients.data(Operation.CREATE_UPLOAD_LOCATION);
  const location = await data.createUploadLocation({
    project, domain, filename, contentMd5: md5, addContentMd5Metadata: true, expiresIn: { seconds: 60n },
  });
  const headers = new Headers(location.headers);
  headers.set("content-md5", md5.toString("base64"));
  const put = await fetch(location.signedUrl, {
    method: "PUT",
    headers,
    body: new Uint8Array(content),
  });
  if (put.status !== 200 && put.status !== 201 && put.status !== 204) {
    throw new Error(`the store answered ${put.status}: ${await put.text()}`);
  }
  return location.nativeUrl;
}

/** Inputs to the cluster, then the run to the control plane, with references only. */
export async function submit(
  clients: Clients, task: Task, inputs: Record<string, Literal> = {}, name?: string,
): Promise<ActionIdentifier> {
  const spec = taskSpec(task);
  const literals = Object.entries(inputs).map(([key, value]) => create(NamedLiteralSchema, { name: key, value }));
  const data = await clients.data(Operation.UPLOAD_INPUTS);
  const uploaded = await data.uploadInputs({
    id: { case: "projectId", value: { name: project, domain } },
    task: { case: "taskSpec", value: spec },
    inputs: { literals },
  });
  const created = await clients.runs.createRun({
    id: name === undefined
      ? { case: "projectId", value: { name: project, domain } }
      : { case: "runId", value: { project, domain, name } },
    task: { case: "taskSpec", value: spec },
    inputWrapper: { case: "offloadedInputData", value: uploaded.offloadedInputData! },
    runSpec: {},
  });
  return created.run!.action!.id!;
}

export const ended = new Set([ActionPhase.SUCCEEDED, ActionPhase.FAILED, ActionPhase.ABORTED, ActionPhase.TIMED_OUT]);

/** Watches an action to its end, as the stock SDK waits for a run; answers every state that was sent. */
export async function watch(clients: Clients, actionId: ActionIdentifier, each?: (d: ActionDetails) => Promise<void>): Promise<ActionDetails[]> {
  const states: ActionDetails[] = [];
  for await (const message of clients.runs.watchActionDetails({ actionId }, { timeoutMs: 60_000 })) {
    states.push(message.details!);
    await each?.(message.details!);
    if (ended.has(message.details!.status!.phase)) {
      break;
    }
  }
  return states;
}

export function actionOf(root: ActionIdentifier, name: string): ActionIdentifier {
  return create(ActionIdentifierSchema, { run: root.run, name });
}
