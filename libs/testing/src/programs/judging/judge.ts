import { type Envelope, parseSubject } from "@armada/contracts";
import { foldMessage, readJournalMessage } from "@armada/engine/journal/message";
import { initialRun, type RunState } from "@armada/engine/journal/state";
import { usedBy } from "@armada/engine/steps/budget";
import { viewOf } from "@armada/engine/view/run";
import type { Message } from "@armada/event-sourcing";
import { checkBreakers } from "../../breaker-story.ts";
import type { Case } from "../drawing/program.ts";
import { shown } from "../drawing/values.ts";
import { Around, EARLY } from "../playing/around.ts";
import { BEGAN, DAYS, kinds, OPENS, OTHER, TEAM } from "../playing/declarations.ts";
import { MOST_OPERATIONS, World } from "../playing/world.ts";
import { seenAgain } from "./again.ts";
import { Basis } from "./basis.ts";
import { Book } from "./book.ts";
import { checkConsequences, writerOf } from "./consequences.ts";
import { isSingle } from "./deliveries.ts";
import { readAs } from "./read-as.ts";
import { Reader } from "./reader.ts";
import { JUST_BEFORE_MS } from "./takes.ts";
import type { Arrived, Chain, Told } from "./told.ts";
import { checkWork, isCalm } from "./work.ts";

/** What one case came to. */
export type Judged = {
  readonly failures: readonly string[];
  /** Its calls: operation, outcome and moment of death, divided by `|`. */
  readonly covered: readonly string[];
  readonly deaths: number;
  readonly messages: number;
  readonly journal: () => string;
};

/** A day: longer than any timer, outage and backoff of a case together. */
const LIMIT_MS = 86_400_000;
const REST_MS = 1_000;

/** A run of the program: its journal as stored, and its reader. */
type Run = {
  readonly id: string;
  readonly reader: Reader;
  readonly again: Awaited<ReturnType<typeof seenAgain>>;
  readonly book: Book;
  readonly basis: Basis;
  readonly state: RunState;
  readonly lines: string[];
  readonly places: number[];
  ended: boolean;
};

/** Runs a case until all has come to rest, and compares each run with what a reader expects of it. Deterministic. */
export async function judge(drawn: Case): Promise<Judged> {
  const world = new World(drawn);
  const around = new Around(world, drawn);
  const arrived: Arrived[] = [];
  const runs = new Map<string, Run>();
  const chains = new Map<string, Chain>();
  const ticks = new Map<string, Pick<Message, "seq" | "time">>();
  /** When each ask was answered. */
  const answers = new Map<string, number>();
  const failures = new Set<string>();
  const resolve = (value: unknown): unknown => resolved(world, value);

  /** Told to the readers once all is over: what chance said to a run is known by then. */
  const journaled: { readonly run: string; readonly message: Message; readonly events: readonly Told[] }[] = [];

  world.mesh.stream(TEAM).listen((message) => {
    const subject = parseSubject(message.subject);
    if (subject?.kind === "journal" && subject.branch === undefined) {
      const { run } = subject;
      const events = message.envelopes.map(stored).map(({ type, data }): Told => ({ type, data: told(data, resolve) }));
      journaled.push({ run, message, events });
      const writer = writerOf(message.envelopes[0]);
      for (const { type, data } of events)
        around.stored({ run, type, n: typeof data.n === "number" ? data.n : undefined, writer, code: data.code });
    }
    if (subject?.kind === "tick") ticks.set(`${subject.run} ${subject.n}`, ticks.get(`${subject.run} ${subject.n}`) ?? message);
    const fact = message.envelopes[0];
    if (subject?.kind === "answer" && subject.from === OTHER && typeof fact?.data === "object")
      answers.set(`${subject.run} ${subject.n}`, answers.get(`${subject.run} ${subject.n}`) ?? message.time);
    if (subject?.kind === "fact" && fact !== undefined) {
      const read = readAs(fact, resolve);
      if (read === undefined) return;
      arrived.push({
        event: String(read.fact.key),
        type: fact.type,
        id: String(fact.subject),
        seq: message.seq,
        time: Date.parse(fact.arrived ?? fact.time ?? "") || 0,
        ...read,
      });
    }
  });

  around.begin();
  let rest: number | undefined;
  const how = await world.clock.run(() => {
    if (world.spinning) return true;
    if (around.due > 0 || !world.quiet()) rest = undefined;
    else if (rest === undefined) {
      rest = world.clock.now();
      world.clock.sleep(REST_MS).catch(() => undefined); // keeps the clock going while nothing else does
    }
    return rest !== undefined && world.clock.now() >= rest + REST_MS;
  }, LIMIT_MS);
  if (world.spinning) failures.add(`more than ${MOST_OPERATIONS} appends, loads and timers: it spins`);
  else if (how !== "done") failures.add(`nothing comes to rest (${how})`);

  await world.clock.run(
    finished(async () => {
      for (const [run, messages] of Map.groupBy(journaled, (one) => one.run)) {
        const again = await seenAgain(
          drawn,
          world,
          run,
          messages.map(({ message }) => message),
        );
        const base = run.split("~")[0] ?? run;
        const chain = chains.get(base) ?? {
          after: startOf(world, messages[0]?.events),
          hops: messages[0]?.message.envelopes[0]?.hops ?? 0,
          fresh: true,
          moved: false,
          restless: 0,
          arrived,
          taken: new Map(),
          remembers: drawn.remembers ?? 1_000,
          forgot: undefined,
        };
        chains.set(base, chain);
        const outside = {
          drawn: (visit: string) => again.sight.drawn.get(visit),
          times: (n: number) => world.deeds.times(`${run}-${n}`),
          heard: (n: number) => {
            const [answered, ticked] = [answers.get(`${run} ${n}`), ticks.get(`${run} ${n}`)?.time];
            return isCalm(drawn, world) && answered !== undefined && ticked !== undefined && answered < ticked - JUST_BEFORE_MS;
          },
          changed: drawn.changed !== undefined,
          budget: drawn.budget !== undefined,
          stops: drawn.budget?.atLimit !== "fallback",
          calm: isCalm(drawn, world),
          single: isSingle(drawn),
          doubled: drawn.doubled === true,
          full: BEGAN + (drawn.full ?? 0),
          dayEnds: drawn.budget?.daily === true ? DAYS.ends : 0,
          opens: OPENS,
          tick: (n: number) => ticks.get(`${run} ${n}`)?.seq ?? 0,
        };
        runs.set(run, {
          id: run,
          reader: new Reader(drawn.body, chain, outside),
          again,
          book: new Book(),
          basis: new Basis(),
          state: initialRun(),
          lines: [],
          places: [],
          ended: false,
        });
      }
    }),
    LIMIT_MS,
  );
  if (how === "done" && !world.spinning)
    for (const { run, step } of world.atWork) failures.add(`a replica is at work on step ${step} of run ${run}, and nothing goes on`);
  const journals = Map.groupBy(journaled, ({ run }) => run);
  const found = {
    team: TEAM,
    other: OTHER,
    stream: (team: string) => world.mesh.stream(team).messages,
    timers: world.timers,
    calm: isCalm(drawn, world),
    resolve,
  };
  if (how === "done" && !world.spinning)
    for (const line of [...checkConsequences(journals, found), ...checkWork(drawn, world, journals), ...checkBreakers(found.stream(TEAM))])
      failures.add(line);
  for (const { run, message, events } of journaled) {
    const one = runs.get(run);
    if (one === undefined) continue;
    if (one.ended) failures.add(`${message.subject} comes after the end of its run`);
    one.reader.read(events, Date.parse(message.envelopes[0]?.time ?? ""), !message.subject.includes(".lead."));
    one.ended ||= events.some(({ type }) => type === "run.ended");
    one.book.write(events, message.envelopes[0]?.time ?? "");
    const journal = readJournalMessage(message);
    if (journal !== undefined) foldMessage(one.state, journal);
    const view = viewOf(TEAM, run, one.state);
    const approvals = view.approvals?.map((approval) => ({ ...approval, ...("show" in approval ? { show: resolve(approval.show) } : {}) }));
    const [told, is] = [
      shown({ ...view, ...(approvals === undefined ? {} : { approvals }), used: usedBy(one.state) }),
      shown({ ...one.book.view(TEAM, run), used: one.book.used() }),
    ];
    one.basis.write(message.envelopes.map(stored), message.envelopes[0]?.time ?? "");
    for (const line of one.basis.differs(one.state)) failures.add(`run ${run}: ${line.slice(0, 800)}`);
    if (told !== is) failures.add(`run ${run} is shown as ${told.slice(0, 600)}, its journal says ${is.slice(0, 600)}`);
    one.lines.push(line(message, events));
    one.places.push(message.seq);
  }
  for (const { id, reader, again } of runs.values()) {
    for (const line of reader.wrong) failures.add(`run ${id}: ${line}`);
    if (how === "done" && !world.spinning) for (const line of waitingFor(reader, world.clock.now())) failures.add(`run ${id}: ${line}`);
    if (reader.end?.status === "continued" && !runs.has(nextOf(id))) failures.add(`run ${id} goes on in ${nextOf(id)}, which is not there`);
    const cut = reader.end?.status === "cancelled" || reader.end?.status === "continued";
    if (reader.refused) continue;
    if (again.fault !== undefined && !cut) failures.add(`run ${id} does not fit its journal: ${again.fault}`);
    for (const [visit, what] of reader.seen)
      if (again.sight.seen.has(visit) && again.sight.seen.get(visit) !== what)
        failures.add(`run ${id} sees ${again.sight.seen.get(visit)} at ${visit} where it is begun again, the program ${what}`);
  }
  const early = journaled.some(({ events }) => (events[0]?.data.by as { id?: unknown } | undefined)?.id === `begun-${EARLY}`);
  if (early !== (drawn.from === "beginning" || drawn.from === "its time"))
    failures.add(`what came before the world ${early ? "started a run" : "started none"}, and the subscription is from ${drawn.from}`);
  if (runs.size === 0) failures.add("no run was started");
  for (const line of [...world.deeds.wrong, ...world.faults]) failures.add(line);
  for (const [run, ms] of world.unsaid)
    failures.add(`the function of run ${run} held the event loop for ${ms} ms, and the log says nothing`);
  return {
    failures: [...failures],
    covered: [...runs.values()].flatMap((run) => coveredBy(run, world.deaths)),
    deaths: world.deaths.length,
    messages: world.mesh.stream(TEAM).head,
    journal: () => [...runs.values()].map(({ id, lines }) => `run ${id}\n${lines.join("\n")}`).join("\n"),
  };
}

/** Where the message stands that started a run: of those that could, the one that its journal names. */
function startOf(world: World, events: readonly Told[] | undefined): number {
  const { by, after } = (events?.[0]?.data ?? {}) as { by?: { kind: string; from: string; id: string }; after?: number };
  const starts = world.mesh.stream(TEAM).messages.filter(({ subject, envelopes: [envelope] }) => {
    const asked = by?.kind === "ask" && subject.startsWith(`ask.${TEAM}.${by.from}.`) && subject.endsWith(`.${by.id}`);
    return asked || (by?.kind === "event" && envelope?.id === by.id && envelope.type === kinds.begun.type);
  });
  return (starts.find(({ seq }) => seq === after) ?? starts[0])?.seq ?? 0;
}

/** The calls of a run by operation, outcome, and where a replica died beside them. */
function coveredBy({ reader, places }: Run, deaths: readonly number[]): string[] {
  const open = reader.pending.map(({ node, made, parked }) => ({
    op: node.op,
    outcome: parked ? "parked" : "left open",
    made,
    ended: undefined,
  }));
  return [...reader.outcomes, ...open].map(({ op, outcome, made, ended }) => {
    const from = places[made - 1] ?? 0;
    const to = ended === undefined ? Number.POSITIVE_INFINITY : (places[ended - 1] ?? 0);
    const moment = deaths.includes(from)
      ? "at its request"
      : deaths.includes(to)
        ? "at its outcome"
        : deaths.some((death) => death > from && death < to)
          ? "while it waits"
          : "none";
    return `${op}|${outcome}|${moment}`;
  });
}

/** Begins `work`; answers whether it has ended. */
function finished(work: () => Promise<void>): () => boolean {
  let over = false;
  let failed: { readonly error: unknown } | undefined;
  work().then(
    () => (over = true),
    (error: unknown) => (failed = { error }),
  );
  return () => {
    if (failed !== undefined) throw failed.error;
    return over;
  };
}

function line({ time }: Message, events: readonly Told[]): string {
  const what = events.map(({ type, data }) => `${type} ${JSON.stringify(data).slice(0, 140)}`);
  return `${String(time - BEGAN).padStart(8)} ${what.join("\n         ")}`;
}

/** What must not be where a run has come to rest: a call that something could have ended. */
function waitingFor(reader: Reader, now: number): string[] {
  if (reader.stopped || reader.end !== undefined) return [];
  const wrong = reader.pending.flatMap((call) => {
    if (call.asked === "wait.set" && reader.next(call) !== undefined)
      return [`the wait ${call.n} for ${call.what} was not met by ${reader.next(call)?.event}`];
    if (call.until !== undefined && call.until < now) return [`call ${call.n} (${call.asked} ${call.what}) was not ended by its timer`];
    const held = call.parked || call.asked === "wait.set";
    return held ? [] : [`call ${call.n} (${call.asked} ${call.what}) is open, and nothing will end it`];
  });
  return reader.pending.length === 0 ? ["the run is open, and waits for nothing"] : wrong;
}

/** A journal event as it stands in its message. */
function stored({ type, data }: Envelope): Told {
  return { type: type.slice("armada.".length), data: data as Told["data"] };
}

function told(data: unknown, resolve: (value: unknown) => unknown): Told["data"] {
  const entries = Object.entries(data as Record<string, unknown>);
  return Object.fromEntries(entries.map(([key, value]) => [key, resolve(value)]));
}

/** A value, or what stands in the object store for it. */
function resolved(world: World, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("$object" in value) || typeof value.$object !== "string") return value;
  return JSON.parse(Buffer.from(world.mesh.objects.get(TEAM, value.$object)).toString("utf8"));
}

function nextOf(run: string): string {
  const [base = run, generation = "1"] = run.split("~");
  return `${base}~${Number(generation) + 1}`;
}
