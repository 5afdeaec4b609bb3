import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const readyWithin = 60_000;

/** Both planes as `union up` starts them, in a folder and on ports of their own. */
export class Installation {
  private constructor(
    private readonly process: ChildProcess,
    readonly folder: string,
    readonly endpoint: string,
    private readonly said: string[],
  ) {}

  /** @param configure Writes what else is wanted below the folder; answers variables, and the scheme of the address. */
  static async start(
    union: string,
    configure: (folder: string) => Promise<{ variables: Record<string, string>; scheme: string }> = async () => ({ variables: {}, scheme: "http" }),
  ): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), "union-clients-"));
    const { variables, scheme } = await configure(folder);
    const [clients, clusters, objects, actions, controlOps, computeOps] = await freePorts(6);
    const process_ = spawn(union, ["up"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        HOME: folder,
        UNION_HOME: join(folder, "union"),
        UNION_CONTROLPLANE_CLIENTS_LISTEN: `127.0.0.1:${clients}`,
        UNION_CONTROLPLANE_CLUSTERS_LISTEN: `127.0.0.1:${clusters}`,
        UNION_CONTROLPLANE_OPS_LISTEN: `127.0.0.1:${controlOps}`,
        UNION_COMPUTEPLANE_CONTROLPLANE_ADDRESS: `127.0.0.1:${clusters}`,
        UNION_COMPUTEPLANE_OBJECTS_LISTEN: `127.0.0.1:${objects}`,
        UNION_COMPUTEPLANE_ACTIONS_LISTEN: `127.0.0.1:${actions}`,
        UNION_COMPUTEPLANE_OPS_LISTEN: `127.0.0.1:${computeOps}`,
        ...variables,
      },
    });
    const said: string[] = [];
    const installation = new Installation(process_, folder, `${scheme}://127.0.0.1:${clients}`, said);
    try {
      await installation.ready();
      return installation;
    } catch (e) {
      await installation.stop();
      throw e;
    }
  }

  /** Everything that both planes printed or logged. */
  get log(): string {
    return this.said.join("\n");
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      // Not SIGINT: a script in the background hands "ignore it" down to all its children.
      this.process.kill("SIGTERM");
      const late = setTimeout(() => this.process.kill("SIGKILL"), 20_000);
      await once(this.process, "exit");
      clearTimeout(late);
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`not ready:\n${this.log}`)), readyWithin);
      const listen = (line: string) => {
        this.said.push(line);
        if (line.startsWith("Ready in")) {
          clearTimeout(late);
          resolve();
        }
      };
      createInterface({ input: this.process.stdout! }).on("line", listen);
      createInterface({ input: this.process.stderr! }).on("line", listen);
      this.process.on("exit", () => reject(new Error(`'union up' ended:\n${this.log}`)));
    });
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((s) => (s.address() as AddressInfo).port);
  await Promise.all(servers.map((s) => new Promise((closed) => s.close(closed))));
  return ports;
}
