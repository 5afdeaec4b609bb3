import { createConnectTransport } from "@connectrpc/connect-node";
import { createClient } from "@connectrpc/connect";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { promisify } from "node:util";
import { RunService } from "@flyteorg/flyteidl2/flyteidl2/workflow/run_service_pb.ts";
import { ClusterService } from "@flyteorg/flyteidl2/flyteidl2/cluster/service_pb.ts";
import { SelectClusterRequest_Operation as Operation } from "@flyteorg/flyteidl2/flyteidl2/cluster/payload_pb.ts";
import { Clients, protocols } from "./clients.ts";
import { Installation } from "./installation.ts";
import { secured } from "./secured.ts";
import { suite } from "./suite.ts";

const [union, buf] = process.argv.slice(2);
if (union === undefined || buf === undefined) {
  console.error("usage: main.mjs UNION BUF");
  process.exit(2);
}

const run = promisify(execFile);
const installation = await Installation.start(union);

try {
  let number = 0;
  for (const [name, transport] of Object.entries(protocols)) {
    await suite(name, new Clients(transport, installation.endpoint), ++number);
  }

  await test("a method without side effects is asked by GET, another one is not", async () => {
    const get = (method: string, message: unknown) => fetch(
      `${installation.endpoint}/flyteidl2.workflow.RunService/${method}?connect=v1&encoding=json&message=${encodeURIComponent(JSON.stringify(message))}`,
    );

    const listed = await get("ListRuns", { request: { limit: 1 }, projectId: { name: "default", domain: "development" } });
    const created = await get("CreateRun", {});

    assert.equal(listed.status, 200);
    assert.equal(((await listed.json()) as { runs: unknown[] }).runs.length, 1);
    assert.equal(created.status, 405);
  });

  await test("a client that may ask by GET is answered the same", async () => {
    const transport = createConnectTransport({ baseUrl: installation.endpoint, httpVersion: "1.1", useHttpGet: true });

    const answer = await createClient(RunService, transport).listRuns({
      request: { limit: 1 },
      scopeBy: { case: "projectId", value: { name: "default", domain: "development" } },
    });

    assert.equal(answer.runs.length, 1);
  });

  await test("the cluster serves what docs/api.md says, below its own address and through the control plane's", async () => {
    const page = await readFile(new URL("../../../docs/api.md", import.meta.url), "utf8");
    const methods = [...page.matchAll(/^## (?<service>\S+)\n(?<rows>(?:(?!^## )[^])*)/gm)].flatMap(({ groups }) =>
      [...groups!.rows!.matchAll(/^\| (\w+) \| cluster \| \w+ \| (.*)\|$/gm)].map((row) => ({
        path: `/${groups!.service}/${row[1]}`,
        streams: row[2]!.includes("streams"),
      })));
    const { clusterEndpoint } = await createClient(ClusterService, createConnectTransport({ baseUrl: installation.endpoint, httpVersion: "1.1" }))
      .selectCluster({ operation: Operation.UPLOAD_INPUTS, resource: { case: "projectId", value: { name: "default", domain: "development" } } });

    for (const { path, streams } of methods) {
      const ask = (base: string) => fetch(base + path, {
        method: "POST",
        headers: { "content-type": streams ? "application/connect+json" : "application/json" },
        body: streams ? "\0\0\0\0\x02{}" : "{}",
      }).then((response) => response.text());

      assert.doesNotMatch(await ask(installation.endpoint), /unimplemented/, path);
      assert.doesNotMatch(await ask(clusterEndpoint), /unimplemented/, path);
    }
    assert.ok(methods.length >= 10);
  });

  for (const protocol of ["connect", "grpc", "grpcweb"]) {
    await test(`buf curl finds the services by reflection over ${protocol}`, async () => {
      const method = `${installation.endpoint}/flyteidl2.project.ProjectService/ListProjects`;

      const { stdout } = await run(buf, ["curl", "--protocol", protocol, "--http2-prior-knowledge", "--data", "{}", method]);

      assert.equal(JSON.parse(stdout).projects.projects[0].id, "default");
    });
  }

  await secured(union);

  await test("neither plane logged what tasks were given, said or failed with", () => {
    for (const word of ["hunter2", "the crop is wet", "hello over", "no-such-run", "Not_A_Name"]) {
      assert.ok(!installation.log.includes(word), `the log holds '${word}':\n${installation.log}`);
    }
  });
} finally {
  await installation.stop();
}
