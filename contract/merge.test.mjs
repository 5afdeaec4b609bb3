// Run with: node --test contract/   (after make.sh, which installs the packages)
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { embeddedFiles } from "./dump.mjs";
import { merge } from "./merge.mjs";
import { inDependencyOrder } from "./order.mjs";
import { parse } from "./parse.mjs";

const root = fileURLToPath(new URL("node_modules/@flyteorg/flyteidl2", import.meta.url));

async function merged(text) {
  const files = await embeddedFiles(root);
  merge(files, parse(text));
  inDependencyOrder(files);
  return files;
}

const run = (body) => `file "flyteidl2/task/run.proto" { extend message RunSpec { ${body} } }`;
const refused = {
  "a number that is taken": [run("string other = 6;"), /6 is taken/],
  "a name that is taken": [run("string cluster = 99;"), /name is taken/],
  "a JSON name that is taken": [run("string rawDataStorage = 99;"), /name is taken/],
  "a number that is reserved": [
    'file "flyteidl2/trigger/trigger_definition.proto" { extend message TriggerSpec { string x = 1; } }',
    /1 is taken or reserved/,
  ],
  "a name that is reserved": [
    'file "flyteidl2/workflow/run_definition.proto" { extend message ConditionAction { string run_id = 99; } }',
    /taken or reserved/,
  ],
  "an enum number that is taken": [
    'file "flyteidl2/common/phase.proto" { extend enum ActionPhase { OTHER = 9; } }',
    /9 is taken/,
  ],
  "an enum value whose name a sibling enum has": [
    'file "flyteidl2/common/phase.proto" { enum Other { ACTION_PHASE_QUEUED = 0; } }',
    /name is taken/,
  ],
  "a new message whose name is taken": ['file "flyteidl2/task/run.proto" { message RunSpec { } }', /name is taken/],
  "a method whose name is taken": [
    'file "flyteidl2/workflow/run_service.proto" { extend service RunService { rpc CreateRun(workflow.CreateRunRequest) returns (workflow.CreateRunResponse); } }',
    /name is taken/,
  ],
  "a type that is unknown": [run("common.Nothing x = 99;"), /no type common\.Nothing/],
  "a rename whose number is another field's": [run("rename cluster = 7 to queue;"), /no such field/],
  "a rename onto a taken name": [run("rename cluster = 6 to envs;"), /envs is taken/],
  "extending what is not there": ['file "flyteidl2/task/run.proto" { extend message Nothing { } }', /no such message/],
  "an import cycle": [
    'file "flyteidl2/common/identifier.proto" { extend message RunIdentifier { task.RunSpec x = 99; } }',
    /import cycle/,
  ],
  "an unfinished block": ['file "flyteidl2/task/run.proto" { extend message RunSpec {', /ends too early|expected/],
};

for (const [name, [text, message]] of Object.entries(refused)) {
  test(`refuses ${name}`, () => assert.rejects(merged(text), message));
}

test("a new oneof stands before those of optional fields, which still point at theirs", async () => {
  const files = await merged(
    'file "flyteidl2/trigger/trigger_definition.proto" { extend message TriggerDetails { oneof which { string a = 98; existing status = 4; } } }',
  );
  const message = files.get("flyteidl2/trigger/trigger_definition.proto").messageType.find((m) => m.name === "TriggerDetails");
  const oneofOf = (field) => message.oneofDecl[message.field.find((f) => f.name === field).oneofIndex].name;

  assert.deepEqual(message.oneofDecl.map((o) => o.name), ["which", "_description"]);
  assert.deepEqual(["a", "status", "description"].map(oneofOf), ["which", "which", "_description"]);
});
