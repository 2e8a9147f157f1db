import { z } from "zod";
import { copyCheckout } from "../harness/checkout.ts";
import { type ModelServer, startModelServer } from "../harness/model-server.ts";
import { armada, type MeshFile, type Place, pause, place, type Up, until, up } from "../harness/product.ts";
import { type About, atLeast, atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { faultsOf, journalsOf } from "../judges/journals.ts";
import { type Amount, billedIn, type Entry, ledgerIn, providerLog, readLedger, sum } from "../judges/money.ts";
import { allEnded, startRun } from "../judges/runs.ts";
import { readTeam, type Stored } from "../judges/streams.ts";
import { copyBuyers } from "./buyers.ts";

const TEAMS = ["buyers", "shoppers"] as const;
/** A little over what a call of the `essayist` may cost, micro-dollars. */
const CALL = 1_150;
const PER_RUN = 60;
/** After so long without a call, nothing is granted that one could be made of. */
const QUIET_MS = 1_000;
const ALL_ENDED_MS = 300_000;

/** `admits`: calls that the fleet's limit has room for; `asked`: calls that each team wants. `aways`: how often the federation is killed and kept down. */
type Scene = { readonly admits: number; readonly asked: number; readonly aways: number; readonly answerMs: number };
type Away = { readonly from: number; readonly to: number; readonly kills: number; readonly calls: number; readonly waited: boolean };

/** Two teams want more than the fleet may spend, and who grants it is killed and kept down while they do. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  const { admits, asked, aways, answerMs }: Scene = short
    ? { admits: 80, asked: 60, aways: 1, answerMs: 400 }
    : { admits: 400, asked: 300, aways: 4, answerMs: 1_000 };
  using copy = copyCheckout(["federation"]);
  for (const team of TEAMS) copyBuyers(copy, { name: team });
  using at = place({}, copy.root);
  await using models = await startModelServer(at.cwd, "prices", answerMs);
  const limit = CALL * admits;
  const budgets = { ARMADA_BUDGETS_FLEET: `$${limit / 1e6}/month`, ARMADA_BUDGETS_AT_LIMIT: "fallback", ARMADA_BUDGETS_LEASE: "3s" };
  const paid: Place = { ...at, env: { ...models.env, ...budgets } };
  await using mesh = await up(["--replicas", TEAMS.map((team) => `${team}=2`).join(",")], paid);
  const items = Array.from({ length: asked }, (_, i) => `subject ${i}`);
  const chunks = Array.from({ length: Math.ceil(asked / PER_RUN) }, (_, i) => items.slice(i * PER_RUN, (i + 1) * PER_RUN));
  const starts = TEAMS.flatMap((team) => chunks.map((part) => [team, JSON.stringify({ agent: "essayist", items: part })] as const));
  await Promise.all(starts.map(([team, input]) => startRun(`${team}.buy`, input, paid)));
  const away: Away[] = [];
  while (away.length < aways) {
    say(`fleet: the federation is killed, ${away.length + 1} of ${aways}`);
    away.push(await keptDown(mesh, models, (limit / aways) * (away.length + 0.2)));
  }
  say("fleet: waiting for the runs to end");
  for (const team of TEAMS) await allEnded(team, chunks.length, () => mesh.mesh(), ALL_ENDED_MS);
  await until("the teams to hold nothing", 60_000, async () =>
    (await ledgers(mesh.mesh())).every((one) => one.at(-1)?.blocks.length === 0),
  );
  yield* await judged({ mesh, models, paid, limit, away, runs: chunks.length });
}

/** Kills the federation once `spent` micro-dollars are and a team may make two calls more, and again and again until no team makes any. */
async function keptDown(mesh: Up, models: ModelServer, spent: number): Promise<Away> {
  await until("what is granted to be spent in part", 120_000, async () => {
    const ends = (await ledgers(mesh.mesh())).map((one) => one.at(-1));
    const used = sum(ends.flatMap((end) => (end === undefined ? [] : [end.spent]))).micros;
    return used >= spent && ends.some((end) => end !== undefined && roomOf(end) >= 2 * CALL);
  });
  const before = models.calls().length;
  const from = Date.now();
  const killed = new Set<number>();
  let calls = before;
  for (let quietSince = from; Date.now() - quietSince < QUIET_MS || killed.size < 2; await pause(20)) {
    for (const pid of mesh.mesh().pids.federation ?? []) if (!killed.has(pid) && kill(pid)) killed.add(pid);
    const now = models.calls().length;
    if (now > calls || models.open().length > 0) quietSince = Date.now();
    calls = now;
  }
  const to = Date.now();
  const waited = (await Promise.all(TEAMS.map((team) => readTeam(team, mesh.mesh())))).some((stored, i) =>
    [...journalsOf(TEAMS[i] ?? "", stored).values()].some(({ ends }) => ends.length === 0),
  );
  return { from, to, kills: killed.size, calls: calls - before, waited };
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false; // it is gone, and its successor not yet told of
  }
}

function ledgers(mesh: Pick<MeshFile, "nats" | "keys">): Promise<Entry[][]> {
  return Promise.all(TEAMS.map((team) => readLedger(team, mesh)));
}

function roomOf({ funded, spent, reserved, suspect }: Entry): number {
  return (funded?.micros ?? 0) - spent.micros - reserved.micros - suspect.micros;
}

type Played = {
  readonly mesh: Up;
  readonly models: ModelServer;
  readonly paid: Place;
  readonly limit: number;
  readonly away: readonly Away[];
  readonly runs: number;
};

async function judged({ mesh, models, paid, limit, away, runs }: Played): Promise<Figure[]> {
  const streams = await Promise.all(TEAMS.map((team) => readTeam(team, mesh.mesh())));
  const grants = grantsIn(await readTeam("federation", mesh.mesh()));
  const entries = TEAMS.map((team, i) => ledgerIn(team, streams[i] ?? []));
  const ends = entries.flatMap((one) => one.at(-1) ?? []);
  const billed = billedIn(providerLog(models.log));
  const used = sum(ends.flatMap(({ spent, suspect }) => [spent, suspect])).micros;
  const figures = [
    count("runs that ended", streams.flatMap((stored, i) => ended(TEAMS[i] ?? "", stored)).length, runs * TEAMS.length),
    none(
      "steps without one outcome",
      streams.flatMap((stored, i) => faultsOf(journalsOf(TEAMS[i] ?? "", stored).values())),
    ),
    atLeast("messages of the federation that grant", grants.length, TEAMS.length * 2),
    none(
      "messages of the federation with more than the limit granted",
      grants.flatMap(({ seq, all }) => (all.micros > limit ? [`message ${seq}: ${all.micros} of ${limit}`] : [])),
    ),
    none(
      "ledger messages with more spent, reserved and suspect than the team was granted",
      entries.flatMap((one, i) =>
        one.flatMap((entry) => (roomOf(entry) < 0 ? [`${TEAMS[i]} message ${entry.seq}: ${-roomOf(entry)} too much`] : [])),
      ),
    ),
    ...TEAMS.map((team, i) =>
      count(`micro-dollars that ${team} was granted and does not know of`, (grants.at(-1)?.of[team]?.micros ?? 0) - funded(ends[i]), 0),
    ),
    atLeast(
      "times that the federation was killed",
      away.reduce((total, { kills }) => total + kills, 0),
      away.length * 2,
    ),
    none(
      "grants while it was away",
      // One that was on its way to the disk when it was killed counts for the time before.
      away.flatMap(({ from, to }) =>
        grants.flatMap(({ seq, time }) => (time > from + 100 && time < to ? [`message ${seq}, ${time - from} ms after the kill`] : [])),
      ),
    ),
    atLeast("calls that were made while it was away, at least", Math.min(...away.map(({ calls }) => calls)), 1),
    holds(
      "work waited for its return each time",
      away.every(({ waited }) => waited),
    ),
    atLeast(
      "of the limit that is used in the end",
      used / limit,
      0.9,
      `${used} of ${limit}; ${ends.map(roomOf).join(" and ")} granted and left`,
    ),
    atMost("micro-dollars billed, of the limit", billed.micros, limit),
  ];
  const reconciled = await armada(["budgets", "reconcile", "--json"], paid);
  const after = sum((await ledgers(mesh.mesh())).flatMap((one) => one.at(-1)?.spent ?? []));
  const rows = await armada(["budgets", "--json"], paid);
  const row = rows.lines.map((line) => Row.safeParse(line).data).find((one) => one !== undefined);
  return [
    ...figures,
    count("exit code of `budgets reconcile`", reconciled.code, 0, reconciled.stderr.slice(-300)),
    count(
      "after it, micro-dollars in the ledgers and not in the provider's log",
      after.micros - billed.micros,
      0,
      `${billed.micros} billed`,
    ),
    count("after it, tokens in the ledgers and not in the provider's log", after.tokens - billed.tokens, 0, `${billed.tokens} billed`),
    count(
      "micro-dollars that `budgets` shows the fleet to have spent, and that were not billed",
      (row?.spentMicros ?? -1) - billed.micros,
      0,
    ),
  ];
}

const Row = z.looseObject({ team: z.literal("federation"), of: z.literal("fleet"), limitMicros: z.number(), spentMicros: z.number() });

function ended(team: string, stored: readonly Stored[]): string[] {
  return [...journalsOf(team, stored).values()].flatMap(({ run, ends }) => (ends.length === 1 ? [run] : []));
}

function funded(entry: Entry | undefined): number {
  return entry?.funded?.micros ?? 0;
}

const Granted = z.object({ granted: z.record(z.string(), z.object({ micros: z.number(), tokens: z.number() })) });

/** The fleet's budget after each message of the federation's that says something of it. */
function grantsIn(stored: readonly Stored[]): { seq: number; time: number; of: Readonly<Record<string, Amount>>; all: Amount }[] {
  return stored
    .filter(({ subject }) => subject.startsWith("evt.federation.fleet."))
    .map(({ seq, time, events }) => {
      const { granted } = Granted.parse(events.at(-1)?.data);
      return { seq, time, of: granted, all: sum(Object.values(granted)) };
    });
}
