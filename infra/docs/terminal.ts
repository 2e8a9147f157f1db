import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment, type Place, until } from "../../acceptance/proofs/harness/product.ts";

const BLOCK_MS = 60_000;
const READY_MS = 60_000;
const STOP_MS = 20_000;

/** What a reader of a page has: a terminal to type in, and one more for the command that stays. */
export type Terminals = AsyncDisposable & {
  /** Types a block into the terminal. @returns what it said, both streams. @throws Error with it, where the exit code is wrong */
  type(text: string, fails: boolean): Promise<string>;
  /** Starts a command that stays, in the other terminal; comes back when it says that Ctrl-C ends it. */
  stay(text: string): Promise<string>;
  /** Ends what stays as Ctrl-C does. */
  interrupt(): Promise<void>;
  /** What the command that stays has said so far. */
  said(): string;
};

/**
 * `npx`: whether npm's own is what finds the command, which takes it a second of processor time each; else one that knows where it
 * is, and nothing else.
 */
export function terminals(at: Place, { npx }: { readonly npx: boolean }): Terminals {
  const folder = mkdtempSync(join(tmpdir(), "armada-typed-"));
  const own = asUser(at);
  const known = join(folder, "bin");
  mkdirSync(known);
  writeFileSync(
    join(known, "npx"),
    `#!/bin/sh\n[ "$1" = armada ] || exit 127\nshift\nexec node ${join(at.root, "infra/bootstrap/armada.mjs")} "$@"\n`,
    { mode: 0o755 },
  );
  const env = npx ? own : { ...own, PATH: `${known}:${own.PATH}` };
  const shell = spawn("bash", ["--noprofile", "--norc"], { cwd: at.cwd, env, detached: true });
  const heard = listen(shell);
  shell.stdin.write("exec 2>&1\n");
  let typed = 0;
  let staying: { child: ChildProcess; heard: () => string } | undefined;

  async function interrupt(): Promise<void> {
    const ending = staying;
    staying = undefined;
    if (ending === undefined || ending.child.exitCode !== null || ending.child.signalCode !== null) return;
    const closed = new Promise<void>((resolve) => ending.child.once("close", () => resolve()));
    const mesh = join(at.cwd, ".armada/mesh.json");
    const pid: unknown = existsSync(mesh) ? JSON.parse(readFileSync(mesh, "utf8")).pid : undefined;
    if (typeof pid === "number") process.kill(pid, "SIGTERM");
    else if (ending.child.pid !== undefined) process.kill(-ending.child.pid, "SIGTERM");
    const late = setTimeout(() => killGroup(ending.child), STOP_MS);
    await closed;
    clearTimeout(late);
  }

  return {
    type: async (text, fails) => {
      const mark = `done-${++typed}-${process.pid}`;
      const file = join(folder, `${typed}.sh`);
      writeFileSync(file, `${text}\n`);
      const before = heard().length;
      // A command that is meant to fail runs beside, so that the terminal stays.
      shell.stdin.write(fails ? `(set -eo pipefail; . ${file}) </dev/null\n` : `set -eo pipefail; . ${file} </dev/null; set +e\n`);
      shell.stdin.write(`printf '\\n%s %s\\n' ${mark} $?\n`);
      const said = (): string => heard().slice(before);
      await until(`the block to end:\n${text}\n`, BLOCK_MS, () => shell.exitCode !== null || said().includes(`${mark} `)).catch(
        (error: unknown) => {
          throw new Error(`${error instanceof Error ? error.message : String(error)}; it said:\n${said()}`);
        },
      );
      const end = new RegExp(`\\n${mark} (\\d+)\\n`).exec(said());
      const code = shell.exitCode ?? Number(end?.[1] ?? 0);
      if ((code !== 0) !== fails) throw new Error(`exit code ${code} of:\n${text}\nit said:\n${said()}`);
      return said().slice(0, end?.index);
    },
    stay: async (text) => {
      await interrupt();
      const child = spawn("bash", ["-c", text], { cwd: at.cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
      const own = listen(child);
      staying = { child, heard: own };
      await until(`"${text}" to serve`, READY_MS, () => child.exitCode !== null || own().includes("Ctrl-C ends it")).catch(() => undefined);
      if (!own().includes("Ctrl-C ends it")) throw new Error(`"${text}" does not stay; it said:\n${own()}`);
      return own();
    },
    interrupt,
    said: () => staying?.heard() ?? "",
    [Symbol.asyncDispose]: async () => {
      const left = staying?.child;
      await interrupt();
      if (left !== undefined) killGroup(left);
      killGroup(shell);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listen(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return () => text;
}

/** Each terminal is a group of its own, so this reaches nothing else. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It is gone.
  }
}

/** Without what npm gives to the scripts of this checkout: a reader's terminal has none of it. */
function asUser(at: Place): Record<string, string> {
  const own = Object.entries(environment(at)).filter(
    ([name]) => !/^(?:npm_(?!config_)|npm_config_local_prefix$|INIT_CWD$|ARMADA_NATS_)/u.test(name),
  );
  const path = (process.env.PATH ?? "").split(":").filter((folder) => !folder.includes("node_modules"));
  return { ...Object.fromEntries(own), PATH: path.join(":"), NO_COLOR: "1" };
}
