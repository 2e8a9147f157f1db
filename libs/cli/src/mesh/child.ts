import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, statSync } from "node:fs";
import { ArmadaError, TeamManifest } from "@armada/contracts";
import { type Backoff, backoff } from "@armada/event-sourcing";
import { z } from "zod";
import { Problem, refusedCode } from "../dev/problem.ts";

/** In its environment it says that a replica is told when it may connect. */
const HELD = "ARMADA_HELD";

/** A service's replica, started again for ever when it ends by itself. */
export type Child = {
  readonly service: string;
  readonly pid: () => number | undefined;
  readonly restarts: () => number;
  /** Resolves when the replica first serves. */
  readonly ready: Promise<void>;
  /** With a preload: the project's files that its processes have loaded, and those that a successor tried which failed. */
  files(): ReadonlySet<string>;
  /**
   * Has a successor load the code as it is in the files now; `letIn` is called with what that is. It serves before the running one is
   * told to end, which has `within` ms for it. An abort counts until the code is loaded. @throws ArmadaError, `REPLICA_ENDED` or what
   * the code is refused for: then the running one goes on
   */
  renew(letIn: (manifest: TeamManifest) => Promise<void>, within: number, signal: AbortSignal): Promise<void>;
  /** Asks the replica to end; kills it where it has not after `within` ms. */
  stop(within: number): Promise<void>;
  kill(): void;
};

export type ChildOptions = {
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
  /** A module that the replica begins with: it tells what the code loads, and what is wrong with it (`dev/preload.ts`). */
  preload?: string;
  /** A replica holds what no second one can have: it ends before its successor serves. */
  alone?: boolean;
  /** It begins with its first renewal. */
  waits?: boolean;
};

/** One process of a service. */
type Replica = {
  readonly process: ChildProcess;
  readonly since: number;
  /** What its code is, once that is loaded; rejects where it ended before. */
  readonly loaded: Promise<TeamManifest>;
  readonly ready: Promise<void>;
  readonly files: ReadonlySet<string>;
  /** With a preload, which waits for it: has the code loaded as it is in the files now. */
  load(): void;
};

/** A process that connects once it is let. */
type Waiting = { readonly next: Replica; readonly letConnect: () => void };

const PAUSE: Backoff = { first: 200, most: 10_000 };
/** A replica that served this long starts over with the shortest pause. */
const STEADY_MS = 30_000;

export function startChild(options: ChildOptions): Child {
  const { service, logFile, say } = options;
  let stopping = false;
  let restarts = 0;
  /** Ends in a row that came soon. */
  let ends = 0;
  let current: Replica | undefined;
  /** Of a successor that failed. */
  let tried: ReadonlySet<string> = new Set();
  /** Has loaded the product, and waits for the team's code: what changes next is in force sooner. */
  let spare: Waiting | undefined;
  /** Those that have a successor and drain. */
  const leaving = new Set<Replica>();
  const { promise: ready, resolve: resolveReady } = Promise.withResolvers<void>();
  const keep = (replica: Replica): void => {
    current = replica;
    replica.process.once("exit", (code, signal) => {
      if (stopping || current !== replica) return;
      if (Date.now() - replica.since > STEADY_MS) ends = 0;
      const pause = backoff(PAUSE, ends++, () => 1);
      restarts++;
      say(
        `${service} (pid ${replica.process.pid}) ended by ${signal ?? `exit code ${code}`}; starting it again in ${pause} ms; see ${logFile}`,
      );
      setTimeout(() => {
        if (!stopping && current === replica) run();
      }, pause);
    });
    options.changed();
  };
  const run = (): void => {
    const replica = begin(options, options.provisioned, restarts);
    replica.load();
    replica.loaded.then(options.told, () => undefined); // that it ended is said where it is started again
    replica.ready.then(resolveReady, () => undefined);
    keep(replica);
  };
  const waiting = (): Waiting => {
    const { promise: connect, resolve: letConnect } = Promise.withResolvers<void>();
    return { next: begin(options, connect), letConnect };
  };
  const successor = (): Waiting => {
    const kept = spare;
    spare = undefined;
    if (kept !== undefined && isFresh(kept.next)) return kept;
    kept?.next.process.kill("SIGKILL");
    return waiting();
  };
  const all = (): Replica[] => [current, spare?.next, ...leaving].filter((one) => one !== undefined);
  if (options.waits !== true) run();
  return {
    service,
    ready,
    pid: () => current?.process.pid,
    restarts: () => restarts,
    files: () => new Set([...all().flatMap(({ files }) => [...files]), ...tried]),
    renew: async (letIn, within, signal) => {
      const { next, letConnect } = successor();
      const abort = (): void => void next.process.kill("SIGKILL");
      signal.addEventListener("abort", abort, { once: true });
      leaving.add(next);
      next.load();
      try {
        const manifest = await next.loaded;
        signal.throwIfAborted();
        signal.removeEventListener("abort", abort);
        await letIn(manifest);
        const before = current;
        if (options.alone === true) {
          keep(next);
          if (before !== undefined) await end(before, within);
        }
        letConnect();
        await next.ready;
        leaving.delete(next);
        tried = new Set();
        if (options.alone === true) return;
        keep(next);
        if (before === undefined) return;
        leaving.add(before);
        void end(before, within).then(() => leaving.delete(before));
      } catch (error) {
        signal.removeEventListener("abort", abort);
        leaving.delete(next);
        if (current !== next) next.process.kill("SIGKILL");
        tried = next.files;
        signal.throwIfAborted();
        throw error;
      } finally {
        if (!stopping) spare ??= waiting();
      }
    },
    kill: () => {
      stopping = true;
      for (const { process: one } of all()) one.kill("SIGKILL");
    },
    stop: async (within) => {
      stopping = true;
      await Promise.all(all().map((one) => end(one, within)));
    },
  };
}

const Told = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("manifest"), manifest: TeamManifest }),
  z.object({ type: z.literal("listening"), url: z.string() }),
  z.object({ type: z.literal("files"), files: z.array(z.string()) }),
  z.object({ type: z.literal("failed"), problem: Problem }),
]);

/** Starts a process of a service; it connects once `connect` has resolved. `restarts`: how many before it ended by themselves. */
function begin(options: ChildOptions, connect: Promise<void>, restarts = 0): Replica {
  const { service, main, logFile, preload } = options;
  const log = openSync(logFile, "a", 0o600);
  const started = spawn(process.execPath, [...(preload === undefined ? [] : ["--import", preload]), main], {
    stdio: ["ignore", log, log, "ipc"],
    env: { ...options.env(), [HELD]: "1", ...(restarts === 0 ? {} : { ARMADA_RESTARTS: String(restarts) }) },
  });
  closeSync(log);
  const loaded = Promise.withResolvers<TeamManifest>();
  const ready = Promise.withResolvers<void>();
  const files = new Set<string>();
  let failed: Error | undefined;
  for (const { promise } of [loaded, ready]) promise.catch(() => undefined); // who wants to know awaits them as well
  // A preload hears what is sent before the code is loaded.
  const hears = preload === undefined ? connect : Promise.all([connect, loaded.promise]);
  hears.then(
    () => started.connected && started.send({ type: "provisioned", serverSince: options.serverSince() }),
    () => undefined, // it ended before
  );
  started.on("message", (message) => {
    const { data: told } = Told.safeParse(message);
    if (told?.type === "ready") ready.resolve();
    if (told?.type === "manifest" && told.manifest.team === service) loaded.resolve(told.manifest);
    if (told?.type === "listening") options.listening(told.url);
    if (told?.type === "files") for (const file of told.files) files.add(file);
    if (told?.type === "failed") failed = refusedCode(told.problem);
  });
  // Not `exit`: what it told last is heard before.
  started.once("close", (code, signal) => {
    const how = signal ?? `exit code ${code}`;
    const error = failed ?? new ArmadaError("REPLICA_ENDED", `${service} ended by ${how} before it served`, { hint: `see ${logFile}` });
    loaded.reject(error);
    ready.reject(error);
  });
  const load = (): void => void (preload !== undefined && started.connected && started.send({ type: "load" }));
  return { process: started, since: Date.now(), loaded: loaded.promise, ready: ready.promise, files, load };
}

/** Whether a process that waits has loaded nothing that was changed since, in a checkout the product's own files. */
function isFresh({ process: waiting, files, since }: Replica): boolean {
  if (waiting.exitCode !== null || waiting.signalCode !== null) return false;
  return [...files].every((file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < since);
}

/** Asks a process to end; kills it where it has not after `within` ms. */
async function end({ process: running }: Replica, within: number): Promise<void> {
  if (running.exitCode !== null || running.signalCode !== null) return;
  const ended = new Promise((resolve) => running.once("exit", resolve));
  running.kill("SIGTERM");
  const over = setTimeout(() => running.kill("SIGKILL"), within);
  await ended;
  clearTimeout(over);
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

/** What all replicas of a service have loaded, by its name. */
export function filesOf(children: readonly Child[]): ReadonlyMap<string, ReadonlySet<string>> {
  const files = new Map<string, ReadonlySet<string>>();
  for (const child of children) files.set(child.service, new Set([...(files.get(child.service) ?? []), ...child.files()]));
  return files;
}

export function restartsOf(children: readonly Child[]): Record<string, number> {
  const restarts: Record<string, number> = {};
  for (const child of children) restarts[child.service] = (restarts[child.service] ?? 0) + child.restarts();
  return restarts;
}
