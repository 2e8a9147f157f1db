import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** The product as a user has it: a checkout, a folder to work in, an environment. */
export const here = fileURLToPath(new URL("../../../", import.meta.url));

export type Place = { readonly root: string; readonly cwd: string; readonly env: Readonly<Record<string, string>> };
export type Ended = {
  readonly code: number;
  /** The lines of stdout that are JSON objects. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
};

/** A place of its own, removed by `dispose`; provider keys and meshes of the caller's environment do not reach it. */
export function place(env: Readonly<Record<string, string>> = {}, root: string = here): Place & Disposable {
  const cwd = mkdtempSync(join(tmpdir(), "armada-prove-"));
  return { root, cwd, env, [Symbol.dispose]: () => rmSync(cwd, { recursive: true, force: true }) };
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) {
    child.kill("SIGTERM");
    child.kill("SIGCONT"); // one that a proof has stopped would not hear the first
  }
});

/** A process that does not outlive this one, however this one ends short of kill -9. */
export function owned<C extends ChildProcess>(child: C): C {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

const FOREIGN = /^(?:ANTHROPIC_|OPENAI_|NATS_URL|NATS_CREDS|OTEL_|VITEST|NODE_OPTIONS|ARMADA_(?!NATS_))/u;

/** What a process of the product has: what the bootstrap of its checkout would give it, so that a copy finds code that is compiled. */
export function environment(at: Place): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
  return {
    ...Object.fromEntries(own.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    NODE_COMPILE_CACHE: join(at.root, ".cache/compile"),
    NODE_COMPILE_CACHE_PORTABLE: "1",
    ...at.env,
  };
}

/** Runs one command of the command line to its end. `deadline` in milliseconds; past it the command is killed and the code is -1. */
export async function armada(args: readonly string[], at: Place, deadline = 120_000): Promise<Ended> {
  return ended(
    spawn(process.execPath, [join(at.root, "libs/cli/src/main.ts"), ...args], { cwd: at.cwd, env: environment(at), timeout: deadline }),
  );
}

export function ended(child: ChildProcess): Promise<Ended> {
  owned(child);
  const began = performance.now();
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => (stdout += chunk));
  child.stderr?.on("data", (chunk) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, lines: objects(stdout), stdout, stderr, ms: performance.now() - began }));
  });
}

function objects(text: string): Record<string, unknown>[] {
  return text.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null ? [{ ...parsed }] : [];
  });
}

const MeshFile = z.object({
  pid: z.number(),
  nats: z.string(),
  keys: z.string(),
  gateway: z.string().optional(),
  key: z.string().optional(),
  pids: z.record(z.string(), z.array(z.number())),
});
export type MeshFile = z.infer<typeof MeshFile>;

/** A mesh that `armada up --json` runs, or another command that stays. */
export type Up = AsyncDisposable & {
  readonly pid: number;
  /** `.armada/mesh.json` as it is now. */
  mesh(): MeshFile;
  /** What it has said so far, beside the lines that it prints. */
  said(): string;
  printed(): string;
  /** kill -9 of the command itself: its children are not asked. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a mesh and waits until it says that it is ready. @throws Error with what it said, where it does not within 60 s */
export async function up(args: readonly string[], at: Place, command = "up"): Promise<Up> {
  const child = owned(
    spawn(process.execPath, [join(at.root, "libs/cli/src/main.ts"), command, "--json", ...args], {
      cwd: at.cwd,
      env: environment(at),
    }),
  );
  const file = join(at.cwd, ".armada/mesh.json");
  const read = (): MeshFile => MeshFile.parse(JSON.parse(readFileSync(file, "utf8")));
  let said = "";
  let out = "";
  child.stderr.on("data", (chunk) => (said += chunk));
  child.stdout.on("data", (chunk) => (out += chunk));
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    const late = setTimeout(() => {
      // Killed, it leaves its server behind.
      const server = existsSync(file) ? read().pids.nats?.[0] : undefined;
      child.kill("SIGKILL");
      if (server !== undefined) process.kill(server, "SIGKILL");
    }, 20_000);
    await gone;
    clearTimeout(late);
  };
  await until(`\`${command}\` to be ready`, 60_000, () => {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}: ${said}`);
    return out.includes('"type":"ready"');
  }).catch(async (error: unknown) => {
    await stop();
    throw new Error(`${error instanceof Error ? error.message : String(error)}; it said: ${said}`);
  });
  return {
    pid: child.pid ?? 0,
    mesh: read,
    said: () => said,
    printed: () => out,
    kill: async () => {
      child.kill("SIGKILL");
      await gone;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Waits for a condition. `deadline` in milliseconds. @throws Error that names what was waited for */
export async function until<T>(what: string, deadline: number, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  const end = performance.now() + deadline;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited ${deadline / 1_000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
