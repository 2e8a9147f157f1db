import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { here } from "../../harness/product.ts";
import type { Command } from "./sender.ts";

export type Gateway = { readonly url: string; readonly keyFile: string };

/** The clients that this machine can run, and of the others what they want. `folder`: what has to be built goes there. */
export type Clients = { readonly commands: ReadonlyMap<string, Command>; readonly missing: readonly string[] };

/** Some systems have a Python without most of its library. */
const PROBE = "import sys, http.client, ssl, unittest; sys.exit(sys.version_info < (3, 9))";
const PYTHON = { PYTHONPATH: join(here, "libs/emit-python/src"), PYTHONDONTWRITEBYTECODE: "1" };

/** `short`: what has to be built is left out. */
export function clientsOf(gateway: Gateway, folder: string, short: boolean): Clients {
  const sends = (file: string): string => join(here, "acceptance/proofs/edge/emit", file);
  const about = (name: string): string[] => [gateway.url, gateway.keyFile, `/clients/${name}`];
  const commands = new Map<string, Command>([
    ["typescript", { command: process.execPath, args: [sends("send.main.ts"), ...about("typescript")], env: {} }],
  ]);
  const missing: string[] = [];
  if (works("python3", ["-c", PROBE]))
    commands.set("python", {
      command: "python3",
      args: [sends("send.py"), ...about("python")],
      env: PYTHON,
    });
  else missing.push("python wants `python3`, 3.9 or newer");
  if (short) return { commands, missing };
  const binary = join(folder, "emit-go");
  if (works("go", ["-C", join(here, "examples/emit-go"), "build", "-o", binary, "."]))
    commands.set("go", { command: binary, args: [], env: { ARMADA_GATEWAY_URL: gateway.url, ARMADA_GATEWAY_KEY_FILE: gateway.keyFile } });
  else missing.push("go wants `go`, 1.21 or newer");
  return { commands, missing };
}

/** What its own tests say where they fail. */
export function pythonFaults(): string[] {
  const folder = join(here, "libs/emit-python");
  const env = { ...process.env, ...PYTHON };
  const ended = spawnSync("python3", ["-m", "unittest", "discover", "-s", "tests"], {
    cwd: folder,
    env,
    encoding: "utf8",
    timeout: 60_000,
  });
  return ended.status === 0 && /^Ran [1-9]\d* tests/mu.test(ended.stderr) ? [] : [ended.stderr.slice(-600)];
}

function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore", timeout: 180_000 }).status === 0;
}
