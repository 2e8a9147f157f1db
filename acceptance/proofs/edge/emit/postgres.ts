import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Client } from "pg";
import { familyOf } from "../../harness/processes.ts";
import { owned, until } from "../../harness/product.ts";

const READY_MS = 60_000;
const DEBIAN = "/usr/lib/postgresql";

/** A PostgreSQL server of its own, on a port of loopback, in a folder that goes with it. */
export class Postgres implements AsyncDisposable {
  readonly url: string;
  readonly #bin: string;
  readonly #folder: string;
  readonly #port: number;
  #server: ChildProcess | undefined;

  private constructor(bin: string, folder: string, port: number) {
    this.#bin = bin;
    this.#folder = folder;
    this.#port = port;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  /** @throws Error where this machine has no server */
  static async start(port: number): Promise<Postgres> {
    const bin = programs();
    const folder = mkdtempSync(join(tmpdir(), "armada-prove-postgres-"));
    const user = identity();
    if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
    const server = new Postgres(bin, folder, port);
    try {
      const args = ["-D", join(folder, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"];
      execFileSync(join(bin, "initdb"), args, { ...user, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
      await server.#start();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Kill -9 of the server and all of its processes; another one recovers what was committed. */
  async kill(): Promise<void> {
    await this.#end();
    await this.#start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const args = ["-D", join(this.#folder, "data"), "-p", String(this.#port), "-h", "127.0.0.1", "-k", this.#folder];
    const server = owned(
      spawn(join(this.#bin, "postgres"), args, { ...identity(), cwd: this.#folder, stdio: ["ignore", "ignore", "pipe"] }),
    );
    let said = "";
    server.stderr?.on("data", (chunk) => (said = `${said}${chunk}`.slice(-2_000)));
    this.#server = server;
    await until("PostgreSQL to take connections", READY_MS, async () => {
      if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}: ${said}`);
      const db = new Client({ connectionString: this.url });
      return db.connect().then(
        () => db.end().then(() => true),
        () => undefined, // it is not there yet
      );
    });
  }

  async #end(): Promise<void> {
    const server = this.#server;
    if (server?.pid === undefined || server.exitCode !== null) return;
    const gone = new Promise((resolve) => server.once("exit", resolve));
    const family = familyOf(server.pid).map(({ pid }) => pid);
    for (const pid of family)
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it has ended with the one before
      }
    await gone;
    await until("the server's processes to be gone", READY_MS, () => family.every((pid) => !existsSync(`/proc/${pid}/exe`)));
    rmSync(join(this.#folder, "data/postmaster.pid"), { force: true });
  }
}

/** The folder of `initdb` and `postgres`. */
function programs(): string {
  const named = process.env.ARMADA_POSTGRES_BIN;
  const path = (process.env.PATH ?? "").split(delimiter);
  const debian = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = named === undefined ? [...path, ...debian.map((version) => join(DEBIAN, version, "bin"))] : [named];
  const found = folders.find((folder) => folder !== "" && ["initdb", "postgres"].every((name) => existsSync(join(folder, name))));
  if (found !== undefined) return found;
  throw new Error(
    "PostgreSQL's server is wanted: `apt-get install postgresql`, or ARMADA_POSTGRES_BIN names the folder of `initdb` and `postgres`",
  );
}

/** PostgreSQL refuses to run as root: then it runs as its own user, or as nobody. */
function identity(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map((which) => spawnSync("id", [which, name], { encoding: "utf8" }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  return {};
}
