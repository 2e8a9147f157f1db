import { z } from "zod";
import { drawing } from "../documents/contradictions/contradiction-drawing.ts";
import { copyCheckout } from "../harness/checkout.ts";
import { type ModelServer, startModelServer } from "../harness/model-server.ts";
import { armada, type Place, pause, place, type Up, up } from "../harness/product.ts";
import { type About, atLeast, atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { faultsOf, journalsOf } from "../judges/journals.ts";
import { type Amount, billedIn, type Entry, ledgerIn, type ProviderLine, providerLog } from "../judges/money.ts";
import { allEnded, startRun } from "../judges/runs.ts";
import { readTeam, type Stored } from "../judges/streams.ts";
import { copyBuyers } from "./buyers.ts";
import { lapsesOf } from "./lapses.ts";

const Completed = z.looseObject({ degraded: z.looseObject({ code: z.string() }).optional() });

const Told = z.looseObject({ calls: z.array(z.looseObject({ call: z.string(), micros: z.number().default(0) })) });
const Cleared = z.looseObject({ call: z.string(), micros: z.number(), by: z.string() });

const REPLICAS = 4;
const PER_RUN = 40;
/** What a killed replica held must be back after this. */
const BACK_MS = 90_000;
const ALL_ENDED_MS = 600_000;

/** `admits`: calls that the limits have room for, by what one call costs. `faults`: what the provider does to calls. */
export type Scene = {
  readonly name: string;
  readonly calls: number;
  readonly admits: number;
  readonly kills: number;
  readonly answerMs: number;
  readonly leaseMs: number;
  readonly seed: number;
  readonly faults?: Readonly<Record<string, number>>;
  readonly say: (line: string) => void;
};

/** More calls than the limits admit, on four processes that are killed at work: no limit is passed, no bill is missed. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  const scene = short
    ? { calls: 80, admits: 40, kills: 3, answerMs: 1_000, leaseMs: 4_000 }
    : { calls: 1_000, admits: 500, kills: 100, answerMs: 3_000, leaseMs: 60_000 };
  yield* await spend({ ...scene, name: "overspend", seed, say });
}

/** Plays a scene to its end and judges it by the stream and the provider's log. */
export async function spend(scene: Scene): Promise<Figure[]> {
  const { calls, admits, answerMs, leaseMs, say } = scene;
  const draw = drawing(scene.seed);
  using copy = copyCheckout([]);
  copyBuyers(copy);
  using at = place({}, copy.root);
  const faults = scene.faults === undefined ? [] : ["--faults", JSON.stringify({ seed: scene.seed, retryAfter: 0.2, ...scene.faults })];
  await using models = await startModelServer(at.cwd, "prices", answerMs, faults);
  const one = await priceOfOne({ ...at, env: { ...at.env, ...models.env } }, models.log);
  const limit: Amount = { micros: one.micros * admits, tokens: one.tokens * admits };
  const paid: Place = {
    ...at,
    env: {
      ...at.env,
      ...models.env,
      ARMADA_BUDGETS_TEAMS_BUYERS: `$${(limit.micros / 1_000_000).toFixed(6)}/month, ${limit.tokens} tokens/month`,
      ARMADA_BUDGETS_AT_LIMIT: "fallback",
      ARMADA_BUDGETS_LEASE: `${leaseMs / 1_000}s`,
    },
  };
  const earlier = providerLog(models.log);
  const before = billedIn(earlier);
  await using mesh = await up(["--replicas", `buyers=${REPLICAS}`, "--data", `${at.cwd}/spent`], paid);
  const runs = Math.ceil(calls / PER_RUN);
  const start = async (i: number): Promise<void> => {
    const items = Array.from({ length: Math.min(PER_RUN, calls - i * PER_RUN) }, (_, k) => `subject ${i * PER_RUN + k}`);
    await startRun("buyers.buy", JSON.stringify({ agent: "essayist", items }), paid);
  };
  await start(0);
  // The others while replicas die already: on a slow machine the first would have ended before the last had begun.
  const started = (async () => {
    for (let i = 1; i < runs; i++) await start(i);
  })();
  started.catch(() => undefined); // it is awaited below
  const kills: number[] = [];
  while (kills.length < scene.kills) {
    const victim = await inFlight(mesh, models, draw);
    if (victim === undefined) break; // nothing is in flight any more: the limit is reached
    const open = new Set(models.open().map(({ id }) => id));
    process.kill(victim, "SIGKILL");
    const at = Date.now();
    // A kill of a replica that held no call is one more kill, and counts for nothing.
    if (await cut(open, models)) kills.push(at);
    if (kills.length % 10 === 0) say(`${scene.name}: ${kills.length} of ${scene.kills} kills`);
    await pause(draw.integer(50, answerMs / 4));
  }
  await started;
  say(`${scene.name}: waiting for ${runs} runs to end`);
  const journals = await allEnded("buyers", runs, () => mesh.mesh(), ALL_ENDED_MS);
  const last = kills.at(-1) ?? Date.now();
  await back(mesh, last + BACK_MS + 30_000);
  const stored = await readTeam("buyers", mesh.mesh());
  const entries = ledgerIn("buyers", stored);
  const end = entries.at(-1);
  const log = providerLog(models.log);
  const all = billedIn(log);
  const lapses = lapsesOf(entries, kills, scene.leaseMs);
  const billed: Amount = { micros: all.micros - before.micros, tokens: all.tokens - before.tokens };
  const asked = log.filter(({ event }) => event === "arrival").length - 1;
  const figures: Figure[] = [
    atLeast("kills of replicas with calls in flight", kills.length, scene.kills),
    count("runs that ended", [...journals.values()].filter(({ ends }) => ends.length === 1).length, runs),
    none("steps without one outcome", faultsOf(journalsOf("buyers", stored).values())),
    atLeast("steps that the limit refused", refusedIn(stored), 1, `${asked} requests`),
    none("ledger messages with more than the limit spent, reserved and suspect", over(entries, limit)),
    atMost("from a kill to the last of its block, ms", Math.max(0, ...lapses.ofKilled), BACK_MS, `${lapses.ofKilled.length} blocks`),
    { name: "blocks of living replicas whose leases ended", value: lapses.ofLiving, target: "any", ok: true },
    count("micro-dollars still reserved", end?.reserved.micros ?? -1, 0),
    ...bills(end, billed),
    ...(scene.faults === undefined ? [] : [given(scene.faults, await models.faults(), asked)]),
  ];
  const reconciled = await armada(["budgets", "reconcile", "--json"], paid);
  const told = await readTeam("buyers", mesh.mesh());
  const after = ledgerIn("buyers", told).at(-1);
  return [
    ...figures,
    count("exit code of `budgets reconcile`", reconciled.code, 0, reconciled.stderr.slice(-300)),
    count("suspects after it", after?.suspects.length ?? -1, 0),
    none(
      "calls that cost something else in the ledger than at the provider",
      otherCosts(told, providerLog(models.log).slice(earlier.length)),
    ),
    count(
      "after it, micro-dollars in the ledger and not in the provider's log",
      (after?.spent.micros ?? -1) - billed.micros,
      0,
      `${billed.micros} billed`,
    ),
    count(
      "after it, tokens in the ledger and not in the provider's log",
      (after?.spent.tokens ?? -1) - billed.tokens,
      0,
      `${billed.tokens} billed`,
    ),
  ].map((figure) => ({ ...figure, name: `${scene.name}: ${figure.name}` }));
}

async function ledger(mesh: Up): Promise<Entry[]> {
  return ledgerIn("buyers", await readTeam("buyers", mesh.mesh()));
}

/** Waits until nobody holds anything, at most until `deadline`: who judges sees what is held then. */
async function back(mesh: Up, deadline: number): Promise<void> {
  for (; Date.now() < deadline; await pause(1_000)) {
    const entry = (await ledger(mesh)).at(-1);
    if (entry?.blocks.length === 0) return;
  }
}

/** Steps that ended by their fallback, for want of money. */
function refusedIn(stored: readonly Stored[]): number {
  const completed = stored.flatMap(({ events }) => events.filter(({ type }) => type === "armada.step.completed"));
  return completed.filter(({ data }) => Completed.parse(data).degraded?.code === "BUDGET_EXHAUSTED").length;
}

/** What one call costs, by asking for one. */
async function priceOfOne(at: Place, log: string): Promise<Amount> {
  await using mesh = await up([], { ...at, env: { ...at.env, ARMADA_BUDGETS_LEASE: "2s" } });
  const before = billedIn(providerLog(log));
  for (let tries = 0; ; tries++) {
    await startRun("buyers.buy", JSON.stringify({ agent: "essayist", items: [`subject ${100 + tries}`] }), at);
    await allEnded("buyers", tries + 1, () => mesh.mesh(), 60_000);
    const answered = providerLog(log).filter(({ outcome }) => outcome === "answered");
    const cost = billedIn(answered);
    if (answered.length > 0)
      return { micros: Math.round(cost.micros / answered.length), tokens: Math.round(cost.tokens / answered.length) };
    if (tries > 20) throw new Error(`no call was answered: ${JSON.stringify(before)}`);
  }
}

/** A replica with a call in flight; undefined once none has had one for long. */
async function inFlight(mesh: Up, models: { open(): readonly unknown[] }, draw: ReturnType<typeof drawing>): Promise<number | undefined> {
  for (let quiet = 0; quiet < 400; quiet++) {
    const pids = (mesh.mesh().pids.buyers ?? []).filter(alive);
    if (models.open().length > 0 && pids.length > 0) return draw.one(pids);
    await pause(50);
  }
  return undefined;
}

/** Whether calls that were open have been cut off. */
async function cut(open: ReadonlySet<string>, models: ModelServer): Promise<boolean> {
  for (let looks = 0; looks < 20; looks++) {
    if (models.ended().some(({ id, outcome }) => open.has(id) && outcome === "aborted")) return true;
    await pause(25);
  }
  return false;
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function over(entries: readonly Entry[], limit: Amount): string[] {
  return entries.flatMap(({ seq, spent, reserved, suspect }) => {
    const micros = spent.micros + reserved.micros + suspect.micros;
    const tokens = spent.tokens + reserved.tokens + suspect.tokens;
    return micros > limit.micros || tokens > limit.tokens
      ? [`message ${seq}: ${micros} of ${limit.micros}, ${tokens} of ${limit.tokens} tokens`]
      : [];
  });
}

function bills(end: Entry | undefined, billed: Amount): Figure[] {
  if (end === undefined) return [holds("there is a ledger", false)];
  const { spent, suspect, suspects } = end;
  const detail = `${spent.micros} spent, ${suspects.length} suspects at ${suspect.micros}, ${billed.micros} billed`;
  return [
    atLeast(
      "micro-dollars in the ledger, suspects included, over what was billed",
      spent.micros + suspect.micros - billed.micros,
      0,
      detail,
    ),
    atLeast("tokens in the ledger, suspects included, over what was billed", spent.tokens + suspect.tokens - billed.tokens, 0),
    atMost("micro-dollars spent over what was billed", spent.micros - billed.micros, 0, detail),
  ];
}

/** Calls whose cost the ledger has otherwise than the provider, in micro-dollars; a call that several share is one. */
function otherCosts(stored: readonly Stored[], lines: readonly ProviderLine[]): string[] {
  const costs = new Map<string, { ledger: number; provider: number; how: string }>();
  const add = (call: string, of: "ledger" | "provider", micros: number, how: string): void => {
    const id = call.split("~")[0] ?? call;
    const cost = costs.get(id) ?? { ledger: 0, provider: 0, how: "" };
    cost[of] += micros;
    costs.set(id, { ...cost, how: `${cost.how} ${how}`.trim() });
  };
  for (const { type, data } of stored.flatMap(({ events }) => events)) {
    if (type === "armada.ledger.settled") for (const { call, micros } of Told.parse(data).calls) add(call, "ledger", micros, "settled");
    if (type === "armada.ledger.suspected") for (const { call } of Told.parse(data).calls) add(call, "ledger", 0, "suspected");
    if (type !== "armada.ledger.cleared") continue;
    const { call, micros, by } = Cleared.parse(data);
    add(call, "ledger", micros, `cleared by ${by}`);
  }
  for (const { event, call = "", billed, costMicros, outcome } of lines)
    if (event === "end" && billed) add(call, "provider", costMicros, outcome);
  return [...costs].flatMap(([call, { ledger, provider, how }]) =>
    ledger === provider ? [] : [`${call}: ${ledger} and ${provider} (${how})`],
  );
}

function given(wanted: Readonly<Record<string, number>>, faults: Readonly<Record<string, number>>, asked: number): Figure {
  const detail = Object.entries(faults)
    .map(([kind, n]) => `${kind} ${n}`)
    .join(", ");
  const missing = Object.keys(wanted).filter((kind) => (faults[kind] ?? 0) === 0);
  return none(`kinds of fault that the provider did not give in ${asked} requests (${detail})`, missing);
}
