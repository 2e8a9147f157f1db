import { type Envelope, eventKey } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import { isOfBreaker } from "../../breaker-story.ts";
import { shown } from "../drawing/values.ts";
import { sourceOf } from "../playing/world.ts";
import type { Told } from "./told.ts";

/** A run's journal as stored and as read. */
export type Read = { readonly run: string; readonly message: Message; readonly events: readonly Told[] };

/** Where messages, and timers by run and call, are found. */
export type Found = {
  readonly team: string;
  readonly other: string;
  stream(team: string): readonly Message[];
  /** By run and call, in the order set. */
  readonly timers: ReadonlyMap<string, readonly number[]>;
  /** Whether nothing is delivered twice. */
  readonly calm: boolean;
  resolve(value: unknown): unknown;
};

type Expected = {
  readonly stream: string;
  readonly subject: string;
  readonly id: string;
  readonly type: string;
  readonly about: string;
  readonly hops: number;
  readonly version: number;
  /** The message that it follows from. */
  readonly head: Envelope;
  readonly data: unknown;
};

/** What must be stored beside the journals, said from them alone: asks, answers, facts, cancels, timers, each once, and nothing else. */
export function checkConsequences(journals: ReadonlyMap<string, readonly Read[]>, found: Found): string[] {
  const wrong: string[] = [];
  const expected = new Map<string, Expected>();
  const timers = new Map<string, number[]>();
  /** Steps with an outcome. */
  const decided = new Set<string>();
  for (const [run, journal] of journals) {
    wrong.push(...checkChain(run, journal, found));
    const open = new Map<number, Told["data"]>();
    let by: { kind: string; from: string; id: string } | undefined;
    let prev = "";
    let first: Envelope | undefined;
    for (const { message, events } of journal) {
      const [head] = message.envelopes;
      if (head === undefined) continue;
      first ??= head;
      wrong.push(...checkEnvelopes(run, message, prev));
      prev = head.id;
      const expect = (one: Expected): void => void expected.set(`${one.stream} ${one.subject}`, one);
      for (const { type, data } of events) {
        const n = Number(data.n);
        if (typeof data.until === "string") timers.set(`${run} ${n}`, [...(timers.get(`${run} ${n}`) ?? []), Date.parse(data.until)]);
        if (type === "step.completed" || type === "step.refused") decided.add(`${run} ${n}`);
        if (type === "run.started") by = data.by as typeof by;
        // A replica that lacks the version that a run is moved to does not know its source.
        if (
          (type === "run.started" || type === "run.moved") &&
          ![undefined, "", sourceOf(Number(data.version))].some((source) => source === data.source)
        )
          wrong.push(`run ${run} is of version ${String(data.version)} and stands on ${String(data.source)}`);
        if (type === "step.parked" && shown(data.chain) !== shown([first?.correlationid, first?.id, run]))
          wrong.push(`call ${n} of run ${run} is parked with the chain ${shown(data.chain)}`);
        if (type === "ask.sent") {
          open.set(n, data);
          expect(ask(found, run, n, String(data.capability), head, { input: data.input, until: data.until }));
        }
        if (type === "ask.answered" || type === "timer.fired") open.delete(n);
        if (type === "fact.emitted") expect(fact(found, run, n, data, head));
        if (type !== "run.ended") continue;
        for (const asked of open.keys()) expect(ask(found, run, asked, "run_cancel", head, { run: `${run}-${asked}` }));
        if (by?.kind === "ask" && by.from === found.other && data.next === undefined) expect(answer(found, run, by.id, data, head));
      }
    }
  }
  return [...wrong, ...checkStored(expected, journals, found), ...checkTimers(timers, decided, found)];
}

/** The replica that wrote a message. */
export function writerOf(envelope: Envelope | undefined): string {
  return /-(r\d+)w/.exec(envelope?.id ?? "")?.[1] ?? "";
}

/** Ids, causes and the chain of a message: each names the one before, and what began the run. */
function checkEnvelopes(run: string, { subject, envelopes }: Message, before: string): string[] {
  const [head, ...rest] = envelopes;
  const wrong: string[] = [];
  if (rest.some(({ causationid }) => causationid !== head?.id)) wrong.push(`${subject} holds events that its first did not cause`);
  if (new Set(envelopes.map(({ correlationid, hops, time }) => `${correlationid} ${hops} ${time}`)).size > 1)
    wrong.push(`${subject} holds events of different chains`);
  const [ordinal = ""] = subject.split(".").slice(5);
  if (!envelopes.every(({ id }, i) => id.startsWith(`${run}-${ordinal}-`) && (i === 0 || id === `${head?.id}.${i}`)))
    wrong.push(`${subject} holds events that are named ${envelopes.map(({ id }) => id).join(", ")}`);
  if (envelopes.some((envelope) => envelope.subject !== run)) wrong.push(`${subject} speaks of another run`);
  if (before !== "" && head?.prev === undefined) wrong.push(`${subject} does not name the message before`);
  return wrong;
}

/** All generations of a run stand in the chain of what started the first: an event is one hop away, an ask none. */
function checkChain(run: string, journal: readonly Read[], { team, stream }: Found): string[] {
  const by = journal[0]?.events[0]?.data.by as { kind: string; from: string; id: string } | undefined;
  const starts = stream(team).flatMap(({ subject, envelopes: [envelope] }) =>
    envelope !== undefined &&
    (by?.kind === "ask" ? subject.startsWith(`ask.${team}.${by.from}.`) && subject.endsWith(`.${by.id}`) : envelope.id === by?.id)
      ? [envelope]
      : [],
  );
  const away = by?.kind === "event" ? 1 : 0;
  const first = run.includes("~") ? undefined : journal[0]?.message.envelopes[0]?.causationid;
  const fits = starts.some(
    (start) =>
      (first === undefined || first === eventKey(start)) &&
      journal.every(({ message: { envelopes } }) =>
        envelopes.every(({ correlationid, hops }) => correlationid === start.correlationid && hops === start.hops + away),
      ),
  );
  return fits ? [] : [`run ${run} does not stand in the chain of what started it`];
}

function ask({ team, other }: Found, run: string, n: number, capability: string, head: Envelope, data: unknown): Expected {
  const id = `${run}-${n}`;
  return {
    stream: other,
    subject: `ask.${other}.${team}.${capability}.${id}`,
    id: `${id}.${capability}`,
    type: "armada.asked",
    about: id,
    hops: head.hops + 1,
    version: 1,
    head,
    data,
  };
}

function fact({ team }: Found, run: string, n: number, data: Told["data"], head: Envelope): Expected {
  const id = `${run}-${n}`;
  return {
    stream: team,
    subject: `evt.${String(data.type)}.${String(data.id)}.${id}`,
    id,
    type: String(data.type),
    about: String(data.id),
    hops: head.hops,
    version: Number(data.version),
    head,
    data: data.data,
  };
}

function answer({ team, other }: Found, run: string, asked: string, { status, output, failure }: Told["data"], head: Envelope): Expected {
  const [, asker = "", n = ""] = /^(.*)-(\d+)$/.exec(asked) ?? [];
  const done = status === "completed" || status === "degraded";
  const cancelled = { code: "RUN_CANCELLED", message: `run ${run} of ${team} was cancelled` };
  return {
    stream: other,
    subject: `ans.${other}.${team}.${asker}.${n}`,
    id: `${run}.answer`,
    type: "armada.answered",
    about: asked,
    hops: head.hops,
    version: 1,
    head,
    data: done ? { output } : { failure: failure ?? cancelled },
  };
}

/** A replica that lacks a run's version may hand a message over to the version's lead, as often as it comes to it: once. */
const HANDED_OVER = "10000";

function checkStored(expected: ReadonlyMap<string, Expected>, journals: ReadonlyMap<string, readonly Read[]>, found: Found): string[] {
  const wrong: string[] = [];
  const missing = new Map(expected);
  const branches = new Map<string, Dispatched[]>();
  const heads = headsOf(journals);
  const direct = askedOfCode(found);
  for (const stream of [found.team, found.other])
    for (const message of found.stream(stream)) {
      const [envelope] = message.envelopes;
      if (envelope?.source !== `/teams/${found.team}` || message.origin !== undefined) continue;
      const [kind = "", , does, , run = "", ordinal = "", branch] = message.subject.split(".");
      if (kind === "tick") wrong.push(...checkTick(message.subject, envelope, heads));
      if (kind === "tick" || message.subject.startsWith(`evt.${found.team}.ledger.`) || isOfBreaker(message)) continue;
      if (kind === "run" && branch === undefined) continue;
      if (kind === "run") {
        const of = `${run} ${ordinal}`;
        const head = heads.get(of);
        const dispatched = { branch, id: envelope.id, call: (envelope.data as { n?: unknown }).n };
        const handed = does === "lead" && branch === HANDED_OVER;
        if (!handed) branches.set(of, [...(branches.get(of) ?? []), dispatched]);
        else if (dispatched.call !== 0 || envelope.id !== `${head?.id}.${message.subject.split(".")[3]}.dispatch`)
          wrong.push(`${message.subject} hands over ${shown(dispatched)}`);
        if (envelope.type !== "armada.dispatched" || !follows(envelope, run, head))
          wrong.push(`${message.subject} is no dispatch of its message`);
        continue;
      }
      const given = direct.get(message.subject);
      direct.delete(message.subject);
      if (given !== undefined) {
        const doubled = shown({ output: 2 * given });
        if (shown(envelope.data) !== doubled) wrong.push(`${message.subject} is ${shown(envelope.data)}, not ${doubled}`);
        continue;
      }
      const one = missing.get(`${stream} ${message.subject}`);
      missing.delete(`${stream} ${message.subject}`);
      if (one === undefined) wrong.push(`${message.subject} follows from no journal, or was stored twice`);
      else wrong.push(...different(one, envelope, found));
    }
  for (const subject of [...[...missing.values()].map((one) => one.subject), ...direct.keys()]) wrong.push(`${subject} was never stored`);
  return [...wrong, ...checkBranches(branches, journals)];
}

/** What is to be doubled, by the subject of its answer. */
function askedOfCode({ team, other, stream }: Found): Map<string, number> {
  return new Map(
    stream(team).flatMap(({ subject, envelopes: [envelope] }): [string, number][] => {
      const [, asked, n] = /^ask\.\w+\.\w+\.double\.(.+)-(\d+)$/.exec(subject) ?? [];
      const input = (envelope?.data as { readonly input?: unknown } | undefined)?.input;
      return asked === undefined ? [] : [[`ans.${other}.${team}.${asked}.${n}`, Number(input)]];
    }),
  );
}

type Dispatched = { readonly branch: string | undefined; readonly id: string; readonly call: unknown };

/** The first events of all messages, by run and ordinal. */
function headsOf(journals: ReadonlyMap<string, readonly Read[]>): Map<string, Envelope> {
  const heads = new Map<string, Envelope>();
  for (const [run, journal] of journals)
    for (const [index, { message }] of journal.entries())
      if (message.envelopes[0] !== undefined) heads.set(`${run} ${index + 1}`, message.envelopes[0]);
  return heads;
}

/** Whether a message stands in the chain of a journal message, about `subject`. */
function follows(
  { subject: about, hops, schemaversion, causationid, correlationid, time }: Envelope,
  subject: string,
  head: Envelope | undefined,
): boolean {
  if (head === undefined) return false;
  const was = [about, hops, schemaversion, causationid, correlationid, time];
  return shown(was) === shown([subject, head.hops, 1, head.id, head.correlationid, head.time]);
}

function different(one: Expected, envelope: Envelope, found: Found): string[] {
  const whole = found.resolve(envelope.data) as Record<string, unknown>;
  const mesh = envelope.type.startsWith("armada.");
  const data = mesh ? Object.fromEntries(Object.entries(whole).map(([key, value]) => [key, found.resolve(value)])) : whole;
  const { id, type, subject, hops, schemaversion, causationid, correlationid, time } = envelope;
  const { head } = one;
  const was = shown([id, type, subject, hops, schemaversion, causationid, correlationid, time, data]);
  const is = shown([one.id, one.type, one.about, one.hops, one.version, head.id, head.correlationid, head.time, one.data]);
  return was === is ? [] : [`${one.subject} is ${was.slice(0, 300)}, its journal says ${is.slice(0, 300)}`];
}

/** Of a message that asks for several things the first is dispatched by itself, each other one by a message of its own. */
function checkBranches(branches: ReadonlyMap<string, readonly Dispatched[]>, journals: ReadonlyMap<string, readonly Read[]>): string[] {
  const wrong: string[] = [];
  for (const [run, journal] of journals)
    for (const [index, { message, events }] of journal.entries()) {
      const asked = events.filter(({ type }) => DISPATCHED.has(type)).slice(1);
      const wanted = asked.map(({ data }, i) =>
        shown({ branch: String(i + 1), id: `${message.envelopes[0]?.id}.${i + 1}.dispatch`, call: data.n ?? 0 }),
      );
      const stored = (branches.get(`${run} ${index + 1}`) ?? []).map(shown);
      if (shown(stored.toSorted()) !== shown(wanted.toSorted()))
        wrong.push(`${message.subject} has the dispatches ${stored.join(", ")} beside it, and asks for ${wanted.join(", ")}`);
    }
  return wrong;
}

function checkTick(subject: string, envelope: Envelope, heads: ReadonlyMap<string, Envelope>): string[] {
  const { id, type, subject: about, data } = envelope;
  const [, , run = "", n = ""] = subject.split(".");
  const set = [...heads.values()].find((head) => head.id === envelope.causationid);
  if (!follows(envelope, `${run}-${n}`, set)) return [`${subject} stands in another chain than what set it`];
  const was = shown([id, type, about, data]);
  return was === shown([`${run}-${n}.due`, "armada.timer.due", `${run}-${n}`, { n: Number(n) }]) ? [] : [`${subject} is ${was}`];
}

export const DISPATCHED: ReadonlySet<string> = new Set([
  "step.requested",
  "step.retried",
  "step.released",
  "wait.set",
  "run.resumed",
  "run.moved",
]);

/**
 * The timer of a step's first hold may be set again behind that of its second: it comes again at the right time. Where its writer
 * died, and a replica that did not know of the hold came to the step's outcome, its timer is wanted no more.
 */
function checkTimers(timers: ReadonlyMap<string, readonly number[]>, decided: ReadonlySet<string>, found: Found): string[] {
  const wrong: string[] = [];
  for (const [key, times] of timers) {
    const set = found.timers.get(key) ?? [];
    const wanted = found.calm || !decided.has(key) ? times : [];
    if (set.some((time) => !times.includes(time)) || wanted.some((time) => !set.includes(time)))
      wrong.push(`the timer of ${key} is set for ${set.join(", ")}, not for ${times.join(", ")}`);
    if (found.calm && set.length !== times.length)
      wrong.push(`the timer of ${key} was set ${set.length} times, and asked for ${times.length}`);
  }
  for (const key of found.timers.keys()) if (!timers.has(key)) wrong.push(`nothing wants the timer of ${key}`);
  return wrong;
}
