import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { promisify } from "node:util";
import { SelectClusterRequest_Operation as Operation } from "@flyteorg/flyteidl2/flyteidl2/cluster/payload_pb.ts";
import { ActionPhase } from "@flyteorg/flyteidl2/flyteidl2/common/phase_pb.ts";
import { ArtifactType } from "@flyteorg/flyteidl2/flyteidl2/dataproxy/dataproxy_service_pb.ts";
import { InputsSchema, TriggerAutomationSpecType } from "@flyteorg/flyteidl2/flyteidl2/task/common_pb.ts";
import { type Clients, domain, project } from "./clients.ts";
import { actionOf, ended, file, fileLiteral, submit, taskSpec, text, textLiteral, textOf, upload, watch } from "./work.ts";

const run = promisify(execFile);

/** What a person does, in the order in which they do it, over one protocol. */
export async function suite(name: string, clients: Clients, number: number): Promise<void> {
  await test(name, async (t) => {
    await t.test("a file is uploaded by signed URL, and a run reads it, reports and logs", async () => {
      const uri = await upload(clients, "greeting.txt", new TextEncoder().encode(`hello over ${name}`));

      const root = await submit(
        clients,
        {
          name: "greet",
          inputs: { who: text, greeting: file },
          outputs: { said: text },
          script: `
            echo "for $(cat "$UNION_INPUTS/who")"
            printf '%s, %s' "$(cat "$UNION_INPUTS/greeting")" "$(cat "$UNION_INPUTS/who")" > "$UNION_OUTPUTS/said"
            printf '<p>reported</p>' > "$UNION_REPORT"`,
        },
        { who: textLiteral("Ada"), greeting: fileLiteral(uri) },
      );
      const states = await watch(clients, root);

      assert.equal(states.at(-1)?.status?.phase, ActionPhase.SUCCEEDED, states.at(-1)?.result.case);
      const data = await (await clients.data(Operation.GET_ACTION_DATA)).getActionData({ actionId: root });
      assert.deepEqual(data.outputs?.literals.map((o) => [o.name, textOf(o.value)]), [["said", `hello over ${name}, Ada`]]);
      assert.equal(textOf(data.inputs?.literals.find((i) => i.name === "who")?.value), "Ada");
      assert.equal(await logOf(clients, root), "for Ada");
      assert.equal(await reportOf(clients, root), "<p>reported</p>");
      const outOfSpec = states.at(-1)?.spec;
      const template = outOfSpec?.case === "task" ? outOfSpec.value.taskTemplate : undefined;
      assert.match(template?.target.case === "container" ? template.target.value.args.join(" ") : "", /UNION_REPORT/);
    });

    await t.test("a watch begins with a snapshot and follows every phase to the end", async () => {
      const root = await submit(clients, { name: "short", script: "true" });

      const first = await watch(clients, root);
      const again = await watch(clients, root);

      assert.equal(first.at(-1)?.status?.phase, ActionPhase.SUCCEEDED);
      assert.equal(again.length, 1);
      assert.ok(first.every((s, i) => i === 0 || s.status!.phase >= first[i - 1]!.status!.phase), "phases went backwards");
    });

    await t.test("a task starts children and uses what they wrote", async () => {
      const folder = await mkdtemp(join(tmpdir(), "union-bundle-"));
      await writeFile(
        join(folder, "child.yaml"),
        `name: child\ncommand: [sh, -c, 'printf "%s!" "$(cat "$UNION_INPUTS/word")" > "$UNION_OUTPUTS/loud"']\n` +
          "inputs: {word: string}\noutputs: {loud: string}\n",
      );
      await run("tar", ["-czf", join(folder, "bundle.tar.gz"), "-C", folder, "child.yaml"]);
      const code = await readFile(join(folder, "bundle.tar.gz"));
      const bundle = await upload(clients, `bundle${number}.tar.gz`, code);
      await rm(folder, { recursive: true });

      const root = await submit(clients, {
        name: "parent",
        bundle,
        outputs: { said: text },
        script: `
          union action enqueue child.yaml --name c1 --group words --input word=hear
          union action wait c1 && union action output c1 loud > "$UNION_OUTPUTS/said"`,
      });
      const states = await watch(clients, root);

      assert.equal(states.at(-1)?.status?.phase, ActionPhase.SUCCEEDED, `${await logOf(clients, root)}`);
      const { actions } = await clients.runs.listActions({ runId: root.run, request: { limit: 10 } });
      assert.deepEqual(actions.map((a) => [a.id?.name, a.metadata?.parent, a.metadata?.group]).sort(), [["a0", "", ""], ["c1", "a0", "words"]]);
      const data = await (await clients.data(Operation.GET_ACTION_DATA)).getActionData({ actionId: actionOf(root, "c1") });
      assert.equal(textOf(data.outputs?.literals[0]?.value), "hear!");

      const links = await clients.data(Operation.CREATE_DOWNLOAD_LINK);
      const link = await links.createDownloadLink({
        artifactType: ArtifactType.CODE_BUNDLE,
        source: { case: "actionAttemptId", value: { actionId: root, attempt: 1 } },
      });
      const fetched = await fetch(link.preSignedUrls!.signedUrl[0]!);
      assert.deepEqual(Buffer.from(await fetched.arrayBuffer()), code);
    });

    await t.test("a failure is told with the task's own words", async () => {
      const root = await submit(clients, { name: "fails", script: "echo 'the crop is wet' >&2; exit 3" });

      const last = (await watch(clients, root)).at(-1);

      assert.equal(last?.status?.phase, ActionPhase.FAILED);
      assert.ok(last?.result.case === "errorInfo");
      assert.match(last.result.value.message, /the crop is wet/);

      const links = await clients.data(Operation.CREATE_DOWNLOAD_LINK);
      await refused(Code.NotFound, links.createDownloadLink({
        artifactType: ArtifactType.CODE_BUNDLE,
        source: { case: "actionAttemptId", value: { actionId: root, attempt: 1 } },
      }));
    });

    await t.test("a run is aborted, once and for all", async () => {
      const root = await submit(clients, { name: "long", script: "sleep 300" });

      const states = await watch(clients, root, async (state) => {
        if (state.status?.phase === ActionPhase.RUNNING) {
          await clients.runs.abortRun({ runId: root.run, reason: "enough" });
        }
      });
      await clients.runs.abortRun({ runId: root.run, reason: "again" });
      const { details } = await clients.runs.getActionDetails({ actionId: root });

      assert.equal(states.at(-1)?.status?.phase, ActionPhase.ABORTED);
      assert.equal(details?.status?.phase, ActionPhase.ABORTED);
    });

    await t.test("a secret reaches its task and nobody else", async () => {
      const secrets = await clients.secrets();
      const id = { name: `key_${number}`, project, domain, organization: "" };
      await secrets.createSecret({ id, secretSpec: { value: { case: "binaryValue", value: new TextEncoder().encode("hunter2") } } });

      const root = await submit(clients, {
        name: "sealed",
        secrets: [{ key: id.name, env: "KEY" }],
        outputs: { length: text },
        script: 'printf %s "${#KEY}" > "$UNION_OUTPUTS/length"',
      });
      await watch(clients, root);
      const data = await (await clients.data(Operation.GET_ACTION_DATA)).getActionData({ actionId: root });
      const listed = await secrets.listSecrets({ project, domain, organization: "", limit: 10 });
      await secrets.deleteSecret({ id });

      assert.equal(textOf(data.outputs?.literals[0]?.value), "7");
      assert.ok(listed.secrets.some((s) => s.id?.name === id.name));
      await refused(Code.NotFound, secrets.getSecret({ id }));
    });

    await t.test("a task is deployed once, found as the latest, and run by its name", async () => {
      const taskId = { org: "", project, domain, name: `deployed.greet${number}`, version: "v1" };
      const spec = taskSpec({ name: taskId.name, outputs: { said: text }, script: 'printf deployed > "$UNION_OUTPUTS/said"' });
      await clients.tasks.deployTask({ taskId, spec });
      await refused(Code.AlreadyExists, clients.tasks.deployTask({ taskId, spec }));

      const listed = await clients.tasks.listTasks({
        request: { limit: 1, filters: [{ field: "name", values: [taskId.name] }], sortBy: { key: "created_at", direction: 0 } },
        scopeBy: { case: "projectId", value: { name: project, domain } },
      });
      const found = listed.tasks[0]?.taskId;
      const { details } = await clients.tasks.getTaskDetails({ taskId: found });
      const data = await clients.data(Operation.UPLOAD_INPUTS);
      const { offloadedInputData } = await data.uploadInputs({
        id: { case: "projectId", value: { name: project, domain } }, task: { case: "taskId", value: found! }, inputs: {},
      });
      const created = await clients.runs.createRun({
        id: { case: "projectId", value: { name: project, domain } },
        task: { case: "taskId", value: found! },
        inputWrapper: { case: "offloadedInputData", value: offloadedInputData! },
        runSpec: {},
      });
      const root = created.run!.action!.id!;
      const states = await watch(clients, root);

      const after = await clients.tasks.listTasks({
        scopeBy: { case: "projectId", value: { name: project, domain } }, request: { limit: 100 },
      });
      const summary = after.tasks.find((t) => t.taskId?.name === found?.name)?.taskSummary;
      assert.equal(summary?.latestRun?.runId?.name, root.run?.name);

      assert.equal(found?.version, "v1");
      const target = details?.spec?.taskTemplate?.target;
      assert.match(target?.case === "container" ? target.value.args.join(" ") : "", /printf deployed/);
      assert.equal(states.at(-1)?.status?.phase, ActionPhase.SUCCEEDED);
      const result = await (await clients.data(Operation.GET_ACTION_DATA)).getActionData({ actionId: root });
      assert.equal(textOf(result.outputs?.literals[0]?.value), "deployed");
    });

    await t.test("a trigger is deployed, switched off and deleted", async () => {
      const name = { org: "", project, domain, taskName: `deployed.greet${number}`, name: "nightly" };
      const deployed = await clients.triggers.deployTrigger({
        name,
        spec: { active: true, taskVersion: "v1", runSpec: {} },
        automationSpec: {
          type: TriggerAutomationSpecType.TYPE_SCHEDULE,
          automation: { case: "schedule", value: { expression: { case: "cron", value: { expression: "0 3 * * *", timezone: "UTC" } } } },
        },
      });
      await clients.triggers.updateTriggers({ names: [name], active: false });
      const read = await clients.triggers.getTriggerDetails({ name });
      await clients.triggers.deleteTriggers({ names: [name] });

      assert.equal(deployed.trigger?.spec?.active, true);
      assert.equal(read.trigger?.spec?.active, false);
      await refused(Code.NotFound, clients.triggers.getTriggerDetails({ name }));
    });

    await t.test("runs are listed page by page", async () => {
      const seen: string[] = [];
      let token = "";
      do {
        const page = await clients.runs.listRuns({
          request: { limit: 2, token },
          scopeBy: { case: "projectId", value: { name: project, domain } },
        });
        assert.ok(page.runs.length <= 2);
        seen.push(...page.runs.map((r) => r.action!.id!.run!.name));
        token = page.token;
      } while (token !== "");

      assert.ok(seen.length >= 6);
      assert.equal(new Set(seen).size, seen.length);
    });

    await t.test("CreateRun may be repeated", async () => {
      const [same, other] = [`again-${number}`, `once-${number}`];

      const first = await submit(clients, { name: "short", script: "true" }, {}, same);
      const second = await submit(clients, { name: "short", script: "true" }, {}, same);

      assert.deepEqual(second, first);
      await submit(clients, { name: "short", script: "true" }, {}, other);
      await refused(Code.AlreadyExists, submit(clients, { name: "short", script: "false" }, {}, other));
    });

    await t.test("what is wrong is said with the right code", async () => {
      const run_ = { project, domain, name: "no-such-run" };
      const error = await refused(Code.NotFound, clients.runs.getRunDetails({ runId: run_ }));
      assert.equal(error.details.length, 1);
      await refused(Code.InvalidArgument, submit(clients, { name: "short", script: "true" }, {}, "Not_A_Name"));
      const inline = await refused(Code.InvalidArgument, clients.runs.createRun({
        id: { case: "projectId", value: { name: project, domain } },
        task: { case: "taskSpec", value: taskSpec({ name: "short", script: "true" }) },
        inputWrapper: { case: "inputs", value: create(InputsSchema, { literals: [{ name: "who", value: textLiteral("Ada") }] }) },
      }));
      assert.match(inline.message, /UploadInputs/);
      await refused(Code.InvalidArgument, clients.runs.listRuns({
        request: { limit: 2, token: await tokenOfActions(clients) },
        scopeBy: { case: "projectId", value: { name: project, domain } },
      }));
      const list = (request: object) => clients.runs.listRuns({
        request: { limit: 2, ...request }, scopeBy: { case: "projectId", value: { name: project, domain } },
      });
      await refused(Code.InvalidArgument, list({ filters: [{ function: 99, field: "phase", values: ["4"] }] }));
      await refused(Code.InvalidArgument, list({ sortByFields: [{ key: "no_such_key" }] }));
      await refused(Code.InvalidArgument, list({ sortByFields: [{ key: "created_at", direction: 99 }] }));
      await refused(Code.DeadlineExceeded, tooLate(clients));
      await refused(Code.ResourceExhausted, clients.runs.abortRun({ runId: run_, reason: "x".repeat(5 << 20) }));
    });

    await t.test("a method that nobody serves answers unimplemented with its name", async () => {
      const error = await refused(Code.Unimplemented, clients.domains.createDomain({}));

      assert.match(error.message, /DomainService\/CreateDomain/);
    });

    await t.test("a client that leaves ends its watch", async () => {
      const root = await submit(clients, { name: "long", script: "sleep 300" });
      const leaving = new AbortController();

      const watching = (async () => {
        for await (const _ of clients.runs.watchActionDetails({ actionId: root }, { signal: leaving.signal })) {
          leaving.abort();
        }
      })();

      await refused(Code.Canceled, watching);
      await clients.runs.abortRun({ runId: root.run, reason: "done" });
    });
  });
}

export async function refused(code: Code, call: Promise<unknown>): Promise<ConnectError> {
  try {
    await call;
  } catch (e) {
    const error = ConnectError.from(e);
    assert.equal(Code[error.code], Code[code], error.message);
    return error;
  }
  assert.fail(`not refused with ${Code[code]}`);
}

/** A watch of a run that goes on, with a deadline that ends it. */
async function tooLate(clients: Clients): Promise<void> {
  const root = await submit(clients, { name: "long", script: "sleep 300" });
  try {
    for await (const _ of clients.runs.watchActionDetails({ actionId: root }, { timeoutMs: 500 })) {
      // The deadline is what is waited for.
    }
  } finally {
    await clients.runs.abortRun({ runId: root.run, reason: "done" });
  }
}

async function logOf(clients: Clients, actionId: Parameters<typeof watch>[1]): Promise<string> {
  const data = await clients.data(Operation.TAIL_LOGS);
  const lines: string[] = [];
  for await (const message of data.tailLogs({ actionId, attempt: 1 }, { timeoutMs: 30_000 })) {
    lines.push(...message.logs.flatMap((l) => l.lines.map((line) => line.message.trimEnd())));
  }
  return lines.join("\n");
}

async function reportOf(clients: Clients, actionId: Parameters<typeof watch>[1]): Promise<string> {
  const data = await clients.data(Operation.CREATE_DOWNLOAD_LINK);
  const link = await data.createDownloadLink({
    artifactType: ArtifactType.REPORT,
    source: { case: "actionAttemptId", value: { actionId, attempt: 1 } },
  });
  const response = await fetch(link.preSignedUrls!.signedUrl[0]!, { redirect: "error" });
  assert.equal(response.status, 200);
  return response.text();
}

async function tokenOfActions(clients: Clients): Promise<string> {
  const { runs } = await clients.runs.listRuns({
    request: { limit: 100 },
    scopeBy: { case: "projectId", value: { name: project, domain } },
  });
  for (const one of runs) {
    const page = await clients.runs.listActions({ runId: one.action!.id!.run, request: { limit: 1 } });
    if (page.token !== "") {
      return page.token;
    }
  }
  assert.fail("no run has a second page of actions");
}
