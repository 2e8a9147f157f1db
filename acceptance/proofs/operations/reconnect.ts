import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Envelope, encodeBody } from "@armada/contracts";
import type { Log } from "@armada/event-sourcing";
import { accessIn, Fleet, link, portsOf } from "@armada/nats";
import { type Started, startService } from "../harness/by-hand.ts";
import { copyCheckout } from "../harness/checkout.ts";
import { freePort, type HandStarted, startNats } from "../harness/nats-by-hand.ts";
import { armada, type Place, pause, place, until } from "../harness/product.ts";
import { type About, atLeast, atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { TcpProxy } from "../harness/tcp-proxy.ts";
import { copyTeam } from "../harness/teams.ts";
import { faultsOf, journalsOf } from "../judges/journals.ts";
import { readTeam } from "../judges/streams.ts";

const TEAM = "clerks";
/** A run is an ask, two messages of its journal and an acknowledgement of each: 70 a second are over 200 events. */
const RUNS_A_SECOND = 70;
const SHORT_RUNS_A_SECOND = 20;
/** By then everything that was asked for is done, ms after the network's return. */
const DONE_MS = 15_000;
/** How long it is waited for, so that what is late is told from what is lost. */
const WAIT_MS = 90_000;
/** After so long without a sign a server knows that a client is gone. */
const NOTICED_MS = 9_000;

type Scene = { readonly proxy: TcpProxy; readonly server: HandStarted; readonly keys: string; readonly work: Work };
/** `does` lasts as long as the network is away, and `ends` brings it back. `watched`: how long until `health` has to know, ms. */
type Disturbance = {
  readonly name: string;
  readonly short: boolean;
  readonly watched?: number;
  does(scene: Scene): Promise<void>;
  ends(scene: Scene): Promise<void>;
};

const open = ({ proxy }: Scene): Promise<void> => proxy.become("open");

const disturbances: readonly Disturbance[] = [
  {
    name: "refused",
    short: false,
    watched: 0,
    does: async ({ proxy }) => {
      await proxy.become("refuse");
      proxy.cut();
      await pause(5_000);
    },
    ends: open,
  },
  {
    name: "cut again and again",
    short: false,
    does: async ({ proxy }) => {
      for (let i = 0; i < 15; i++) {
        proxy.cut();
        await pause(300);
      }
    },
    ends: open,
  },
  {
    name: "half-open",
    short: true,
    watched: NOTICED_MS,
    does: async ({ proxy }) => {
      await proxy.become("void");
      proxy.kill();
    },
    ends: open,
  },
  {
    name: "half-open for a moment",
    short: false,
    does: async ({ proxy }) => {
      proxy.kill();
      await pause(1_000);
    },
    ends: open,
  },
  {
    name: "authentication time-outs",
    short: true,
    watched: 0,
    does: async ({ proxy }) => {
      await proxy.become("mute");
      proxy.cut();
      await pause(8_000);
    },
    ends: open,
  },
  {
    name: "permissions taken",
    short: true,
    watched: 1_000,
    does: async (scene) => permit(scene, "nobody"),
    ends: async (scene) => permit(scene, TEAM),
  },
];

/** Whatever becomes of the connections of a team's services, the work that was asked for meanwhile is done soon after. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  using copy = copyCheckout([]);
  copyTeam(copy, TEAM);
  using at = place({}, copy.root);
  const keys = join(at.cwd, "keys");
  const port = await freePort();
  const nats = `nats://127.0.0.1:${port}`;
  await armada(["provision", "--keys", keys], at); // makes the identities; there is no server yet
  const server = await startNats(at.cwd, { port, keys, extra: 'ping_interval: "2s"\nping_max: 2\n' });
  const proxy = new TcpProxy(port);
  const services: Started[] = [];
  let work: Work | undefined;
  try {
    const provisioned = await armada(["provision", "--keys", keys, "--nats", nats], at);
    if (provisioned.code !== 0) throw new Error(`provision: ${provisioned.stderr}`);
    await proxy.listen();
    const direct: Place = { ...at, env: { ...at.env, NATS_URL: nats, NATS_CREDS: keys } };
    const through: Place = { ...at, env: { ...at.env, NATS_URL: `nats://127.0.0.1:${proxy.port}`, NATS_CREDS: keys } };
    for (let i = 0; i < 2; i++) services.push(startService(TEAM, through));
    await Promise.all(services.map((one) => one.says(/ serves\b/u)));
    work = await startWork({ nats, keys, every: 1_000 / (short ? SHORT_RUNS_A_SECOND : RUNS_A_SECOND) });
    const scene: Scene = { proxy, server, keys, work };
    await until("the first runs to end", 60_000, () => work !== undefined && work.ended.size >= 20);
    for (const one of disturbances) if (one.short || !short) yield* disturbed(one, scene, direct, say);
    yield none(
      "services that ended",
      services.flatMap(({ child, said }) => (child.exitCode === null ? [] : [`${child.exitCode}: ${said().slice(-300)}`])),
    );
    const journals = journalsOf(TEAM, await readTeam(TEAM, { nats, keys }));
    yield count("runs in the stream", journals.size, work.asked.size);
    yield none("steps and runs without one outcome", faultsOf(journals.values()));
  } finally {
    for (const { child } of services) child.kill("SIGTERM");
    await work?.close();
    proxy.close();
    for (const { child } of services) child.kill("SIGKILL");
    await Promise.all(services.map((one) => one.gone));
    await server.stop();
  }
}

async function* disturbed(one: Disturbance, scene: Scene, direct: Place, say: About["say"]): AsyncGenerator<Figure> {
  const { work } = scene;
  const { name, watched } = one;
  say(`reconnect: ${name}`);
  const before = work.asked.size;
  work.go();
  await one.does(scene);
  if (watched !== undefined) {
    await pause(watched);
    const health = await armada(["health", "--json"], direct);
    const line = health.lines.find(({ team }) => team === TEAM);
    yield holds(`${name}: \`health\` is not ✓ meanwhile`, health.code !== 0 && line?.ok === false, health.stdout + health.stderr);
  }
  await one.ends(scene);
  const back = Date.now();
  work.rest();
  yield atLeast(`${name}: runs asked for meanwhile`, work.asked.size - before, 1);
  await until("all runs to end", WAIT_MS, () => work.ended.size === work.asked.size).catch(() => undefined);
  const open = [...work.asked].filter((run) => !work.ended.has(run));
  yield none(`${name}: runs that have not ended`, open);
  yield atMost(`${name}: ms from the network's return to the last end`, Math.max(0, work.last() - back), DONE_MS);
}

/** Gives the team's replies to another name, or back. */
async function permit({ server, keys }: Scene, to: string): Promise<void> {
  const path = join(keys, "auth.conf");
  writeFileSync(path, readFileSync(path, "utf8").replaceAll(/_INBOX\.(?:clerks|nobody)\.>/gu, `_INBOX.${to}.>`));
  server.reload();
}

/** Runs that are asked for at an even pace, by whom the network does not touch. `last`: when the last one ended, ms since 1970. */
type Work = {
  readonly asked: ReadonlySet<string>;
  readonly ended: ReadonlySet<string>;
  last(): number;
  go(): void;
  rest(): void;
  close(): Promise<void>;
};

async function startWork({ nats, keys, every }: { nats: string; keys: string; every: number }): Promise<Work> {
  const logger = { info: () => undefined, warn: () => undefined };
  const operator = await link({ servers: nats, identity: await accessIn(keys).identity("operator"), logger });
  const known = await Fleet.follow(operator, accessIn(keys), logger);
  const asks = portsOf(operator, "operator", known, logger).log;
  const over = new AbortController();
  const asked = new Set<string>();
  const ended = new Set<string>();
  let last = 0;
  const take = ({ envelopes, time }: { envelopes: readonly Envelope[]; time: number }): void => {
    for (const { type, subject } of envelopes) if (type === "armada.run.ended" && subject !== undefined) ended.add(subject);
    last = time;
  };
  void portsOf(operator, TEAM, known, logger).log.follow([`run.${TEAM}.end.>`], 0, take, over.signal);
  let resting = false;
  let owed = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (resting) owed = now;
    for (; owed < now; owed += every) {
      const id = `r${asked.size + 1}`;
      asked.add(id);
      void ask(asks, id);
    }
  }, 20);
  return {
    asked,
    ended,
    last: () => last,
    go: () => {
      resting = false;
    },
    rest: () => {
      resting = true;
    },
    close: async () => {
      clearInterval(timer);
      over.abort();
      await operator.close();
    },
  };
}

/** Asks for one run in the operator's name. */
async function ask(asks: Log, id: string): Promise<void> {
  const subject = `ask.${TEAM}.operator.run_start.${id}`;
  const about = { source: "/operator", team: "operator", subject: id, correlationid: id, causationid: id, schemaversion: 1, hops: 0 };
  const data = { run: id, workflow: "copy", input: { text: id } };
  const time = new Date().toISOString();
  const asked: Envelope = { specversion: "1.0", id: `${id}.run_start`, type: "armada.asked", time, data, ...about };
  for (;;) {
    const stored = await asks.append(subject, encodeBody([asked]), { filter: subject, last: 0 });
    if (stored.kind === "appended" || stored.kind === "conflict") return;
    await pause(100);
  }
}
