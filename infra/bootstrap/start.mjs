import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname } from "node:path";
import { ensureDependencies } from "./dependencies.mjs";
import { ensureNatsServer } from "./nats-server.mjs";
import { ensureNode } from "./node-24.mjs";
import { packaged, root, Stop } from "./place.mjs";
import { atLeast, node as nodes, versionIn } from "./versions.mjs";

/**
 * Makes ready what `script` needs and becomes it: Node 24, its arguments, our streams, its exit code. `nats` false
 * leaves nats-server out, `own` wants one even where NATS_URL names a cluster. `say` prints the bootstrap's own lines, on stderr
 * unless said otherwise, because stdout is the script's; `quiet` leaves out the line that
 * names a nats-server found without trying anything.
 */
export async function start(script, args, { nats = true, own = false, quiet = false, say = console.error } = {}) {
  try {
    if (process.platform === "win32") throw new Stop("Armada does not run on Windows itself: use WSL 2", 4);
    await ensureDependencies(say);
    const node = await ensureNode(say);
    const found = nats ? await ensureNatsServer(say, { own, quiet }) : undefined;
    // Code that Node has stripped of its types once is kept: each process starts in half the time and is 27 MB smaller. By where
    // a file is from the cache, so that a checkout that was moved, and a copy that has this one's cache, find it too.
    const { NODE_COMPILE_CACHE = `${root}.cache/compile`, NODE_COMPILE_CACHE_PORTABLE = "1", PATH } = process.env;
    const env = { ...process.env, NODE_COMPILE_CACHE, NODE_COMPILE_CACHE_PORTABLE, PATH: `${dirname(node)}${delimiter}${PATH}` };
    if (packaged && node === process.execPath && !atLeast(versionIn(process.version), nodes.least))
      env.NODE_OPTIONS = [env.NODE_OPTIONS, "--disable-warning=ExperimentalWarning"].filter(Boolean).join(" ");
    if (found) Object.assign(env, { ARMADA_NATS_SERVER: found.path, ARMADA_NATS_SOURCE: found.text });
    process.exitCode = await run(node, [root + script, ...args], env);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.error(error.message);
    process.exitCode = error.code;
  }
}

const LOOK_MS = 1_000;

/** Who started this process, and who started that one where it is a shell: two numbers and a name, as text. */
function startedBy() {
  const { ppid } = process;
  const [parent, name] = aboutProcess(ppid);
  return /^-?(?:.*\/)?(?:sh|dash|bash|ash|zsh|ksh|busybox)$/u.test(name) ? `${ppid} ${parent}` : `${ppid}`;
}

/** The parent and the name of a process; empty where it is gone. */
function aboutProcess(pid) {
  if (process.platform !== "linux") {
    const { stdout } = spawnSync("ps", ["-o", "ppid=,comm=", "-p", String(pid)], { encoding: "utf8" });
    return /^\s*(\d+)\s+(.*)$/u.exec(stdout.trim())?.slice(1) ?? ["", ""];
  }
  try {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/u.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return [parent ?? "", name ?? ""];
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ESRCH") return ["", ""];
    throw error;
  }
}

/** A terminal sends its Ctrl-C to the child too, and npm repeats it: passing it on would be a second one, which kills. */
function run(program, args, env) {
  const child = spawn(program, args, { env, stdio: "inherit" });
  const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  process.on("SIGINT", () => terminal || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // npm runs a script under a shell that dies of a signal without passing it on, and that outlives a killed npm: that the
  // one or the other is gone is the only news of it.
  const started = startedBy();
  if (process.env.npm_lifecycle_event) setInterval(() => startedBy() !== started && child.kill("SIGTERM"), LOOK_MS).unref();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
