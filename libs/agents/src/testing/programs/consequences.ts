import type { Envelope } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import type { Told } from "./reader.ts";
import { shown } from "./values.ts";

/** A run's journal as stored and as read. */
export type Read = { readonly run: string; readonly message: Message; readonly events: readonly Told[] };

/** Where messages, and timers by run and call, are found. */
export type Found = {
  readonly team: string;
  readonly other: string;
  stream(team: string): readonly Message[];
  readonly timers: ReadonlyMap<string, number>;
  resolve(value: unknown): unknown;
};

type Expected = {
  readonly stream: string;
  readonly subject: string;
  readonly id: string;
  readonly type: string;
  readonly about: string;
  readonly hops: number;
  readonly data: unknown;
};

/** What must be stored beside the journals, said from them alone: asks, answers, facts, cancels, timers, each once, and nothing else. */
export function checkConsequences(journals: ReadonlyMap<string, readonly Read[]>, found: Found): string[] {
  const wrong: string[] = [];
  const expected = new Map<string, Expected>();
  const timers = new Map<string, number>();
  for (const [run, journal] of journals) {
    const open = new Map<number, Told["data"]>();
    let by: { kind: string; from: string; id: string } | undefined;
    let prev = "";
    for (const { message, events } of journal) {
      const [head] = message.envelopes;
      if (head === undefined) continue;
      wrong.push(...checkEnvelopes(run, message, prev));
      prev = head.id;
      const expect = (one: Expected): void => void expected.set(`${one.stream} ${one.subject}`, one);
      for (const { type, data } of events) {
        const n = Number(data.n);
        if (typeof data.until === "string") timers.set(`${run} ${n}`, Date.parse(data.until));
        if (type === "run.started") by = data.by as typeof by;
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
  return [...wrong, ...checkStored(expected, journals, found), ...checkTimers(timers, found)];
}

/** Ids, causes and the chain of a message: each names the one before, and what began the run. */
function checkEnvelopes(run: string, { subject, envelopes }: Message, before: string): string[] {
  const [head, ...rest] = envelopes;
  const wrong: string[] = [];
  if (rest.some(({ causationid }) => causationid !== head?.id)) wrong.push(`${subject} holds events that its first did not cause`);
  if (new Set(envelopes.map(({ correlationid, hops, time }) => `${correlationid} ${hops} ${time}`)).size > 1)
    wrong.push(`${subject} holds events of different chains`);
  if (envelopes.some((envelope) => envelope.subject !== run)) wrong.push(`${subject} speaks of another run`);
  if (before !== "" && head?.prev === undefined) wrong.push(`${subject} does not name the message before`);
  return wrong;
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
    data: done ? { output } : { failure: failure ?? cancelled },
  };
}

/** A replica that lacks a run's version may hand a message over to the version's lead, as often as it comes to it: once. */
const HANDED_OVER = "10000";

function checkStored(expected: ReadonlyMap<string, Expected>, journals: ReadonlyMap<string, readonly Read[]>, found: Found): string[] {
  const wrong: string[] = [];
  const missing = new Map(expected);
  const branches = new Map<string, number>();
  for (const stream of [found.team, found.other])
    for (const message of found.stream(stream)) {
      const [envelope] = message.envelopes;
      if (envelope?.source !== `/teams/${found.team}` || message.origin !== undefined) continue;
      const [kind = "", , does, , run = "", ordinal = "", branch] = message.subject.split(".");
      if (kind === "tick" || message.subject.startsWith(`evt.${found.team}.ledger.`)) continue;
      if (kind === "run" && (branch === undefined || (does === "lead" && branch === HANDED_OVER))) continue;
      if (kind === "run") {
        branches.set(`${run} ${ordinal}`, (branches.get(`${run} ${ordinal}`) ?? 0) + 1);
        if (envelope.type !== "armada.dispatched" || does === undefined) wrong.push(`${message.subject} is no dispatch`);
        continue;
      }
      const one = missing.get(`${stream} ${message.subject}`);
      missing.delete(`${stream} ${message.subject}`);
      if (one === undefined) wrong.push(`${message.subject} follows from no journal, or was stored twice`);
      else wrong.push(...different(one, envelope, found));
    }
  for (const { subject } of missing.values()) wrong.push(`${subject} was never stored`);
  return [...wrong, ...checkBranches(branches, journals)];
}

function different(one: Expected, envelope: Envelope, found: Found): string[] {
  const whole = found.resolve(envelope.data) as Record<string, unknown>;
  const mesh = envelope.type.startsWith("armada.");
  const data = mesh ? Object.fromEntries(Object.entries(whole).map(([key, value]) => [key, found.resolve(value)])) : whole;
  const was = shown([envelope.id, envelope.type, envelope.subject, envelope.hops, data]);
  const is = shown([one.id, one.type, one.about, one.hops, one.data]);
  return was === is ? [] : [`${one.subject} is ${was.slice(0, 300)}, its journal says ${is.slice(0, 300)}`];
}

/** Of a message that asks for several things the first is dispatched by itself, each other one by a message of its own. */
function checkBranches(branches: ReadonlyMap<string, number>, journals: ReadonlyMap<string, readonly Read[]>): string[] {
  const wrong: string[] = [];
  for (const [run, journal] of journals)
    for (const [index, { message, events }] of journal.entries()) {
      const asked = events.filter(({ type }) => DISPATCHED.has(type)).length;
      const wanted = Math.max(0, asked - 1);
      const stored = branches.get(`${run} ${index + 1}`) ?? 0;
      if (stored !== wanted) wrong.push(`${message.subject} has ${stored} dispatches beside it, and asks for ${wanted}`);
    }
  return wrong;
}

const DISPATCHED: ReadonlySet<string> = new Set([
  "step.requested",
  "step.retried",
  "step.released",
  "wait.set",
  "run.resumed",
  "run.moved",
]);

function checkTimers(timers: ReadonlyMap<string, number>, found: Found): string[] {
  const wrong: string[] = [];
  for (const [key, time] of timers)
    if (found.timers.get(key) !== time) wrong.push(`the timer of ${key} is set for ${found.timers.get(key)}, not for ${time}`);
  for (const key of found.timers.keys()) if (!timers.has(key)) wrong.push(`nothing wants the timer of ${key}`);
  return wrong;
}
