import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
/** Keys, meshes and settings of whoever runs the tests do not reach the product under test. */
const FOREIGN = /^(?:ANTHROPIC_|OPENAI_|NATS_|OTEL_|VITEST|NODE_OPTIONS|ARMADA_(?!NATS_SERVER$|NATS_SOURCE$))/;

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string; readonly lines: readonly unknown[] };
export type Started = { readonly child: ChildProcess; readonly ended: Promise<Ended>; said(): string };

/** A folder to run commands in; disposing removes it. */
export function place(): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "armada-cli-"));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts the command line in `cwd`; killed after three minutes, so that a hanging command fails its test by its code. */
export function start(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...own, ...env }, timeout: 180_000, killSignal: "SIGKILL" });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr, lines: objects(stdout) }));
  });
  return { child, ended, said: () => stdout + stderr };
}

/** Runs a command to its end. */
export function armada(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return start(cwd, args, env).ended;
}

/** Waits until a started command has said `text`. @throws Error with what it said instead */
export async function says({ child, said }: Started, text: string | RegExp, deadline = 90_000): Promise<void> {
  const end = performance.now() + deadline;
  const found = (): boolean => (typeof text === "string" ? said().includes(text) : text.test(said()));
  while (!found()) {
    if (child.exitCode !== null || performance.now() > end) throw new Error(`it never said ${text}, but: ${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function objects(text: string): unknown[] {
  return text.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
}
