import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname } from "node:path";
import { ensureDependencies } from "./dependencies.mjs";
import { ensureNatsServer } from "./nats-server.mjs";
import { ensureNode } from "./node-24.mjs";
import { root, Stop } from "./place.mjs";

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
    // Code that Node has stripped of its types once is kept: each process starts in half the time and is 27 MB smaller.
    const NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE ?? `${root}.cache/compile`;
    const env = { ...process.env, NODE_COMPILE_CACHE, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
    if (found) Object.assign(env, { ARMADA_NATS_SERVER: found.path, ARMADA_NATS_SOURCE: found.text });
    process.exitCode = await run(node, [root + script, ...args], env);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.error(error.message);
    process.exitCode = error.code;
  }
}

/** A terminal sends its Ctrl-C to the child too, and npm repeats it: passing it on would be a second one, which kills. */
function run(program, args, env) {
  const child = spawn(program, args, { env, stdio: "inherit" });
  const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  process.on("SIGINT", () => terminal || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // npm runs a script under a shell that dies of a signal without passing it on; its death is the only news of it.
  const shell = process.ppid;
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== shell && child.kill("SIGTERM"), 500).unref();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
