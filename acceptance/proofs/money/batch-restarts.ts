import { z } from "zod";
import { type Draw, drawing } from "../documents/contradictions/contradiction-drawing.ts";
import { copyCheckout } from "../harness/checkout.ts";
import { type ModelServer, startModelServer } from "../harness/model-server.ts";
import { type Place, pause, place, type Up, until, up } from "../harness/product.ts";
import { atLeast, count, type Figure, none } from "../harness/proof.ts";
import { faultsOf, type Journal, journalsOf } from "../judges/journals.ts";
import { billedIn, providerLog, readLedger } from "../judges/money.ts";
import { batchOf, buy, control, differences, pricesIn, replaced } from "../judges/purchases.ts";
import { allEnded } from "../judges/runs.ts";
import { readTeam } from "../judges/streams.ts";
import { copyBuyers } from "./buyers.ts";

const BATCH_MS = 1_500;
/** Long enough to be noted, and the log to be stopped, before it ends. */
const READ_MS = 6_000;
/** So long before that end the log is stopped. */
const STOPPED_MS = 1_200;
/** Long enough to be in progress through a kill and the wait of 8 s after it. */
const LONG_MS = 20_000;
const SUBMITTED = "armada.step.submitted";
const Step = z.looseObject({ n: z.number() });
const Drawn = z.looseObject({ call: z.string() });
const EVEN_MS = 90_000;
const ALL_ENDED_MS = 180_000;

type Scene = {
  readonly mesh: Up;
  readonly models: ModelServer;
  readonly paid: Place;
  readonly draw: Draw;
  /** Items by run. */
  readonly bought: Map<string, string[]>;
  readonly kills: Kill[];
};
/** What a run's batch was at when the replica was killed, `at` ms since 1970. */
type Kill = { readonly run: string; readonly at: number; readonly when: "accepted" | "noted" | "read" };

/**
 * The only replica is killed with three batches under way: one accepted by the provider whose answer had not come, one
 * submitted and noted, one read and not yet journaled. And batches expire, in whole and in part.
 */
export async function collected({ rounds, seed, say }: { rounds: number; seed: number; say: (line: string) => void }): Promise<Figure[]> {
  using copy = copyCheckout([]);
  copyBuyers(copy);
  using at = place({}, copy.root);
  await using models = await startModelServer(at.cwd, "prices", 0, ["--batch-ms", String(BATCH_MS)]);
  const own = { ARMADA_BUDGETS_LEASE: "5s", ARMADA_MODELS_BATCH_GATHER: "300ms", ARMADA_MODELS_BATCH_POLL: "200ms" };
  const paid: Place = { ...at, env: { ...at.env, ...models.env, ...own } };
  await using mesh = await up([], paid);
  const scene: Scene = { mesh, models, paid, draw: drawing(seed), bought: new Map(), kills: [] };
  for (let round = 0; round < rounds; round++) {
    await whileRead(scene);
    await whileOut(scene);
    if (round > 0) await atAnyMoment(scene);
    say(`lane: killed in round ${round + 1} of ${rounds}`);
    if (round === 0) await spoiled(scene);
    await ended(scene);
  }
  const log = providerLog(models.log);
  const runs = scene.bought.size;
  const items = [...scene.bought.values()].flat();
  const single = await buy("buyer", items, paid);
  scene.bought.set(single, items);
  const journals = await ended(scene);
  const wanted = pricesIn(journals.get(single));
  const lane = [...journals.values()].filter(({ run }) => run !== single);
  return [
    none("kills with other batches under way than meant", misses(scene, log, journals)),
    count("runs that completed", lane.filter(({ ends }) => ends.join() === "completed").length, runs),
    none("steps and runs without one outcome", faultsOf(lane)),
    none("answers other than those of single calls", differences(wanted, Object.assign({}, ...lane.map(pricesIn)))),
    none("attempts said to be lost whose calls were under way", lane.flatMap(lostWhileOut)),
    count("requests outside batches", log.filter((line) => line.event === "arrival" && batchOf(line) === undefined).length, 0),
    ...billing(log, items.length, lane),
    ...(await even(scene)),
  ].map((figure) => ({ ...figure, name: `lane: ${figure.name}` }));
}

/**
 * Dies with its results read and nothing of them journaled: the server is stopped before the batch ends, and killed with what
 * the replica has sent it since.
 */
async function whileRead(scene: Scene): Promise<void> {
  const { mesh, models, paid } = scene;
  await control(paid.env, { batchMs: READ_MS });
  const run = await order(scene, 4);
  await noted(scene, run, 4);
  const calls = drawsOf((await journalsNow(scene)).get(run));
  const came = providerLog(models.log).findLast(({ event, call = "" }) => event === "arrival" && calls.includes(call))?.at ?? "";
  await pause(Date.parse(came) + READ_MS - STOPPED_MS - Date.now());
  const servers = (): readonly number[] => mesh.mesh().pids.nats ?? [];
  const [server = 0] = servers();
  process.kill(server, "SIGSTOP");
  await until("a batch to end", 20_000, () => {
    const ended = new Set(providerLog(models.log).flatMap(({ event, call }) => (event === "end" ? [call] : [])));
    return calls.every((call) => ended.has(call));
  });
  await pause(800); // several looks at the batch
  scene.kills.push({ run, at: Date.now(), when: "read" });
  await kill(scene, async () => {
    process.kill(server, "SIGKILL");
    await replaced("server", server, servers);
  });
}

/** Dies with a batch in progress, and one of which it does not know: it was accepted, and the answer never came. */
async function whileOut(scene: Scene): Promise<void> {
  const { models, paid } = scene;
  await control(paid.env, { batchMs: LONG_MS });
  const known = await order(scene, 3);
  await noted(scene, known, 3);
  await control(paid.env, { batchMs: BATCH_MS, faults: { timeout: 1, holdMs: 60_000 } });
  const before = models.calls().length;
  const accepted = await order(scene, 2);
  await until("a batch to be accepted without an answer", 20_000, () => models.calls().length >= before + 2);
  const at = Date.now();
  scene.kills.push({ run: known, at, when: "noted" }, { run: accepted, at, when: "accepted" });
  await kill(scene);
  await control(paid.env, { faults: {} });
}

/** Another kill, at a moment that the seed draws: while it gathers, waits or collects. */
async function atAnyMoment(scene: Scene): Promise<void> {
  await order(scene, 5);
  await pause(scene.draw.integer(0, BATCH_MS + 1_000));
  await kill(scene);
}

/** One batch in which items fail, and one that expires; what is asked again is answered. */
async function spoiled(scene: Scene): Promise<void> {
  const { models, paid, draw } = scene;
  const spoil = async (change: Readonly<Record<string, unknown>>, items: number): Promise<void> => {
    await control(paid.env, change);
    const before = models.ended().length;
    await order(scene, items);
    await until("a spoiled batch to end", 20_000, () => models.ended().length >= before + items);
    await control(paid.env, { batchExpire: false, faults: {} });
  };
  await spoil({ faults: { seed: draw.integer(1, 1_000), batchErrored: 0.35, batchExpired: 0.35 } }, 10);
  await spoil({ batchExpire: true }, 3);
}

async function order(scene: Scene, items: number): Promise<string> {
  const names = Array.from({ length: items }, (_, i) => `thing ${scene.bought.size} ${i}`);
  const run = await buy("patient", names, scene.paid);
  scene.bought.set(run, names);
  return run;
}

/** `also`: what is done to others once the replica is dead. */
async function kill({ mesh }: Scene, also?: () => Promise<void>): Promise<void> {
  const pids = (): readonly number[] => mesh.mesh().pids.buyers ?? [];
  const [pid = 0] = pids();
  process.kill(pid, "SIGKILL");
  await also?.();
  await replaced("replica", pid, pids);
}

function ended({ mesh, bought }: Scene): Promise<Map<string, Journal>> {
  return allEnded("buyers", bought.size, () => mesh.mesh(), ALL_ENDED_MS);
}

/** Waits until the journal says which batch the run's steps are in. */
async function noted(scene: Scene, run: string, steps: number): Promise<void> {
  const notes = async (): Promise<number> =>
    ((await journalsNow(scene)).get(run)?.events ?? []).filter(({ type }) => type === SUBMITTED).length;
  await until("a batch to be noted", 20_000, async () => (await notes()) >= steps);
}

async function journalsNow({ mesh }: Scene): Promise<Map<string, Journal>> {
  return journalsOf("buyers", await readTeam("buyers", mesh.mesh()));
}

/** By the journals' times and the provider's: a batch that was in progress at the kill ended after it, and so on. */
function misses({ kills }: Scene, log: ReturnType<typeof providerLog>, journals: ReadonlyMap<string, Journal>): string[] {
  const ended = new Map(log.filter(({ event }) => event === "end").map(({ call, at }) => [call, Date.parse(at)]));
  return kills.flatMap(({ run, at, when }) => {
    const journal = journals.get(run);
    const before = (wanted: string): boolean =>
      journal?.events.some(({ type, time }) => type === wanted && Date.parse(time ?? "") < at) ?? false;
    const over = drawsOf(journal).every((call) => (ended.get(call) ?? Number.POSITIVE_INFINITY) < at);
    const right = { accepted: !before(SUBMITTED), noted: before(SUBMITTED) && !over, read: over && !before("armada.step.completed") };
    return right[when] ? [] : [`${when}: ended ${over}, noted ${before(SUBMITTED)}, journaled ${before("armada.step.completed")}`];
  });
}

/** A step whose call was out when its replica died is waited for; one that had not drawn yet is attempted again. */
function lostWhileOut({ run, events }: Journal): string[] {
  const out = new Set<number>();
  return events.flatMap(({ type, data }) => {
    const { n } = Step.safeParse(data).data ?? {};
    if (n === undefined) return [];
    if (type === "armada.step.drawn") out.add(n);
    if (type === "armada.step.completed" || type === "armada.step.attempt_failed") out.delete(n);
    return type === "armada.step.worker_lost" && out.has(n) ? [`${run}: step ${n}`] : [];
  });
}

function drawsOf(journal: Journal | undefined): string[] {
  return (journal?.events ?? []).flatMap(({ type, data }) => (type === "armada.step.drawn" ? [Drawn.parse(data).call] : []));
}

/** Each item once: what the provider billed is one call for each, and those that it did not bill had ended without an answer. */
function billing(log: ReturnType<typeof providerLog>, items: number, lane: readonly Journal[]): Figure[] {
  const ends = log.filter(({ event }) => event === "end");
  const billed = ends.filter((line) => line.billed).map(({ call = "" }) => call);
  const twice = billed.filter((call, i) => billed.indexOf(call) !== i);
  const drawn = lane.flatMap(drawsOf).length;
  const unanswered = ends.filter((line) => !line.billed);
  return [
    none("calls that the provider billed twice", twice),
    count("calls that it billed", billed.length, items),
    atLeast("items that errored or expired, and were asked again", unanswered.length, 4, outcomes(unanswered)),
    count("draws", drawn, items + unanswered.length),
  ];
}

function outcomes(ends: ReturnType<typeof providerLog>): string {
  const kinds = Map.groupBy(ends, ({ outcome }) => outcome);
  return [...kinds].map(([kind, { length }]) => `${kind} ${length}`).join(", ");
}

/** The ledger and the provider's log, once the dead replicas' blocks are back and the suspects told. */
async function even({ mesh, models }: Scene): Promise<Figure[]> {
  const began = Date.now();
  const last = async () => (await readLedger("buyers", mesh.mesh())).at(-1);
  await until("the ledger to be even", EVEN_MS, async () => {
    const entry = await last();
    return entry !== undefined && entry.blocks.length === 0 && entry.suspects.length === 0;
  }).catch(() => undefined);
  const entry = await last();
  const billed = billedIn(providerLog(models.log));
  const detail = `${entry?.spent.micros} spent, ${billed.micros} billed; even after ${Math.round((Date.now() - began) / 1_000)} s`;
  return [
    count("micro-dollars in the ledger and not in the provider's log", (entry?.spent.micros ?? -1) - billed.micros, 0, detail),
    count("tokens in the ledger and not in the provider's log", (entry?.spent.tokens ?? -1) - billed.tokens, 0),
    count("micro-dollars still reserved", entry?.reserved.micros ?? -1, 0),
    count("suspects left", entry?.suspects.length ?? -1, 0),
  ];
}
