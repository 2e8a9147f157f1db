import { type ChildProcess, fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { PROVIDER_KEYS } from "../config/process-secrets.ts";
import { SANDBOX } from "./inside.ts";
import type { Told } from "./messages.ts";

/** One thread or process that was begun, seen from its replica. */
export type Begun = {
  /** Of a process. */
  readonly pid: number | undefined;
  tell(told: Told): void;
  hear(handler: (said: unknown) => void): void;
  /** Resolves with how it ended, when it has. */
  readonly ended: Promise<string>;
  kill(): void;
};

/** Starts one. */
export type Begin = (how: How) => Begun;
/** `memory`: of its heap, MB. `yields`: the processor is for others first, as far as it is a process. */
export type How = { readonly kind: "thread" | "process"; readonly memory: number | undefined; readonly yields?: boolean };

/** What belongs to the replica alone: a sandbox has no way to the mesh, and asks models through its replica. */
const REPLICAS_OWN = /^(?:NATS_|ARMADA_|OTEL_)/;

/**
 * Starts sandboxes of a service by its `main`, as the service itself was. They get its environment without what is the replica's,
 * and `secrets`, the team's own by name, by message: the environment of a process stands in /proc.
 */
export function beginOf(main: string, env: NodeJS.ProcessEnv, secrets: Readonly<Record<string, string>>): Begin {
  const hidden = new Set([...PROVIDER_KEYS, ...Object.keys(secrets)].flatMap((name) => [name, `${name}_FILE`]));
  const kept = Object.entries(env).filter(([name]) => !REPLICAS_OWN.test(name) && !hidden.has(name));
  const own = Object.fromEntries(Object.entries(secrets).filter(([name]) => !(PROVIDER_KEYS as readonly string[]).includes(name)));
  return ({ kind, memory, yields = false }) => {
    const given = { ...Object.fromEntries(kept), [SANDBOX]: String(process.pid) };
    const begun = kind === "thread" ? beginThread(main, given, memory) : beginProcess(main, given, memory, yields);
    begun.tell({ type: "begin", secrets: own });
    return begun;
  };
}

function beginProcess(main: string, env: NodeJS.ProcessEnv, memory: number | undefined, yields: boolean): Begun {
  const child = fork(main, [], {
    env,
    execArgv: memory === undefined ? [] : [`--max-old-space-size=${memory}`],
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  if (yields && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  return {
    pid: child.pid,
    tell: (told) => void (child.connected && child.send(told, () => undefined)), // one that ended is heard of by `ended`
    hear: (handler) => void child.on("message", handler),
    ended: endOf(child),
    kill: () => void child.kill("SIGKILL"),
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
    child.once("error", (error) => resolve(error.message));
  });
}

function beginThread(main: string, env: NodeJS.ProcessEnv, memory: number | undefined): Begun {
  const thread = new Worker(main, {
    env,
    execArgv: [],
    workerData: { [SANDBOX]: true },
    name: "sandbox",
    ...(memory === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memory } }),
  });
  let failed: Error | undefined;
  thread.once("error", (error) => {
    failed = error;
  });
  return {
    pid: undefined,
    tell: (told) => thread.postMessage(told),
    hear: (handler) => void thread.on("message", handler),
    ended: new Promise((resolve) => thread.once("exit", (code) => resolve(failed?.message ?? `exit code ${code}`))),
    kill: () => void thread.terminate(),
  };
}
