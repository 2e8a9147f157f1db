import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import { ArmadaError } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";

/** How a nats-server of this machine is started. `port`: a free one unless said. `syncInterval`: `always` unless said, which is the base file's. */
export type ServerOptions = {
  readonly binary: string;
  /** The shared configuration file, infra/nats/server.conf. */
  readonly base: string;
  /** Where streams live. */
  readonly data: string;
  /** Where the generated configuration goes. */
  readonly folder: string;
  /** The `authorization` block. */
  readonly authorization: string;
  readonly port?: number;
  /** Lines that come last in the configuration: a cluster block, another sync interval. */
  readonly extra?: string;
  readonly syncInterval?: "always" | "100ms";
  readonly logger: Logger;
  /** The descriptor that the server inherits when it is started: the lock on its store holds as long as it lives. */
  readonly lock?: () => number;
  /** What has to be done before the server is started again, on whatever folder is there by then; tried until it succeeds. */
  readonly before?: () => Promise<void>;
  /** Called with the server's pid as it is started, and again whenever it was started anew. */
  readonly started?: (pid: number) => void;
  /** Called with what it says where it could not write a stream, which then answers no publisher until it is started again. */
  readonly unwritable?: (said: string) => void;
};

/** A nats-server that this process runs; started again when it ends by itself. */
export type RunningServer = {
  readonly url: string;
  readonly pid: () => number | undefined;
  /** When it was last started, ms since 1970. */
  readonly since: () => number;
  /** Has it go by another `authorization` block from now on; who is connected and still may be stays so. */
  admit(authorization: string): Promise<void>;
  /** Ends it; it is started again as after any other end. `SIGKILL`: it writes nothing more into its folder. */
  restart(how?: "SIGTERM" | "SIGKILL"): void;
  stop(): Promise<void>;
};

const READY_MS = 10_000;
const GRACE_MS = 5_000;
/** When a server that ended by itself is started again. */
const AGAIN_MS = 200;
/** When what has to be done before is tried again. */
const LATER_MS = 1_000;
/** How nats-server says that it has read its configuration again. */
const RELOADED = "Reloaded server configuration";
/** How an `authorization` begins that has an account for each identity. What an account of those imports that a reload adds works from the reload after (2.15.1). */
const ACCOUNTS = "accounts {";
/** How nats-server 2.15 says that a stream, or all of JetStream, is of no use any more. */
const UNWRITABLE = /critical write error|will be DISABLED/;
/**
 * `sh -c WATCH sh PID`: waits until its input ends, which it does with the process that holds the other end, however that one
 * ended; then leaves 5 s to those who still talk to the server, and ends it.
 */
const WATCH =
  'read -r _; for at in 1 2 3 4 5 6 7 8; do kill -0 "$1" 2>/dev/null || exit; if [ $at -eq 6 ]; then kill -TERM "$1"; fi; sleep 1; done; kill -KILL "$1"';

/** Where a server that this machine runs is found. */
export function localUrl(port: number): string {
  return `nats://127.0.0.1:${port}`;
}

/** Starts the server as a supervised child on loopback. @throws ArmadaError `NATS_NOT_READY` with the last lines it said */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const port = options.port ?? (await freePort());
  const config = join(options.folder, "server.conf");
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  await mkdir(options.data, { recursive: true });
  // The server reads an include relative to the file that holds it.
  const include = relative(dirname(resolve(config)), resolve(options.base));
  const sync = options.syncInterval === "100ms" ? 'jetstream { sync_interval: "100ms", max_file_store: 1PB }\n' : "";
  const configure = (authorization: string): Promise<void> =>
    writeFile(config, `include "${include}"\n${sync}${authorization}${options.extra ?? ""}`, { mode: 0o600 });
  let admitted = options.authorization;
  await configure(admitted);
  let stopping = false;
  let child: ChildProcess | undefined;
  let since = 0;
  let said: string[] = [];
  let ready = false;
  /** Whether the configuration is to be read once more after this time. */
  let again = false;
  const run = (): ChildProcess => {
    since = Date.now();
    const started = spawn(options.binary, ["-c", config, "--port", String(port), "--store_dir", options.data], {
      stdio: ["ignore", "ignore", "pipe", ...(options.lock === undefined ? [] : [options.lock()])],
      detached: true, // a terminal's Ctrl-C goes to the whole group: the server must outlive the services that drain
      env: { ...ownEnvironment(), GOMEMLIMIT: process.env.GOMEMLIMIT ?? "1GiB" },
    });
    const hear = (line: string): void => {
      ready ||= line.includes("Server is ready"); // a cluster's servers say much more after it
      said = [...said, line].filter((one) => one !== "").slice(-20);
      if (again && line.includes(RELOADED)) {
        again = false;
        started.kill("SIGHUP");
      }
      if (UNWRITABLE.test(line)) options.unwritable?.(line.replace(/^.*?\[ERR\] /, ""));
    };
    if (started.stderr !== null) createInterface({ input: started.stderr }).on("line", hear);
    const watch = started.pid === undefined ? undefined : watchOver(started.pid);
    if (started.pid !== undefined) options.started?.(started.pid);
    const startAgain = (why: string): void => {
      watch?.kill("SIGKILL");
      if (stopping) return;
      options.logger.warn(`nats-server ended (${why}); starting it again`, { last: said.at(-1) });
      setTimeout(() => void runAgain(), AGAIN_MS);
    };
    started.once("exit", (code, signal) => startAgain(String(signal ?? code)));
    // It could not be started at all, and there is no exit: its binary is gone, or may not be run.
    started.once("error", ({ message }) => {
      hear(message);
      if (started.pid === undefined) startAgain(message);
    });
    return started;
  };
  const runAgain = async (failed = ""): Promise<void> => {
    if (stopping) return;
    try {
      await options.before?.();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== failed) options.logger.warn(`nats-server is not started again: ${why}`);
      setTimeout(() => void runAgain(why), LATER_MS);
      return;
    }
    if (!stopping) child = run();
  };
  child = run();
  const url = localUrl(port);
  const deadline = Date.now() + READY_MS;
  while (!ready) {
    if (Date.now() > deadline || child.exitCode !== null) {
      stopping = true;
      child.kill();
      throw new ArmadaError("NATS_NOT_READY", `nats-server did not become ready:\n${said.join("\n")}`);
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  return {
    url,
    pid: () => child?.pid,
    since: () => since,
    admit: async (authorization) => {
      if (authorization === admitted) return;
      admitted = authorization;
      await configure(authorization);
      again = authorization.startsWith(ACCOUNTS);
      child?.kill("SIGHUP");
    },
    restart: (how = "SIGTERM") => {
      const running = child;
      running?.kill(how);
      setTimeout(() => running?.kill("SIGKILL"), GRACE_MS).unref(); // one that has ended takes no signal
    },
    stop: async () => {
      stopping = true;
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise((done) => running.once("exit", done));
      running.kill("SIGTERM");
      const over = setTimeout(() => running.kill("SIGKILL"), GRACE_MS);
      await ended;
      clearTimeout(over);
    },
  };
}

/** What nats-server reads of an environment, and its watch: no key of anybody's is among it. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const wanted = ["PATH", "HOME", "TMPDIR", "TZ", "GOGC", "GODEBUG", "GOMAXPROCS", "GOTRACEBACK"];
  return Object.fromEntries(wanted.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

/** Ends the server where this process goes away without having ended it. */
function watchOver(server: number): ChildProcess {
  // Of a session of its own: what ends this process's group leaves the watch.
  const watch = spawn("sh", ["-c", WATCH, "sh", String(server)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    env: ownEnvironment(),
  });
  watch.unref();
  return watch;
}

/** A port that the system has free on loopback; with `wanted` that one. @throws Error where it is taken */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(wanted, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (typeof address === "object" && address !== null ? done(address.port) : fail(new Error("no port"))));
    });
  });
}

/**
 * The port that the server of this folder had before, where it is still free, else another, which is kept from then on: whoever
 * was given its address, as a replica that runs elsewhere, finds the next server there.
 */
export async function keptPort(folder: string): Promise<number> {
  const file = join(folder, "port");
  const before = await readFile(file, "utf8").then(Number, (error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return 0;
    throw error;
  });
  const kept = Number.isInteger(before) && before > 0 && before < 65_536;
  const port = await freePort(kept ? before : 0).catch(() => freePort());
  if (port === before) return port;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, `${port}\n`, { mode: 0o600 });
  return port;
}
