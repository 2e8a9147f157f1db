import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";
import { TeamManifest } from "@armada/contracts";
import { type Backoff, backoff } from "@armada/event-sourcing";

/** A service's replica, started again for ever when it ends by itself. */
export type Child = {
  readonly service: string;
  readonly pid: () => number | undefined;
  readonly restarts: () => number;
  /** Resolves when the replica first serves. */
  readonly ready: Promise<void>;
  /** Asks the replica to end; kills it where it has not after `within` ms. */
  stop(within: number): Promise<void>;
  kill(): void;
};

/** In its environment it says that a replica is told when it may connect. */
const HELD = "ARMADA_HELD";
const PAUSE: Backoff = { first: 200, most: 10_000 };
/** A replica that served this long starts over with the shortest pause. */
const STEADY_MS = 30_000;

export function startChild(options: {
  service: string;
  main: string;
  logFile: string;
  env: () => NodeJS.ProcessEnv;
  say: (line: string) => void;
  changed: () => void;
  /** The gateway tells where it listens. */
  listening: (url: string) => void;
  /** A replica tells as it starts what its code is: that may have been edited since. */
  told: (manifest: TeamManifest) => void;
  /** A replica that has loaded its code connects once this has resolved. */
  provisioned: Promise<void>;
  /** When the server was started, ms since 1970; 0 where that is not known. */
  serverSince: () => number;
}): Child {
  const { service, main, logFile, say } = options;
  let stopping = false;
  let restarts = 0;
  /** Ends in a row that came soon. */
  let ends = 0;
  let child: ChildProcess | undefined;
  let resolveReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    resolveReady = resolve;
  });
  const run = (): void => {
    const log = openSync(logFile, "a", 0o600);
    const since = Date.now();
    const running = spawn(process.execPath, [main], { stdio: ["ignore", log, log, "ipc"], env: { ...options.env(), [HELD]: "1" } });
    child = running;
    void options.provisioned.then(() => running.connected && running.send({ type: "provisioned", serverSince: options.serverSince() }));
    child.on("message", (message) => {
      if (typeof message !== "object" || message === null || !("type" in message)) return;
      if (message.type === "ready") resolveReady();
      if (message.type === "manifest" && "manifest" in message) {
        const { success, data } = TeamManifest.safeParse(message.manifest);
        if (success && data.team === service) options.told(data);
      }
      if (message.type === "listening" && "url" in message && typeof message.url === "string") options.listening(message.url);
    });
    child.once("exit", (code, signal) => {
      if (stopping) return;
      if (Date.now() - since > STEADY_MS) ends = 0;
      const pause = backoff(PAUSE, ends++, () => 1);
      restarts++;
      say(`${service} (pid ${child?.pid}) ended by ${signal ?? `exit code ${code}`}; starting it again in ${pause} ms; see ${logFile}`);
      setTimeout(() => {
        if (!stopping) run();
      }, pause);
    });
    options.changed();
  };
  run();
  return {
    service,
    ready,
    pid: () => child?.pid,
    restarts: () => restarts,
    kill: () => {
      stopping = true;
      child?.kill("SIGKILL");
    },
    stop: async (within) => {
      stopping = true;
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise((resolve) => running.once("exit", resolve));
      running.kill("SIGTERM");
      const over = setTimeout(() => running.kill("SIGKILL"), within);
      await ended;
      clearTimeout(over);
    },
  };
}

/** By service, and `nats` where the server is ours. */
export function pidsOf(children: readonly Child[], nats: number | undefined): Record<string, number[]> {
  const pids: Record<string, number[]> = {};
  for (const child of children) {
    const pid = child.pid();
    if (pid !== undefined) pids[child.service] = [...(pids[child.service] ?? []), pid];
  }
  return nats === undefined ? pids : { ...pids, nats: [nats] };
}

export function restartsOf(children: readonly Child[]): Record<string, number> {
  const restarts: Record<string, number> = {};
  for (const child of children) restarts[child.service] = (restarts[child.service] ?? 0) + child.restarts();
  return restarts;
}
