import { Code, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { createConnectTransport as createWebTransport, createGrpcWebTransport as createWebGrpcTransport } from "@connectrpc/connect-web";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { promisify } from "node:util";
import { SelectClusterRequest_Operation as Operation } from "@flyteorg/flyteidl2/flyteidl2/cluster/payload_pb.ts";
import { ActionPhase } from "@flyteorg/flyteidl2/flyteidl2/common/phase_pb.ts";
import { RunService } from "@flyteorg/flyteidl2/flyteidl2/workflow/run_service_pb.ts";
import { browserFetch, type Preflight } from "./browser.ts";
import { Clients, domain, project } from "./clients.ts";
import { Installation } from "./installation.ts";
import { refused } from "./suite.ts";
import { submit, text, textLiteral, textOf, watch } from "./work.ts";

const run = promisify(execFile);
const origin = "https://console.example.com";

/** `union up` as others reach it: TLS with a certificate of one's own, and a token for every call. */
export async function secured(union: string): Promise<void> {
  const hasOpenssl = await run("openssl", ["version"]).then(() => true, () => false);
  await test("over TLS and with a token", { skip: hasOpenssl ? false : "openssl, which makes the certificate, is not installed" }, async (t) => {
    const installation = await Installation.start(union, configure);
    try {
      const ca = await readFile(join(installation.folder, "tls.crt"), "utf8");
      const token = (await readFile(join(installation.folder, "union", "control-keys", "admin.token"), "utf8")).trim();
      const options = (baseUrl: string, bearer: string | null, trusted = true) => ({
        baseUrl,
        interceptors: [withToken(bearer)],
        nodeOptions: trusted ? { ca } : {},
      });
      const protocols: Record<string, (...o: Parameters<typeof options>) => Parameters<typeof createClient>[1]> = {
        "Connect over HTTP/1.1": (...o) => createConnectTransport({ httpVersion: "1.1", useBinaryFormat: true, ...options(...o) }),
        "Connect-JSON over HTTP/2": (...o) => createConnectTransport({ httpVersion: "2", useBinaryFormat: false, ...options(...o) }),
        gRPC: (...o) => createGrpcTransport(options(...o)),
        "gRPC-Web over HTTP/1.1": (...o) => createGrpcWebTransport({ httpVersion: "1.1", ...options(...o) }),
      };

      for (const [name, transport] of Object.entries(protocols)) {
        await t.test(`${name}: a run from its inputs to its outputs, and nothing without the token`, async () => {
          const clients = new Clients((baseUrl) => transport(baseUrl, token), installation.endpoint);

          const root = await submit(
            clients,
            { name: "greet", inputs: { who: text }, outputs: { said: text }, script: 'printf "hello %s" "$(cat "$UNION_INPUTS/who")" > "$UNION_OUTPUTS/said"' },
            { who: textLiteral("Ada") },
          );
          const states = await watch(clients, root);
          const data = await (await clients.data(Operation.GET_ACTION_DATA)).getActionData({ actionId: root });

          assert.equal(states.at(-1)?.status?.phase, ActionPhase.SUCCEEDED);
          assert.equal(textOf(data.outputs?.literals[0]?.value), "hello Ada");
          for (const bearer of [null, `${token}x`, "union_none"]) {
            const stranger = createClient(RunService, transport(installation.endpoint, bearer));
            await refused(Code.Unauthenticated, stranger.getActionDetails({ actionId: root }));
            await refused(Code.Unauthenticated, (async () => {
              for await (const _ of stranger.watchActionDetails({ actionId: root })) {
                assert.fail("a stranger was answered");
              }
            })());
            const strange = new Clients((baseUrl) => transport(baseUrl, bearer), (await clients.dataEndpoint()));
            await refused(Code.Unauthenticated, createClient(RunService, transport(strange.endpoint, bearer)).getActionData({ actionId: root }));
          }
          await assert.rejects(createClient(RunService, transport(installation.endpoint, token, false)).listRuns({}), "an unknown CA was trusted");
        });
      }

      for (const [name, create] of Object.entries({ Connect: createWebTransport, "gRPC-Web": createWebGrpcTransport })) {
        await t.test(`a page of a listed origin calls over ${name}, one of another does not`, async () => {
          process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
          try {
            const asked: Preflight[] = [];
            const page = (from: string) => createClient(RunService, create({
              baseUrl: installation.endpoint, fetch: browserFetch(from, asked), interceptors: [withToken(token)],
            }));
            const request = { request: { limit: 1 }, scopeBy: { case: "projectId" as const, value: { name: project, domain } } };

            const { runs } = await page(origin).listRuns(request, { timeoutMs: 30_000 });
            const root = runs[0]!.action!.id!;
            const phases = [];
            for await (const { details } of page(origin).watchActionDetails({ actionId: root }, { timeoutMs: 30_000 })) {
              phases.push(details?.status?.phase);
            }
            const missing = await refused(Code.NotFound, page(origin).getRunDetails({ runId: { project, domain, name: "no-such-run" } }));

            assert.deepEqual(phases, [ActionPhase.SUCCEEDED]);
            assert.equal(missing.details.length, 1);
            assert.ok(asked.length >= 3 && asked.every((preflight) => preflight.allowed), JSON.stringify(asked));
            assert.ok(asked[0]!.headers.includes("authorization"));
            await assert.rejects(page("https://evil.example").listRuns(request), /preflight/);
          } finally {
            delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
          }
        });
      }
    } finally {
      await installation.stop();
    }
  });
}

function withToken(token: string | null): Interceptor {
  return (next) => (request) => {
    if (token !== null) {
      request.header.set("authorization", `Bearer ${token}`);
    }
    return next(request);
  };
}

async function configure(folder: string): Promise<{ variables: Record<string, string>; scheme: string }> {
  await run("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=union",
    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", join(folder, "tls.key"), "-out", join(folder, "tls.crt"),
  ]);
  await mkdir(join(folder, "union"), { recursive: true });
  const file = join(folder, "union.yaml");
  await writeFile(
    file,
    `version: 1
controlPlane:
  auth: token
  clients:
    tls: {certificate: ${join(folder, "tls.crt")}, key: ${join(folder, "tls.key")}}
    origins: ["${origin}"]
`,
  );
  return { variables: { UNION_CONFIG: file }, scheme: "https" };
}
