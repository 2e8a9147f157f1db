import type { Dice } from "../dice.ts";
import { type EventName, IDS, type Node, type Op, type Outside, type When } from "../program.ts";

// What scenes are made of.

/** A message that nobody answered comes again after it. */
export const ACK_WAIT_MS = 20_000;

/** What a function asks for as it goes on: of each kind something else follows from its journal. */
export function next(dice: Dice): Node {
  const [says, ms] = [dice.number(), dice.below(500)];
  const asked = (): Node => ({ at: dice.name(), op: "agent", agent: "sure", says, ms, fails: 0, how: "throw" });
  const both: Op = { op: "join", how: "all", branches: [[asked()], [asked()]] };
  return {
    at: dice.name(),
    ...dice.one<Op>([
      { op: "step", says, ms, fails: 0, how: "throw" },
      { op: "emit", id: dice.one(IDS), says },
      { op: "sleep", ms: dice.length(3_000) },
      { op: "call", says, answer: "output", after: ms, times: 1, within: dice.length(60_000) },
      both,
    ]),
  };
}

/** Asks once, or again in the same breath. */
export function patched(dice: Dice): Node {
  const asked = (body: Node): Node => ({ at: dice.name(), op: "when", on: "patched", body: [body], otherwise: [] });
  if (dice.chance(0.5)) return asked(next(dice));
  const emit: Node = { at: dice.name(), op: "emit", id: dice.one(IDS), says: dice.number() };
  return { at: dice.name(), op: "repeat", times: 2, body: [asked(emit)] };
}

/** What is waited for comes, so many times at once. */
export function comes(dice: Dice, { kind, id }: { readonly kind: EventName; readonly id: string }, when: When, times = 1): Outside {
  return { when, does: "event", kind, id, k: dice.below(100), times };
}

/** Somebody looks after what is set aside. */
export function retried(dice: Dice): Outside[] {
  return (["run.stopped", "step.parked"] as const).flatMap((on): Outside[] =>
    dice.chance(0.6) ? [{ when: { on, nth: 1, ms: dice.below(20_000) }, does: "retry" }] : [],
  );
}
