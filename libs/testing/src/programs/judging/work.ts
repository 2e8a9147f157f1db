import { isOfBreaker } from "../../breaker-story.ts";
import { nodesOf } from "../drawing/nodes.ts";
import { ATTEMPTS, type Case, type Node } from "../drawing/program.ts";
import { held, live } from "../drawing/values.ts";
import { DAYS } from "../playing/declarations.ts";
import { DRAIN_MS, MANY_CALLS, type World } from "../playing/world.ts";
import { type Read, writerOf } from "./consequences.ts";
import { ATTEMPTED, checkDeliveries, isSingle } from "./deliveries.ts";

/** Codes of attempts that may have done nothing yet. */
const UNDONE: ReadonlySet<string> = new Set(["BREAKER_OPEN", "BUDGET_EXHAUSTED", "BUDGET_PENDING", "DRAINED"]);

/** How much was done for what came of it: appends and loads, functions begun anew, and attempts at each step. */
export function checkWork(drawn: Case, world: World, journals: ReadonlyMap<string, readonly Read[]>): string[] {
  const wrong: string[] = [];
  const stored = world.mesh.stream("alpha").head;
  // Seen: 4.3 operations a message at most, and 0.9 functions begun for a journal's message; a case of few messages needs a few more.
  // Where half of all acknowledgements are forgotten each message is delivered twice on average. A step that waits for its team's day
  // to end, or for a breaker that others wait for too, looks again each minute.
  const looks =
    drawn.budget?.daily === true || world.mesh.stream("alpha").messages.some(isOfBreaker)
      ? [...world.delivered.values()].reduce((sum, { length }) => sum + length, 0)
      : 0;
  const handled = stored + looks;
  if (world.operations > 60 + (drawn.forgetful === true ? 16 : 8) * handled)
    wrong.push(`${world.operations} appends, loads and timers for ${handled} messages`);
  const calm = isCalm(drawn, world);
  if (calm) wrong.push(...checkCalm(world, handled));
  for (const [run, journal] of journals) {
    const begun = world.deeds.begins.get(run) ?? 0;
    if (begun > 4 + 2 * journal.length + world.deaths.length)
      wrong.push(`the function of run ${run} was begun ${begun} times for ${journal.length} messages`);
    wrong.push(...checkAttempts(drawn, world, run, journal, calm), ...checkDeliveries(drawn, world, run, journal, calm));
  }
  return wrong;
}

/**
 * Whether each message is delivered once, to a replica that lives, with the program's version. A run that is moved while its inline
 * work is done begins it in its new version too.
 */
export function isCalm({ hostile, forgetful, doubled, mixed, outside, body }: Case, { deaths, mesh }: World): boolean {
  // What it keeps back comes again, and who tries it is told of with those that wait.
  if (mesh.stream("alpha").messages.some(isOfBreaker)) return false;
  // Its step is tried once more.
  if (nodesOf(body).some((node) => node.op === "agent" && typeof node.worse === "string")) return false;
  const disturbed = outside.some(({ does }) => does === "kill" || does === "freeze" || does === "move");
  return !hostile && forgetful !== true && doubled !== true && !mixed && !disturbed && deaths.length === 0;
}

/** Where nothing is delivered twice nothing is derived twice. Two replicas may still write to one journal at once. */
function checkCalm({ appends, loads }: World, handled: number): string[] {
  const again = [...appends].filter(([subject, times]) => times > 1 && !isJournal(subject));
  return [
    ...again.map(([subject, times]) => `${subject} was written ${times} times, and delivered once`),
    // Seen: 1.5 a message, and a few more; 3.9 where most messages are facts that waits look for.
    ...(loads > 40 + 5 * handled ? [`${loads} loads for ${handled} messages`] : []),
  ];
}

/** With a budget each paid call is on record before it is made, and those until `ends` come to no more than the run may cost. */
function checkMoney(calls: number, ends: number, run: string, journal: readonly Read[], calm: boolean): string[] {
  const wrong: string[] = [];
  const drawn = new Set<unknown>();
  const free = new Set<unknown>();
  const later = new Set<unknown>();
  /** Calls, and whose they are, of which no attempt has said what they cost. */
  const open = new Map<unknown, number>();
  for (const { type, data, time } of journal.flatMap(({ events, message }) => events.map((event) => ({ ...event, time: message.time })))) {
    const n = Number(data.n);
    if (type === "step.drawn") {
      drawn.add(data.call);
      if (time >= ends) later.add(data.call);
      open.set(data.call, n);
    }
    const made = data.calls as readonly { readonly call: string; readonly bill: unknown }[] | undefined;
    if (type === "step.completed" && Number(data.costMicros) > 0 && made === undefined)
      wrong.push(`a paid call of run ${run} has no budget`);
    for (const { call, bill } of made ?? []) {
      open.delete(call);
      if (bill === "free") free.add(call);
    }
    if (calm && (type === "step.completed" || type === "step.refused"))
      for (const [call, of] of open) if (of === n) wrong.push(`what the call ${String(call)} of step ${n} of run ${run} cost is nowhere`);
    for (const { call } of made ?? []) if (!drawn.has(call)) wrong.push(`the call ${call} of run ${run} was made before it was on record`);
  }
  // What was given back before it was made may be drawn again.
  const billed = [...drawn].filter((call) => !free.has(call) && !later.has(call)).length;
  if (billed > calls) wrong.push(`run ${run} drew ${billed} calls on a budget for ${calls}`);
  return wrong;
}

/** Whether a step that is parked had a fallback that failed. */
function hasFallen(node: Node | undefined, code: unknown): boolean {
  return node?.op === "agent" && (node.agent === "soft" || (node.agent === "paid" && code !== "BUDGET_EXHAUSTED")) && node.worse === true;
}

function isBatched(node: Node | undefined): boolean {
  return node?.op === "agent" && node.agent === "batched";
}

function isJournal(subject: string): boolean {
  return subject.startsWith("run.") && subject.split(".").length === 6;
}

/** A step is done for each attempt that its journal tells of; more often only where messages come again. */
function checkAttempts(drawn: Case, world: World, run: string, journal: readonly Read[], calm: boolean): string[] {
  const wrong: string[] = [];
  const nodes = new Map(nodesOf(drawn.body).map((node) => [node.at, node]));
  const attempts = new Map<number, number>();
  /** All that the journal tells of, lost and degraded ones included. */
  const made = new Map<number, number>();
  // An attempt whose model takes no request, or that tries in vain for all who wait, is journaled where that is news.
  const unsaid = new Set<number>();
  const asked = new Map<number, Node | undefined>();
  const ended = journal.some(({ events }) => events.some(({ type }) => type === "run.ended"));
  let lost = 0;
  for (const { type, data, time, writer } of journal.flatMap(({ events, message: { envelopes } }) =>
    events.map((event) => ({ ...event, time: Date.parse(envelopes[0]?.time ?? ""), writer: writerOf(envelopes[0]) })),
  )) {
    for (const later of [data.until, data.retryAt])
      if (calm && typeof later === "string" && Date.parse(later) < time)
        wrong.push(`${type} of run ${run} names ${later}, which is over at ${new Date(time).toISOString()}`);
    const n = Number(data.n);
    const done = world.deeds.times(`${run}-${n}`);
    if (type === "step.worker_lost") lost++;
    if (ATTEMPTED.has(type)) {
      const nth = (made.get(n) ?? 0) + 1;
      made.set(n, nth);
      // Of what others do meanwhile an attempt does not know; whoever says that one was lost looks at all there is.
      if (calm || type === "step.worker_lost" ? data.attempt !== nth : Number(data.attempt) > nth)
        wrong.push(`attempt ${nth} at step ${n} of run ${run} is called ${String(data.attempt)}`);
    }
    const told = world.drained.get(writer);
    if (data.code === "DRAINED" && (told === undefined || time < told + (isBatched(asked.get(n)) ? 0 : DRAIN_MS)))
      wrong.push(`step ${n} of run ${run} is given back at ${time}, by a replica that was told to end at ${told}`);
    if (calm && type === "step.attempt_failed" && data.counts === true && !world.said.has(`${run}-${n} ${String(data.attempt)}`))
      wrong.push(`attempt ${String(data.attempt)} at step ${n} of run ${run} failed, and the log says nothing of it`);
    if (calm && type === "step.completed" && data.degraded !== undefined && data.ms !== 0)
      wrong.push(`the fallback of step ${n} of run ${run} took ${String(data.ms)} ms, and no time went by`);
    if (calm && type === "step.parked" && hasFallen(asked.get(n), data.code) && !world.said.has(`${run}-${n} fell`))
      wrong.push(`the fallback of step ${n} of run ${run} failed, and the log says nothing of it`);
    if (calm && type === "step.tool" && world.deeds.times(`${run}-${n}.${String(data.tool)}.${String(data.call)}`) !== 1)
      wrong.push(`the tool of step ${n} of run ${run} was run again, and its result was journaled`);
    if (calm && type === "step.parked" && data.attempts !== (made.get(n) ?? 0))
      wrong.push(`step ${n} of run ${run} is parked after ${String(data.attempts)} attempts, not ${made.get(n) ?? 0}`);
    if (type === "step.requested") {
      const node = nodes.get(String((data.input as { at?: unknown }).at));
      asked.set(n, node);
      if (node?.op === "agent" && node.how === "unsent") unsaid.add(n);
    }
    if (data.code === "BREAKER_OPEN") unsaid.add(n);
    if (UNDONE.has(String(data.code))) continue;
    if (type === "step.attempt_failed" || type === "step.refused" || (type === "step.completed" && data.degraded === undefined))
      attempts.set(n, (attempts.get(n) ?? 0) + 1);
    if (type === "inline.completed" || type === "inline.failed") {
      const node = nodes.get(String(data.name).split("#")[0] ?? "");
      if (node?.op !== "step") continue;
      const wanted = node.fails > 0 && node.how === "refuse" ? 1 : Math.min(ATTEMPTS, node.fails + 1);
      if (calm && done !== wanted) wrong.push(`the inline work of call ${n} of run ${run} was done ${done} times, not ${wanted}`);
      if (held(live(node.says)) !== undefined && done < Math.min(wanted, ATTEMPTS))
        wrong.push(`the inline work of call ${n} of run ${run} was done ${done} times only`);
    }
  }
  if (drawn.budget !== undefined) {
    const ends = drawn.budget.daily === true ? DAYS.ends : Number.POSITIVE_INFINITY;
    wrong.push(...checkMoney(drawn.raised === undefined ? drawn.budget.calls : MANY_CALLS, ends, run, journal, calm));
  }
  for (const [n, times] of attempts) {
    const done = world.deeds.times(`${run}-${n}`);
    const told = made.get(n) ?? 0;
    if (isSingle(drawn) && drawn.away !== true && drawn.budget === undefined && !unsaid.has(n) && told > 0 && done > told + Number(ended))
      wrong.push(`step ${n} of run ${run} was done ${done} times, its journal tells of ${told} attempts`);
    // A step whose run ends while it is at work has no outcome.
    if (done < times || (calm && done !== times && !unsaid.has(n) && !(ended && done === times + 1)))
      wrong.push(`step ${n} of run ${run} was done ${done} times, its journal tells of ${times}`);
  }
  if (drawn.away === true && lost > 0) wrong.push(`run ${run} lost ${lost} workers, and it was the server that went away`);
  if (drawn.doubled !== true && lost > world.deaths.length * 8)
    wrong.push(`run ${run} lost ${lost} workers of ${world.deaths.length} that died`);
  return wrong;
}
