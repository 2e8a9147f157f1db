import { realpathSync } from "node:fs";
import { join } from "node:path";
import { type Draw, drawing } from "../documents/contradictions/contradiction-drawing.ts";
import { type Contender, contend } from "../harness/contender.ts";
import { sendEvents } from "../harness/gateway-events.ts";
import { processes, serversOn } from "../harness/processes.ts";
import { type Place, pause, place, until } from "../harness/product.ts";
import { type About, atLeast, count, type Figure, none } from "../harness/proof.ts";
import { readTeam } from "../judges/streams.ts";

const TYPE = "com.example.article.requested";
const ARGS = ["--only", "gateway,content", "--port", "0"];
/** How a mesh ends before the next two starts; each but the last leaves its server on the folder for a while. */
const WAYS = [
  "killed",
  "killed with its server's watch",
  "killed while its server hangs",
  "killed with the watch, the server hangs",
  "stopped",
] as const;
type Way = (typeof WAYS)[number];

/** Two starts at once on one folder, after each kind of kill and while they are at it: one of them serves, and what was acknowledged stays. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  using at = place();
  const draw = drawing(seed);
  const store = join(realpathSync(at.cwd), ".armada/data");
  const acknowledged: string[] = [];
  const wrong: string[] = [];
  const starts = short ? WAYS.length : 40;
  let most = 0;
  const looking = setInterval(() => (most = Math.max(most, serversOn(store).length)), 20);
  const contenders: Contender[] = [];
  let killedEarly = 0;
  try {
    for (let i = 0; i < starts; i++) {
      const way = WAYS[i % WAYS.length] ?? "killed";
      say(`double start ${i + 1} of ${starts}; then it is ${way}`);
      if (i > 0 && draw.integer(1, 3) === 1) {
        killedEarly++;
        await killAtStart(at, draw);
      }
      const two = [contend(ARGS, at), contend(ARGS, at)];
      contenders.push(...two);
      await until("two starts to be decided", 120_000, () => two.every((one) => one.settled() !== undefined));
      const said = two.map((one) => one.settled() ?? "").toSorted();
      if (said.join() !== "MESH_RUNNING,ready") wrong.push(`start ${i + 1}: ${said.join(", ")}`);
      const winner = two.find((one) => one.ready() !== undefined);
      const mesh = winner?.ready();
      if (winner === undefined || mesh === undefined) continue;
      const over = new AbortController();
      const sending = send(mesh, `${i}`, acknowledged, over.signal);
      await pause(draw.integer(0, 700));
      if (i === starts - 1) {
        over.abort();
        await sending;
        const gateway = await readTeam("gateway", { nats: mesh.nats, keys: join(at.cwd, ".armada/keys") });
        const stored = new Set(gateway.map(({ subject }) => subject.split(".").at(-1))); // a fact's key, which the gateway answers
        yield atLeast("acknowledged events", acknowledged.length, starts);
        yield none(
          "acknowledged events that are lost",
          acknowledged.filter((id) => !stored.has(id)),
        );
      }
      await end(winner, store, i === starts - 1 ? "stopped" : way);
      await pause(draw.integer(0, 400));
      // What the gateway of a killed mesh acknowledges to its last moment counts as well.
      void sending.finally(() => over.abort());
    }
    yield none("double starts of which not exactly one serves", wrong);
    yield count("servers on the folder at one time, at most", most, 1);
    await until("the last server to end", 12_000, () => serversOn(store).length === 0);
    yield count("servers left on the folder", serversOn(store).length, 0);
    say(`${killedEarly} starts were killed before they served`);
  } finally {
    clearInterval(looking);
    for (const { child, gone } of contenders) {
      child.kill("SIGKILL");
      await gone;
    }
    for (const pid of serversOn(store)) process.kill(pid, "SIGKILL");
  }
}

/** A start that is killed at a random moment before it serves. */
async function killAtStart(at: Place, draw: Draw): Promise<void> {
  const { child, gone } = contend(ARGS, at);
  await pause(draw.integer(300, 1_800));
  child.kill("SIGKILL");
  await gone;
}

/** Sends one event after another until the gateway is gone; notes those that it acknowledged. */
async function send(mesh: { gateway: string; key: string }, name: string, acknowledged: string[], signal: AbortSignal): Promise<void> {
  for (let n = 0; !signal.aborted; n++)
    try {
      const data = { topic: "tides", documents: [{ name: "a.md", text: "Tides rise twice a day." }] };
      acknowledged.push(...(await sendEvents(mesh, [{ id: `${name}-${n}`, type: TYPE, data }])));
    } catch {
      return; // refused or cut: nothing was promised
    }
}

async function end({ child, gone }: Contender, store: string, way: Way): Promise<void> {
  const [server] = serversOn(store);
  if (way === "stopped") {
    child.kill("SIGTERM");
    await gone;
    return;
  }
  if (server !== undefined) {
    const hangs = way === "killed while its server hangs" || way === "killed with the watch, the server hangs";
    if (hangs) process.kill(server, "SIGSTOP");
    if (way === "killed with its server's watch" || way === "killed with the watch, the server hangs")
      for (const { pid, args } of processes()) if (args[0] === "sh" && args.includes(String(server))) process.kill(pid, "SIGKILL");
  }
  child.kill("SIGKILL");
  await gone;
}
