import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Draw, drawing } from "../documents/contradictions/contradiction-drawing.ts";
import { copyCheckout } from "../harness/checkout.ts";
import { sendEvents } from "../harness/gateway-events.ts";
import { armada, type Place, pause, place, type Up, until, up } from "../harness/product.ts";
import { type About, atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { faultsOf, journalsOf, stepsOf } from "../judges/journals.ts";
import { readTeam } from "../judges/streams.ts";

/** What agents that declare nothing do, and whether that takes their process along. */
const KINDS = { throws: false, garbles: false, hangs: false, loops: true, leaks: true, exits: true } as const;
type Kind = keyof typeof KINDS;
const TEAMS = ["wards", "neighbours"] as const;
type Team = (typeof TEAMS)[number];
/** Runs of each team beside each kind, and how far apart they are begun, ms. */
const FULL = { runs: 119, every: 250, kinds: Object.keys(KINDS) as Kind[], at: 5_000, many: 20 };
const SHORT = { runs: 12, every: 500, kinds: ["exits", "loops"] as Kind[], at: 1_000, many: 0 };
type Size = typeof FULL;
/** Of a heap, so that one that leaks does not take the machine's, MB. */
const HEAP = 400;
const NAMED_MS = 10_000;
/** After a process is there again, until what it missed is done, ms. */
const SETTLED_MS = 1_000;
const LONG_MS = 60_000;

/** What agents that throw, hang, loop, leak or exit do to healthy runs of the same team and of another one. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  const draw = drawing(seed);
  const size = short ? SHORT : FULL;
  using copy = copyCheckout(["gateway"]);
  for (const team of TEAMS) copyTeam(copy, team);
  using at = place({ NODE_OPTIONS: `--max-old-space-size=${HEAP}` }, copy.root);
  await using mesh = await up([], at);
  const about = { mesh, at, say, sent: { wards: 0, neighbours: 0 }, size };
  await load(about, { ...size, runs: 20, every: 100 }); // the first of each process are slow
  say("nothing beside them");
  const plain = await load(about, size);
  await ended(about);
  const undisturbed = await spansOf(mesh, plain);
  for (const kind of size.kinds) {
    say(`beside one that ${kind}`);
    const watched = watching(about);
    const loading = load(about, size);
    await pause(size.at);
    const poisoned = Date.now();
    await admit(mesh, kind, poisoned);
    const named = KINDS[kind] ? await health(about, kind) : undefined;
    const healthy = await loading;
    await ended(about);
    const lost = watched.stop();
    if (KINDS[kind]) {
      yield holds(`${kind}: its process was lost once`, lost.length === 1, JSON.stringify(lost));
      const since = kind === "leaks" ? (lost[0]?.gone ?? poisoned) : poisoned; // memory takes its time
      yield holds(`${kind}: health names it`, named !== undefined);
      if (!short && named !== undefined) yield atMost(`${kind}: health names it after, ms`, named - since, NAMED_MS);
    } else yield count(`${kind}: processes lost`, lost.length, 0);
    if (short) continue;
    const spans = await spansOf(mesh, healthy);
    const outages = lost.map(({ gone, back }) => ({ from: kind === "loops" ? poisoned : gone - SETTLED_MS, to: back + SETTLED_MS }));
    for (const team of TEAMS) {
      const counted = spans[team].filter((span) => team !== "wards" || !outages.some(({ from, to }) => span.at < to && span.end > from));
      yield* within(`${kind}, ${team}`, counted, undisturbed[team]);
    }
  }
  if (size.many > 0) yield* many(about, draw, undisturbed);
  yield* judged(about);
}

type With = {
  readonly mesh: Up;
  readonly at: Place;
  readonly say: About["say"];
  /** Healthy runs so far. */
  readonly sent: Record<Team, number>;
  readonly size: Size;
};

/** Twenty at once, of all kinds. */
async function* many(about: With, draw: Draw, undisturbed: Readonly<Record<Team, readonly Span[]>>): AsyncGenerator<Figure> {
  const { mesh, say, size } = about;
  const kinds = Object.keys(KINDS) as Kind[];
  say(`${size.many} at once`);
  const loading = load(about, size);
  await pause(size.at);
  const first = draw.integer(0, kinds.length - 1);
  for (let n = 0; n < size.many; n++) await admit(mesh, kinds[(first + n) % kinds.length] ?? "throws", Date.now());
  await loading;
  await ended(about);
  say("until each is parked, or its agent's breaker is open");
  const poisons = size.many + size.kinds.length;
  await until("the last poison to be parked, or to wait", 5 * LONG_MS, async () => {
    if ((await parkedIn(about)).length >= poisons) return true;
    const { lines } = await armada(["breakers", "--json"], about.at);
    const paused = new Set(lines.flatMap((line) => (line.status === "closed" ? [] : [line.agent])));
    return kinds.every((kind) => paused.has(kind)) || undefined;
  });
  await pause(10_000);
  const healthy = await load(about, size);
  await ended(about);
  const spans = await spansOf(mesh, healthy);
  for (const team of TEAMS) yield* within(`10 s after ${size.many} at once, ${team}`, spans[team], undisturbed[team]);
}

/** From the streams: what became of everything. */
async function* judged({ mesh, at, sent, size }: With): AsyncGenerator<Figure> {
  for (const team of TEAMS) {
    const journals = [...journalsOf(team, await readTeam(team, mesh.mesh())).values()];
    const well = journals.filter(({ steps }) => [...steps.values()].every(({ agent }) => agent === "well" || agent === "greet"));
    yield count(`healthy runs of ${team}`, well.length, sent[team]);
    yield none(`healthy runs of ${team} without one outcome of each step and one end`, faultsOf(well));
    const charged = stepsOf(well).filter(({ step }) => step.charged > 0);
    yield none(
      `healthy steps of ${team} that were charged an attempt`,
      charged.map(({ run, step }) => `${run}: step ${step.n}`),
    );
    if (team === "wards") yield count("poisoned runs", journals.length - well.length, size.kinds.length + size.many);
  }
  yield none(
    "healthy steps that were parked",
    (await parkedIn({ at })).filter((agent) => agent === "well" || agent === "greet"),
  );
}

const Parked = z.looseObject({ type: z.literal("parked"), agent: z.string() });

async function parkedIn({ at }: Pick<With, "at">): Promise<readonly string[]> {
  const { lines } = await armada(["parked", "list", "--json"], at);
  return lines.flatMap((line) => (line.type === "parked" ? [Parked.parse(line).agent] : []));
}

/** When `armada health` first names an agent, ms since 1970; undefined where it does not. */
async function health({ at }: With, agent: Kind): Promise<number | undefined> {
  return until("health to name it", LONG_MS, async () => {
    const { stdout } = await armada(["health", "--json"], at);
    return stdout.includes(`agent ${agent}`) ? Date.now() : undefined;
  }).catch(() => undefined); // that it did not is a figure
}

async function admit(mesh: Up, state: Kind | "well", at: number): Promise<void> {
  await sendEvents(mesh.mesh(), [{ id: `${state}-${at}`, type: "com.example.patient.admitted", data: { state, at } }]);
}

/** Begins healthy runs of both teams, one after the other; answers the times at which they were sent. */
async function load({ mesh, sent }: With, { runs, every }: Pick<Size, "runs" | "every">): Promise<ReadonlySet<number>> {
  const times = new Set<number>();
  for (let n = 0; n < runs; n++) {
    const at = Date.now();
    times.add(at);
    await admit(mesh, "well", at);
    await sendEvents(mesh.mesh(), [{ id: `visit-${at}`, type: "com.example.neighbour.visited", data: { at } }]);
    sent.wards++;
    sent.neighbours++;
    await pause(Math.max(0, at + every - Date.now()));
  }
  return times;
}

/** Waits until all healthy runs have ended. */
async function ended({ mesh, sent }: With): Promise<void> {
  for (const team of TEAMS)
    await until(`healthy runs of ${team} to end`, LONG_MS, async () => (await spansIn(mesh, team)).length >= sent[team] || undefined);
}

/** A healthy run: when it was sent and when its end was stored, ms since 1970. */
type Span = { readonly at: number; readonly end: number };
const Started = z.looseObject({ input: z.looseObject({ at: z.number(), state: z.string().optional() }) });

async function spansIn(mesh: Up, team: Team): Promise<readonly Span[]> {
  const sent = new Map<string, number>();
  const spans: Span[] = [];
  for (const { subject, time, events } of await readTeam(team, mesh.mesh())) {
    const run = subject.split(".")[4] ?? "";
    for (const { type, data } of events) {
      if (type === "armada.run.started") {
        const { at, state = "well" } = Started.parse(data).input;
        if (state === "well") sent.set(run, at);
      }
      const at = sent.get(run);
      if (type === "armada.run.ended" && at !== undefined) spans.push({ at, end: time });
    }
  }
  return spans;
}

async function spansOf(mesh: Up, times: ReadonlySet<number>): Promise<Readonly<Record<Team, readonly Span[]>>> {
  const of = async (team: Team): Promise<readonly Span[]> => (await spansIn(mesh, team)).filter(({ at }) => times.has(at));
  return { wards: await of("wards"), neighbours: await of("neighbours") };
}

function* within(what: string, spans: readonly Span[], undisturbed: readonly Span[]): Generator<Figure> {
  const share = (p: number): number => percentile(spans, p) / percentile(undisturbed, p);
  const told = (p: number): string => `${percentile(spans, p)} ms beside ${percentile(undisturbed, p)} ms, of ${spans.length} runs`;
  yield atMost(`${what}: p50 of undisturbed`, round(share(0.5)), 1.1, told(0.5));
  yield atMost(`${what}: p99 of undisturbed`, round(share(0.99)), 1.5, told(0.99));
}

function percentile(spans: readonly Span[], p: number): number {
  const sorted = spans.map(({ at, end }) => end - at).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}

function round(share: number): number {
  return Math.round(share * 1_000) / 1_000;
}

/** How often a replica of the wards has begun to serve. */
function servings({ cwd }: Place): number {
  return readFileSync(join(cwd, ".armada/logs/wards.log"), "utf8").split('"wards serves"').length - 1;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

type Lost = { readonly gone: number; readonly back: number };

/** Sees when a process of the wards goes, and when the next one serves. */
function watching({ mesh, at }: With): { stop(): readonly Lost[] } {
  const lost: Lost[] = [];
  let pid = mesh.mesh().pids.wards?.[0];
  let served = servings(at);
  let gone: number | undefined;
  const timer = setInterval(() => {
    const now = mesh.mesh().pids.wards?.[0];
    if (gone === undefined && (now !== pid || (pid !== undefined && !isThere(pid)))) gone = Date.now();
    if (gone === undefined || servings(at) === served || now === undefined) return;
    lost.push({ gone, back: Date.now() });
    [pid, served, gone] = [now, servings(at), undefined];
  }, 50);
  return {
    stop: () => {
      clearInterval(timer);
      return gone === undefined ? lost : [...lost, { gone, back: Number.POSITIVE_INFINITY }];
    },
  };
}
