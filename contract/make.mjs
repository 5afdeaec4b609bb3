// Writes the wire contract: what @flyteorg/flyteidl2 embeds, plus the additions beside this script.
// Usage: node make.mjs OUTPUT.binpb
// Beside OUTPUT.binpb it writes OUTPUT.files, the files to make C# of: protoc wants each named, and google/* is left
// out because its C# comes with Google.Protobuf and Google.Api.CommonProtos.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { embeddedFiles } from "./dump.mjs";
import { merge } from "./merge.mjs";
import { inDependencyOrder } from "./order.mjs";
import { parse } from "./parse.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2];
if (!output?.endsWith(".binpb")) {
  throw new Error("usage: node make.mjs OUTPUT.binpb");
}

const files = await embeddedFiles(join(here, "node_modules/@flyteorg/flyteidl2"));
merge(files, parse(readFileSync(join(here, "additions.txt"), "utf8")));
const set = create(FileDescriptorSetSchema, { file: inDependencyOrder(files) });
writeFileSync(output, toBinary(FileDescriptorSetSchema, set));
const names = set.file.map((file) => file.name).filter((name) => !name.startsWith("google/")).sort();
writeFileSync(output.replace(/binpb$/, "files"), names.map((name) => `${name}\n`).join(""));
console.log(`${output}: ${set.file.length} files`);
