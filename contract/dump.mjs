// Reads the file descriptors that the generated TypeScript of @flyteorg/flyteidl2 embeds.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/**
 * The FileDescriptorProtos of every generated file below `root`, by their proto path. The package ships .ts only,
 * which node cannot import: esbuild bundles all of it into one throw-away module first.
 */
export async function embeddedFiles(root) {
  const sources = readdirSync(root, { recursive: true }).filter((name) => name.endsWith("_pb.ts")).sort();
  const folder = mkdtempSync(join(tmpdir(), "contract-"));
  try {
    const bundle = join(folder, "bundle.mjs");
    await build({
      stdin: {
        contents: sources.map((name, i) => `export * as m${i} from ${JSON.stringify(`./${name}`)};`).join("\n"),
        resolveDir: root,
      },
      bundle: true,
      format: "esm",
      platform: "node",
      logLevel: "error",
      outfile: bundle,
    });
    const modules = Object.values(await import(pathToFileURL(bundle)));
    const descriptors = modules.flatMap((m) => Object.values(m)).filter((value) => value?.kind === "file");
    if (descriptors.length !== sources.length) {
      throw new Error(`${sources.length} generated files hold ${descriptors.length} file descriptors`);
    }
    return new Map(descriptors.map(({ proto }) => [proto.name, proto]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
