import type { AnyEventKind } from "@armada/contracts";
import { factOf } from "@armada/engine/inbound/facts";
import { factFilter } from "@armada/engine/inbound/queues";
import type { Payloads } from "@armada/engine/journal/payloads";
import { matches } from "@armada/event-sourcing";
import { z } from "zod";
import type { Journal } from "./journals.ts";
import { Task } from "./program.ts";
import { canonical } from "./regenerate.ts";
import { contracts, SIDES, type Side } from "./teams.ts";
import type { World } from "./world.ts";

const ATTEMPTS = 4;
/** What both replicas may be down for, and a redelivery on top. */
const IN_TIME_MS = 150_000;
const Output = z.object({ v: z.number(), tools: z.array(z.number()).optional() });

/** What each step's journal says agrees with what its agent did outside, and with the limits of its attempts. */
export async function checkSteps(journal: Journal, world: World, payloads: Payloads): Promise<string[]> {
  const wrong: string[] = [];
  const taken = new Set<string>();
  const failures = new Map<number, number>();
  const written = new Map<number, unknown[]>();
  const at = (n: number): string => `step ${n} of run ${journal.run} of ${journal.team}`;
  const events = journal.read.flatMap((read, i) => read.events.map((event) => ({ ...event, before: journal.messages[i]?.seq ?? 0 })));
  for (const { type, data, before } of events)
    switch (type) {
      case "step.retried":
        failures.set(data.n, 0);
        break;
      case "step.worker_lost":
      case "step.attempt_failed": {
        const failed = (failures.get(data.n) ?? 0) + (data.counts === false ? 0 : 1);
        failures.set(data.n, failed);
        if (type === "step.attempt_failed" && data.code === "ISOLATED" && data.counts) wrong.push(`${at(data.n)} paid for its isolation`);
        if (failed > ATTEMPTS) wrong.push(`${at(data.n)} has failed ${failed} times`);
        break;
      }
      case "step.tool":
        written.set(data.n, [...(written.get(data.n) ?? []), data.output]);
        if (world.effects.times(`${journal.run}-${data.n}.${data.tool}.${data.call}`) === 0)
          wrong.push(`${at(data.n)} journaled a write that nobody made`);
        break;
      case "inline.completed":
        if (world.effects.times(`${journal.run}-${data.n}`) === 0) wrong.push(`${at(data.n)} journaled inline work that nobody did`);
        break;
      case "step.completed": {
        const output = Output.parse(await payloads.resolve(data.output));
        const task = Task.parse(await payloads.resolve(journal.state.steps.get(data.n)?.input));
        if (output.v !== (data.degraded === undefined ? task.v + 1 : -task.v))
          wrong.push(`${at(data.n)} answered ${output.v} to ${task.v}`);
        if (world.effects.times(`${journal.run}-${data.n}`) === 0 && data.degraded === undefined)
          wrong.push(`${at(data.n)} completed and nobody did it`);
        const tools = (output.tools ?? []).map((nth) => ({ nth }));
        if (output.tools !== undefined && canonical(tools) !== canonical(written.get(data.n) ?? []))
          wrong.push(`${at(data.n)} answered with the writes ${canonical(tools)}, journaled are ${canonical(written.get(data.n))}`);
        break;
      }
      case "ask.answered": {
        const answer = world.mesh
          .stream(journal.team)
          .messages.find((message) => message.subject === `ans.${journal.team}.${data.from}.${journal.run}.${data.n}`);
        const { n: _n, from: _from, ...said } = data;
        if (canonical(answer?.envelopes[0]?.data) !== canonical(said))
          wrong.push(`call ${data.n} of run ${journal.run} journaled an answer that was not given`);
        break;
      }
      case "timer.fired": {
        const wait = journal.state.waits.get(data.n);
        if (wait?.kind !== "ask") break;
        const subject = `ans.${journal.team}.${wait.data.to}.${journal.run}.${data.n}`;
        const answer = world.mesh.stream(journal.team).messages.find((message) => message.subject === subject);
        if (answer !== undefined && answer.time < Date.parse(wait.data.until) - IN_TIME_MS)
          wrong.push(`call ${data.n} of run ${journal.run} passed by an answer that came in time`);
        break;
      }
      case "wait.met": {
        const first = await firstMet(journal, data.n, { taken, before }, world, payloads);
        taken.add(data.event);
        if (first !== data.event)
          wrong.push(`the wait ${data.n} of run ${journal.run} was met by ${data.event}, the first such event is ${first}`);
        break;
      }
      default:
        break;
    }
  for (const step of journal.state.steps.values())
    if (step.lost > world.crashes[journal.team as Side])
      wrong.push(`${at(step.n)} lost ${step.lost} workers of ${world.crashes[journal.team as Side]} that died`);
  return wrong;
}

/**
 * The first event of the stream that a wait is for, behind what started the run, of those that no wait before it took. Of an
 * event that a source brought again the last copy counts: a load by subject shows no other.
 */
async function firstMet(
  { team, state }: Journal,
  n: number,
  { taken, before }: { readonly taken: ReadonlySet<string>; readonly before: number },
  world: World,
  payloads: Payloads,
): Promise<string | undefined> {
  const wait = state.waits.get(n);
  const kind = SIDES.map((side) => contracts[side].signal as unknown as AnyEventKind).find(
    ({ type }) => wait?.kind === "wait" && type === wait.data.type,
  );
  if (wait?.kind !== "wait" || kind === undefined) return undefined;
  const stream = world.mesh.stream(team).messages;
  for (const message of stream) {
    if (message.seq <= (state.after ?? 0) || !matches(factFilter(kind, wait.data.id), message.subject)) continue;
    if (stream.some(({ seq, subject }) => subject === message.subject && seq > message.seq && seq < before)) continue;
    const read = await factOf(message, kind, payloads);
    if (read !== undefined && !taken.has(read.fact.key)) return read.fact.key;
  }
  return undefined;
}
