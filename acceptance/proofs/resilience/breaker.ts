import { z } from "zod";
import { type Draw, drawing } from "../documents/contradictions/contradiction-drawing.ts";
import { copyCheckout } from "../harness/checkout.ts";
import { sendEvents } from "../harness/gateway-events.ts";
import { armada, type Place, pause, place, type Up, until, up } from "../harness/product.ts";
import { type About, atLeast, atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { journalsOf } from "../judges/journals.ts";
import { readTeam, type Stored } from "../judges/streams.ts";
import { type Came, type FailingEnd, failingEnd } from "./failing-end.ts";

const REPLICAS = 4;
/** As the team's agent has it: calls a second and replica. */
const DRAIN = 50;
/**
 * From the fifth failure until no call leaves any replica, ms, and how long a breaker stays open; in the short form, which runs beside
 * others on a machine that is never idle, of an agent that is open for longer: what is judged of it is no speed. `jitter`: how much calls
 * may bunch on their way.
 */
const FULL = { by: "sender", quiet: 250, open: 1_000, jitter: 1.02 } as const;
const SHORT = { by: "patient", quiet: 3_000, open: 6_000, jitter: 1.5 } as const;
type Pace = typeof FULL | typeof SHORT;
/** A call takes the receiver 20 ms. */
const ANSWERED_MS = 20;
const FAILURES = 5;
/** Calls of each replica before any is counted. */
const WARM = 50;
const LONG_MS = 120_000;

/** An agent's breaker over four replicas: how many calls leave, when, and what becomes of what waits. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  const draw = drawing(seed);
  using copy = copyCheckout(["gateway"]);
  copyTeam(copy, "courier");
  using at = place({}, copy.root);
  await using mesh = await up(["--replicas", `courier=${REPLICAS}`], at);
  await using end = await failingEnd();
  const about = { mesh, end, at, draw, say, runs: { begun: 0 }, pace: short ? SHORT : FULL };
  yield* cycles(about, short ? 2 : 200);
  yield* kills(about, short ? 2 : 40);
  yield* backlog(about, short ? { parcels: 200, ms: 5_000 } : { parcels: 10_000, ms: 600_000 });
}

/** `runs`: how many were begun so far. */
type With = {
  readonly mesh: Up;
  readonly end: FailingEnd;
  readonly at: Place;
  readonly draw: Draw;
  readonly say: About["say"];
  readonly runs: { begun: number };
  readonly pace: Pace;
};

/** Opened by failures, tried, closed, again and again. */
async function* cycles({ mesh, end, draw, say, runs, pace }: With, cycle: number): AsyncGenerator<Figure> {
  const first = end.came.length;
  const busy = keepBusy({ mesh, end, runs, pace }, "cycles");
  // The first request of a process loads Node's client of HTTP: on two cores a quarter of a second in each of four.
  await until("each replica to have called", LONG_MS, () => end.came.length - first >= WARM * REPLICAS);
  const spans: Span[] = [];
  for (let n = 1; n <= cycle; n++) {
    say(`cycle ${n} of ${cycle}`);
    spans.push(await once({ mesh, end, draw, pace }));
  }
  await busy.stop();
  const told = (await toldIn(mesh)).filter(({ at }) => at <= (spans.at(-1)?.closed ?? 0));
  const came = end.came.slice(first);
  const probes = told.filter(({ event }) => event === "probing").length;
  const tried = spans.flatMap((span) => came.filter((call) => within(call, span, pace)));
  yield count("cycles: times it opened because calls failed", told.filter(({ by }) => by === "calls").length, cycle);
  yield count("cycles: calls that reached the failing end while it was not closed", tried.length, probes, `${probes} tries in the log`);
  const late = spans.map((span) => lastAfter(came, span, pace));
  yield atMost(
    "cycles: from the fifth failure until no call leaves, ms: p99",
    percentile(late, 0.99),
    pace.quiet,
    `p50 ${percentile(late, 0.5)}`,
  );
}

/** The same, with a process killed by -9 in any state. */
async function* kills({ mesh, end, draw, say, runs, pace }: With, times: number): AsyncGenerator<Figure> {
  const before = await toldIn(mesh);
  const first = end.came.length;
  const busy = keepBusy({ mesh, end, runs, pace }, "kills");
  const spans: Span[] = [];
  const killed: string[] = [];
  for (let n = 1; n <= times; n++) {
    const after = draw.integer(0, 2.5 * pace.open);
    const kill = (async (): Promise<void> => {
      await pause(after);
      const victim = n % 8 === 0 ? "nats" : "courier";
      const there = (mesh.mesh().pids[victim] ?? []).filter(isAlive);
      const pid = there[draw.integer(0, Math.max(0, there.length - 1))];
      if (pid === undefined) return;
      process.kill(pid, "SIGKILL");
      killed.push(victim);
      say(`kill ${n} of ${times}: ${victim}`);
    })();
    spans.push(await once({ mesh, end, draw, pace }));
    await kill;
  }
  await busy.stop();
  const told = (await toldIn(mesh)).slice(before.length).filter(({ at }) => at <= (spans.at(-1)?.closed ?? 0));
  const came = end.came.slice(first);
  yield atLeast("kills: processes killed", killed.length, Math.floor(times * 0.8));
  // One that was killed with the try in its hand has not made it.
  const tries = told.filter(({ event }) => event === "probing").length;
  yield atMost(
    "kills: calls while it was not closed",
    spans.flatMap((span) => came.filter((call) => within(call, span, pace))).length,
    tries,
  );
  yield holds("kills: it is closed at the end", told.at(-1)?.event === "closed");
}

/** What waits behind a breaker that a person opened. */
async function* backlog(
  { mesh, end, at, say, runs, pace }: With,
  { parcels, ms }: { parcels: number; ms: number },
): AsyncGenerator<Figure> {
  end.isDown = false;
  const opened = await armada(["breakers", "open", `courier.${pace.by}`, "--for", "30m", "--why", "maintenance", "--json"], at);
  yield holds("backlog: a person opens it", opened.code === 0, opened.stderr);
  const first = end.came.length;
  await sendEvents(
    mesh.mesh(),
    Array.from({ length: parcels }, (_, i) => handed(end, `wait-${i}`, 1, pace)),
  );
  say(`${parcels} parcels wait for ${ms / 1_000} s`);
  await pause(ms);
  const health = await armada(["health", "--json"], at);
  yield holds("backlog: health says so", health.stdout.includes("BREAKER_OPEN"));
  yield count("backlog: calls meanwhile", end.came.length - first, 0);
  const closed = await armada(["breakers", "close", `courier.${pace.by}`, "--for", "1s", "--json"], at);
  yield holds("backlog: a person closes it", closed.code === 0, closed.stderr);
  const waiting = new Set(Array.from({ length: parcels }, (_, i) => `wait-${i}-1`));
  await until("all parcels to be sent", LONG_MS + parcels * 100, () => {
    for (const { body } of end.came.slice(first)) waiting.delete(body);
    return waiting.size === 0;
  }).catch(() => undefined); // what is missing is judged
  yield none("backlog: parcels that were not sent", [...waiting]);
  const came = end.came.slice(first);
  yield atMost("backlog: calls in any second", mostIn(came, 1_000), DRAIN * REPLICAS * pace.jitter);
  runs.begun += parcels;
  await settled(mesh, runs.begun);
  const journals = [...journalsOf("courier", await readTeam("courier", mesh.mesh())).values()];
  const steps = journals.flatMap(({ events }) => events.filter(({ type }) => type === "armada.step.attempt_failed"));
  const ofBacklog = steps.filter(({ data }) => JSON.stringify(data).includes("maintenance"));
  yield none(
    "backlog: attempts that waiting used up",
    ofBacklog.filter(({ data }) => Counts.parse(data).counts).map(({ id }) => id),
  );
  yield none(
    "runs without one end that is completed",
    journals.filter(({ ends }) => ends.join() !== "completed").map(({ run, ends }) => `${run}: ${ends.join() || "open"}`),
  );
}

const Counts = z.object({ counts: z.boolean() });

type Span = { readonly down: number; readonly opened: number; readonly closed: number };

/** One cycle: down until it is open, up until it is closed. */
async function once({ mesh, end, draw, pace }: Pick<With, "mesh" | "end" | "draw" | "pace">): Promise<Span> {
  const before = (await toldIn(mesh)).length;
  const down = Date.now();
  end.isDown = true;
  const opened = await toldSince(mesh, before, "opened");
  // At times it is tried in vain first.
  await pause(draw.integer(0, 1.8 * pace.open));
  end.isDown = false;
  const closed = await toldSince(mesh, before, "closed");
  return { down, opened: opened.at, closed: closed.at };
}

/** A call that left between opening and closing; what was on its way at the opening is none. */
function within({ at }: Came, { opened, closed }: Span, { quiet }: Pace): boolean {
  return at > opened + quiet && at < closed;
}

/** How long after the answer to the fifth failure the last call came that was no try, ms. */
function lastAfter(came: readonly Came[], { down, opened, closed }: Span, { open }: Pace): number {
  const calls = came.filter(({ at }) => at >= down && at < closed);
  const fifth = calls.filter(({ ok }) => !ok)[FAILURES - 1];
  const tryAt = opened + 0.9 * open; // no earlier is it tried
  const last = calls.findLast(({ at }) => at < tryAt);
  return fifth === undefined || last === undefined ? Number.POSITIVE_INFINITY : Math.max(0, last.at - fifth.at - ANSWERED_MS);
}

const Told = z.object({ at: z.iso.datetime(), by: z.string().optional() });
type ToldEvent = { readonly at: number; readonly event: string; readonly by: string | undefined };

/** What the stream says of the breaker. */
async function toldIn(mesh: Up): Promise<readonly ToldEvent[]> {
  return (await readBreaker(mesh)).flatMap(({ subject, events: [event] }) => {
    const { at, by } = Told.parse(event?.data);
    return [{ at: Date.parse(at), event: subject.split(".")[3] ?? "", by }];
  });
}

async function readBreaker(mesh: Up): Promise<readonly Stored[]> {
  return readTeam("courier", mesh.mesh(), "evt.courier.call_breaker.>");
}

async function toldSince(mesh: Up, before: number, event: string): Promise<ToldEvent> {
  let found: ToldEvent | undefined;
  await until(`the breaker to be ${event}`, LONG_MS, async () => {
    found = (await toldIn(mesh)).slice(before).find((told) => told.event === event);
    return found !== undefined;
  });
  if (found === undefined) throw new Error(`the breaker is not ${event}`);
  return found;
}

function handed(end: FailingEnd, round: string, parcels: number, { by }: Pace): Parameters<typeof sendEvents>[1][number] {
  return { id: round, type: "com.example.parcels.handed", data: { url: end.url, round, parcels, by } };
}

/** Runs that send parcels one after the other, new ones as they end. */
function keepBusy({ mesh, end, runs, pace }: Pick<With, "mesh" | "end" | "runs" | "pace">, name: string): { stop(): Promise<void> } {
  let over = false;
  let sent = 0;
  const rounds = (async (): Promise<void> => {
    while (!over) {
      const open = sent * 20 - end.came.filter(({ ok, body }) => ok && body.startsWith(name)).length;
      if (open < 1_000) {
        const events = Array.from({ length: 20 }, (_, i) => handed(end, `${name}-${sent + i}`, 20, pace));
        await sendEvents(mesh.mesh(), events).then(
          () => {
            sent += 20;
            runs.begun += 20;
          },
          () => undefined, // the server was killed; the same events again
        );
      }
      await pause(100);
    }
  })();
  return {
    stop: async () => {
      over = true;
      await rounds;
      await settled(mesh, runs.begun);
    },
  };
}

async function settled(mesh: Up, runs: number): Promise<void> {
  await until("all runs to end", LONG_MS, async () => {
    await pause(1_000);
    return (await readTeam("courier", mesh.mesh(), "run.courier.end.>")).length >= runs;
  }).catch(() => undefined); // what is open is judged
}

/** The most calls that came in any stretch of so many ms. */
function mostIn(came: readonly Came[], ms: number): number {
  let from = 0;
  let most = 0;
  for (const [to, { at }] of came.entries()) {
    while ((came[from]?.at ?? at) <= at - ms) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.POSITIVE_INFINITY;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
