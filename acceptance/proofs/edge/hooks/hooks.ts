import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Draw, drawing } from "../../documents/contradictions/contradiction-drawing.ts";
import { copyCheckout } from "../../harness/checkout.ts";
import { freePort } from "../../harness/nats-by-hand.ts";
import { armada, environment, owned, type Place, pause, place, type Up, until, up } from "../../harness/product.ts";
import { type About, atLeast, atMost, count, type Figure, none } from "../../harness/proof.ts";
import { copyTeam } from "../../harness/teams.ts";
import { readTeam } from "../../judges/streams.ts";
import { endsIn, factsIn, judged, type Received, receivedIn, type Wanted } from "./received.ts";

const TYPE = "com.example.order.paid";
const FORM = { rounds: 24, events: 6_000, keys: 300, runs: 120, together: 20 };
const SHORT = { rounds: 4, events: 240, keys: 40, runs: 8, together: 10 };
const MODES = ["well", "fails", "slow", "by turns", "down", "silent"] as const;
type Mode = (typeof MODES)[number];
const BACK_MS = 60_000;
/** A gateway that was killed has its lease for 10 s, a receiver that was down is probed once a minute. */
const CAUGHT_UP_MS = 180_000;
const IDLE = 20;
/** A hook's window and what is on its way. */
const TWICE_AFTER_A_KILL = 272;

/**
 * A receiver is well, fails, is slow, silent or away by turns, while the gateway and nats-server are killed and facts and runs are
 * made: judged by the streams and by what the receiver wrote down.
 */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  const draw = drawing(seed);
  const form = short ? SHORT : FORM;
  using copy = copyCheckout(["gateway"]);
  copyTeam(copy, "till");
  copyTeam(copy, "herald");
  using at = place({}, copy.root);
  await using mesh = await up(["--only", "till,herald", "--port", String(await freePort())], at);
  await using receiver = new Receiver(at, await freePort());
  receiver.be("well");
  yield* await hooked(receiver, at);
  const { kills } = await busy({ mesh, receiver, draw, form, modes: short ? ["fails", "down", "by turns", "slow"] : MODES, say });
  receiver.be("well");
  yield { name: "kills of the gateway and of nats-server", value: kills, target: "any", ok: kills > 0 };
  await caughtUp(receiver, form, at);
  const wanted = await wantedOf(mesh);
  yield* judged(wanted, receiver.received());
  const requests = receiver.received().length;
  const seen = new Set(receiver.received().map(({ hook, id }) => `${hook} ${id}`)).size;
  // Beside what a kill leaves unsaid, a silent receiver has taken what it does not say.
  yield { name: "receptions beyond the first of each", value: requests - seen, target: "any", ok: true, detail: `of ${requests}` };
  const silent = receiver.receivedWhile("silent");
  yield atMost("of these at most, for each kill and each silence", requests - seen, kills * 2 * TWICE_AFTER_A_KILL + silent);
  yield atMost("ms from the gateway's answer to the receiver, both idle, the median", await idleMedian(mesh, receiver), 1_000);
  if (!short) yield* parking(mesh, receiver, at);
}

/** The hooks, defined as an operator does. */
async function hooked(receiver: Receiver, at: Place): Promise<Figure[]> {
  const chosen = [
    ["facts", "--type", "com.example.*", "--type", "herald.thing.opened", "--type", "herald.thing.closed"],
    ["runs", "--run", "herald.*"],
  ] as const;
  const faults: string[] = [];
  for (const [name, ...flags] of chosen) {
    const out = join(receiver.folder, `${name}.secret`);
    const { code, stderr } = await armada(
      ["hooks", "add", name, "--url", `${receiver.url}/${name}`, "--out", out, "--from", "start", ...flags],
      at,
    );
    if (code !== 0) faults.push(stderr);
  }
  return [none("hooks that could not be added", faults)];
}

/** One that can be killed, told how to answer, and started again. */
class Receiver implements AsyncDisposable {
  readonly folder: string;
  readonly url: string;
  readonly #port: number;
  readonly #at: Place;
  readonly #while = new Map<Mode | "spurns", number>();
  #mode: Mode | "spurns" = "well";
  #child: ChildProcess | undefined;

  constructor(at: Place, port: number) {
    this.folder = at.cwd;
    this.#at = at;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  be(mode: Mode | "spurns"): void {
    this.#while.set(this.#mode, (this.#while.get(this.#mode) ?? 0) + this.#since());
    this.#mode = mode;
    writeFileSync(join(this.folder, "mode"), mode);
    if (mode === "down") this.#child?.kill("SIGKILL");
    else if (this.#child === undefined || this.#child.killed) {
      const main = fileURLToPath(new URL("receiver.main.ts", import.meta.url));
      this.#child = owned(
        spawn(process.execPath, [main, String(this.#port), this.folder], {
          env: environment(this.#at),
          stdio: ["ignore", "ignore", "inherit"],
        }),
      );
    }
  }

  received(): readonly Received[] {
    return receivedIn(join(this.folder, "received.jsonl"));
  }

  /** How many requests it took while it was so. */
  receivedWhile(mode: Mode): number {
    return this.#while.get(mode) ?? 0;
  }

  #counted = 0;
  #since(): number {
    const all = this.received().length;
    const since = all - this.#counted;
    this.#counted = all;
    return since;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child?.kill("SIGKILL");
    await Promise.resolve();
  }
}

type Busy = {
  readonly mesh: Up;
  readonly receiver: Receiver;
  readonly draw: Draw;
  readonly form: typeof FORM;
  readonly modes: readonly Mode[];
  readonly say: About["say"];
};

/** Facts and runs are made, round by round; in each the receiver is another one, and in most something is killed. */
async function busy({ mesh, receiver, draw, form, modes, say }: Busy): Promise<{ readonly kills: number }> {
  let kills = 0;
  const events = form.events / form.rounds;
  for (let round = 0; round < form.rounds; round++) {
    const mode = modes[round % modes.length] ?? "well";
    receiver.be(mode);
    const victim = draw.one(["gateway", "nats"]);
    const half = draw.integer(1, events - 1);
    say(`round ${round + 1} of ${form.rounds}: the receiver is ${mode}, and ${victim} is killed`);
    await sent(mesh, draw, round * events, half, form.keys);
    await told(mesh, draw, round, form);
    const pid = draw.one(mesh.mesh().pids[victim] ?? []);
    process.kill(pid, "SIGKILL");
    kills++;
    await sent(mesh, draw, round * events + half, events - half, form.keys);
    await until(`another ${victim}`, BACK_MS, () => mesh.mesh().pids[victim]?.includes(pid) === false);
    await pause(draw.integer(0, mode === "down" || mode === "well" ? 4_000 : 12_000) * (form === FORM ? 1 : 0.25));
  }
  return { kills };
}

async function sent(mesh: Up, draw: Draw, first: number, many: number, keys: number): Promise<void> {
  const batch = Array.from({ length: many }, (_, i) => ({
    specversion: "1.0",
    source: "/prove",
    id: `e${first + i}`,
    type: TYPE,
    data: { client: "c", n: draw.integer(1, keys) },
  }));
  for (let at = 0; at < batch.length; at += 50)
    await posted(mesh, "/v1/events", batch.slice(at, at + 50), "application/cloudevents-batch+json");
}

/** Runs of which each states facts, a part of which nobody has chosen. */
async function told(mesh: Up, draw: Draw, round: number, { runs, rounds, together, keys }: typeof FORM): Promise<void> {
  for (let i = 0; i < runs / rounds; i++) {
    const ids = (): string[] => Array.from({ length: together / 2 }, () => `t${draw.integer(1, keys)}`);
    const input = { opened: ids(), closed: ids(), told: ids() };
    await posted(mesh, "/v1/runs", { workflow: "herald.say", key: `${round}-${i}`, input }, "application/json");
  }
}

/** Until it is acknowledged: the same again is the same. */
async function posted(mesh: Up, path: string, body: unknown, type: string): Promise<void> {
  const { gateway, key } = mesh.mesh();
  await until(`the gateway to take ${path}`, BACK_MS, async () => {
    const answer = await fetch(`${gateway}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": type },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined); // it was killed
    if (answer !== undefined && answer.status < 500 && !answer.ok)
      throw new Error(`the gateway answered ${answer.status}: ${await answer.text()}`);
    await answer?.arrayBuffer();
    return answer?.ok === true;
  });
}

async function wantedOf(mesh: Up): Promise<readonly Wanted[]> {
  const [gateway, herald] = [await readTeam("gateway", mesh.mesh()), await readTeam("herald", mesh.mesh())];
  return [
    ...factsIn("facts", gateway, [TYPE]),
    ...factsIn("facts", herald, ["herald.thing.opened", "herald.thing.closed"]),
    ...endsIn("runs", herald),
  ];
}

/** Until all runs have ended and the hooks say that they are through, or it is late: the judge says what did not come. */
async function caughtUp(receiver: Receiver, { runs }: typeof FORM, at: Place): Promise<void> {
  const here = async (): Promise<boolean> => {
    if (new Set(receiver.received().flatMap(({ hook, id }) => (hook === "runs" ? [id] : []))).size < runs) return false;
    const { lines } = await armada(["hooks", "list", "--json"], at);
    return lines.length === 2 && lines.every(({ behind, waiting }) => behind === 0 && waiting === 0);
  };
  const end = performance.now() + CAUGHT_UP_MS;
  while (!(await here()) && performance.now() < end) await pause(500);
}

/** One event after another, each when the one before has come. */
async function idleMedian(mesh: Up, receiver: Receiver): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < IDLE; i++) {
    const id = `idle${i}`;
    await posted(
      mesh,
      "/v1/events",
      [{ specversion: "1.0", source: "/idle", id, type: TYPE, data: { client: "idle", n: i } }],
      "application/cloudevents-batch+json",
    );
    const acknowledged = Date.now();
    const got = await until(`${id} to come`, BACK_MS, () => receiver.received().find(({ body }) => body.includes(`"id":"${id}"`)));
    times.push(Math.max(0, got.at - acknowledged));
  }
  return times.sort((a, b) => a - b)[IDLE / 2] ?? Number.NaN;
}

/** One that is never taken, beside others that are, is parked with what comes behind it; redriven, they come in order. */
async function* parking(mesh: Up, receiver: Receiver, at: Place): AsyncGenerator<Figure> {
  const send = (id: string, n: number): Promise<void> =>
    posted(
      mesh,
      "/v1/events",
      [{ specversion: "1.0", source: "/park", id, subject: n === 0 ? "bad" : "good", type: TYPE, data: { client: "park", n } }],
      "application/cloudevents-batch+json",
    );
  receiver.be("spurns");
  const ids = ["bad1", "bad2", "bad3"];
  for (const id of ids) await send(id, 0);
  let others = 0;
  const parked = async (): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    (await armada(["hooks", "parked", "facts", "--json"], at)).lines;
  await until("one to be parked", 600_000, async () => {
    for (let i = 0; i < 10; i++) await send(`other${others++}`, 1 + (others % 7));
    await pause(1_000);
    return (await parked()).length > 0;
  });
  const [one] = await parked();
  yield count("tries of what was parked", Number(one?.tries), 10);
  const health = await armada(["health"], at);
  yield none("health that does not tell it", health.stdout.includes("HOOK_PARKED") ? [] : [health.stdout]);
  const mine = (): string[] => receiver.received().flatMap(({ body }) => ids.filter((id) => body.includes(`"id":"${id}"`)));
  yield none("what came of its key meanwhile", mine());
  receiver.be("well");
  await armada(["hooks", "redrive", "facts"], at);
  await until("all of its key to come", BACK_MS, () => new Set(mine()).size === ids.length);
  yield none("what came of its key out of order", [...new Set(mine())].join() === ids.join() ? [] : mine());
  yield atLeast("others that were taken meanwhile", others, 10);
}
