import { isOfBreaker } from "../../breaker-story.ts";
import { nodesOf } from "../drawing/nodes.ts";
import type { Case, Node } from "../drawing/program.ts";
import type { World } from "../playing/world.ts";
import { DISPATCHED, type Read, writerOf } from "./consequences.ts";

/** Journal events that tell of one attempt each. */
export const ATTEMPTED: ReadonlySet<string> = new Set(["step.attempt_failed", "step.worker_lost", "step.completed", "step.refused"]);
const STEPS: ReadonlySet<string> = new Set(["step.requested", "step.retried", "step.released"]);

/** Journal events with which a step's dispatch is done with. */
const OVER: ReadonlySet<string> = new Set(["step.completed", "step.refused", "step.parked", "step.held"]);

type Delivered = { readonly at: number; readonly to: string };
/** The dispatch that counts of a step, and the last of its deliveries that its journal tells of. */
type Dispatch = { readonly key: string; readonly node: Node | undefined; told: number };

/** Whether no two replicas are at work on one message. */
export function isSingle({ hostile, forgetful, doubled, mixed, outside }: Case): boolean {
  return !hostile && forgetful !== true && doubled !== true && !mixed && !outside.some(({ does }) => does === "freeze");
}

/** A step's outcome is that of its last delivery; what became of those before stands in its journal: an attempt that failed, or one that was lost. */
export function checkDeliveries(drawn: Case, world: World, run: string, journal: readonly Read[], calm: boolean): string[] {
  const wrong: string[] = [];
  // What an open breaker gives back again is told once.
  const single = drawn.doubled !== true && drawn.away !== true && !world.mesh.stream("alpha").messages.some(isOfBreaker);
  const stood = drawn.outside.some(({ does }) => does === "freeze");
  const nodes = new Map(nodesOf(drawn.body).map((node) => [node.at, node]));
  const open = new Map<number, Dispatch>();
  for (const [index, { message, events }] of journal.entries()) {
    let branch = 0;
    for (const { type, data } of events) {
      const n = Number(data.n);
      if (STEPS.has(type)) {
        const node = open.get(n)?.node ?? nodes.get(String((data.input as { at?: unknown } | undefined)?.at));
        open.set(n, { key: `${run} ${index + 1} ${branch}`, node, told: 0 });
      }
      if (DISPATCHED.has(type)) branch++;
      const dispatch = open.get(n);
      if (calm && dispatch !== undefined && OVER.has(type) && world.delivered.get(dispatch.key)?.some(({ at }) => at > message.time))
        wrong.push(`step ${n} of run ${run} was delivered again, and ${type} was written`);
      if (!ATTEMPTED.has(type) || dispatch === undefined) continue;
      dispatch.told = Number(data.delivery ?? dispatch.told);
      const delivered = world.delivered.get(dispatch.key) ?? [];
      // A replica that stood still may end the run for another, which gives its own delivery back in the same millisecond.
      const attempts = delivered.filter((one, i) => !(stood && isJoined(one, delivered.slice(0, i), world)));
      const times = attempts.filter(({ at }) => at < message.time || (at === message.time && !stood)).length;
      const to = writerOf(message.envelopes[0]);
      const newest = drawn.hostile ? 0 : delivered.findLastIndex((one) => one.to === to && one.at < message.time) + 1;
      if (type === "step.attempt_failed" && dispatch.told < newest)
        wrong.push(`step ${n} of run ${run} came to ${to} the ${newest}th time, which tells of the first ${dispatch.told}`);
      // What a replica gives back as it ends comes to another at once, or as soon as there is one.
      const next = data.code === "DRAINED" && isSingle(drawn) ? delivered[dispatch.told] : undefined;
      if (next !== undefined && next.at > message.time && !world.starts.has(next.at))
        wrong.push(`step ${n} of run ${run} is given back, and comes again ${next.at - message.time} ms later`);
      const outcome = type === "step.completed" || type === "step.refused";
      if (outcome && single && !waits(dispatch.node) && dispatch.told < times - 1)
        wrong.push(`step ${n} of run ${run} was delivered ${times} times, and its journal tells of the first ${dispatch.told}`);
    }
  }
  return wrong;
}

/** Whether a delivery came to a replica that had gone on with an earlier one after it stood still: one attempt answers both. */
function isJoined({ at, to }: Delivered, before: readonly Delivered[], { starts }: World): boolean {
  return before.some((one) => one.to === to && ![...starts].some((start) => start > one.at && start <= at));
}

/** Whether a step may come again without a word: for its model, its money, its batch, or a fallback that cannot answer yet. */
function waits(node: Node | undefined): boolean {
  return (
    node?.op === "agent" && (node.how === "unsent" || node.agent === "paid" || node.agent === "batched" || typeof node.worse === "string")
  );
}
