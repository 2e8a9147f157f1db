import type { Dice } from "../dice.ts";
import { type Case, JUST_MS, type Node, type Outside } from "../program.ts";
import { ACK_WAIT_MS, next, patched, retried } from "./parts.ts";

// Situations of one step: what it is held for, what it lacks, and who dies of it.

/** Between two deaths: longer than an ack wait. */
const WEARING_MS = 20_500;
/** More than any run makes. */
const MANY_CALLS = 1_000;

/** A step is at work, or waits for its batch, as the one replica is told to end, and the other a little later. */
export function drained(dice: Dice, drawn: Case): Case {
  const agent = dice.one(["batched", "batched", "sure", "soft", "writer"] as const);
  const ms = agent === "batched" ? 0 : 3_000 + dice.below(6_000);
  const fails = dice.chance(0.3) ? 1 : 0;
  const step: Node = { at: dice.name(), op: "agent", agent, says: dice.value(), ms, fails, how: "throw" };
  const outside = ([0, 1] as const).map(
    (who): Outside => ({
      when: { on: "step.requested", nth: 1, ms: 1 + dice.below(4_000) },
      does: "kill",
      who,
      down: 100,
      gently: true,
    }),
  );
  return { ...drawn, doubled: false, runs: 1, mixed: false, body: [step], outside, ...(agent === "batched" ? { batchMs: 45_000 } : {}) };
}

/** A step waits for its batch, and whoever has it dies before its message comes again: as often as makes it the step's own fault. */
export function wearing(dice: Dice, drawn: Case): Case {
  const batched: Node = { at: dice.name(), op: "agent", agent: "batched", says: dice.value(), ms: 0, fails: 0, how: "throw" };
  const rounds = Array.from({ length: 18 + dice.below(6) }, (_, i) => (i + 1) * WEARING_MS);
  const kills = rounds.flatMap((ms) =>
    ([0, 1] as const).map((who): Outside => ({ when: { ms }, does: "kill", who, down: 100, gently: false })),
  );
  const batchMs = rounds.length * WEARING_MS + 10_000;
  const budget = { calls: MANY_CALLS, atLimit: "wait" } as const;
  return { ...drawn, hostile: false, doubled: false, runs: 1, mixed: false, budget, body: [batched], batchMs, outside: kills };
}

/**
 * A step is held until its agent's hours begin. As it is released both replicas die, until what was done with and forgotten comes
 * again: its old dispatch and its new one wait side by side for whoever starts first. The step is all that the program does: a tick
 * that comes again sets the timers behind it again, and where half come again and many stand there it never ends.
 */
export function night(dice: Dice, drawn: Case): Case {
  const held: Node = {
    at: dice.name(),
    op: "agent",
    agent: "later",
    says: dice.value(),
    ms: dice.below(300),
    fails: 0,
    how: "throw",
  };
  const down = (who: 0 | 1): Outside => ({
    when: { on: "step.released", nth: 1, ms: 0 },
    does: "kill",
    who,
    down: ACK_WAIT_MS + 500 + dice.below(20_000),
    gently: false,
  });
  // Whoever holds it may die of that: the timer is owed then.
  const dies: Outside = {
    when: { on: "step.held", nth: 1, ms: 0 },
    does: "kill",
    who: "writer",
    down: dice.below(5_000),
    gently: false,
  };
  const outside = [...drawn.outside.filter((one) => one.does !== "event"), down(0), down(1), ...(dice.chance(0.2) ? [dies] : [])];
  return { ...drawn, forgetful: true, body: [held], outside };
}

/** A step's last attempt fails, and its fallback cannot answer yet, once or twice, or fails as well. */
export function fallen(dice: Dice, drawn: Case): Case {
  const step: Node = {
    at: dice.name(),
    op: "agent",
    agent: dice.one(["soft", "paid"] as const),
    says: dice.value(),
    ms: dice.below(300),
    fails: 4 + dice.below(2),
    worse: dice.one([true, "once", "twice"] as const),
    how: dice.one(["throw", "terminal"] as const),
  };
  const hostile = dice.chance(0.3);
  return { ...drawn, hostile, doubled: false, runs: 1, mixed: false, budget: undefined, body: [step], outside: retried(dice) };
}

/** A model takes no request for now, for longer than a fallback waits, or says each time that it is to be asked again much later. */
export function busy(dice: Dice, drawn: Case): Case {
  const agent = dice.one(["sure", "soft", "soft", "paid"] as const);
  const how = dice.one(["unsent", "unsent", "later"] as const);
  const step: Node = {
    at: dice.name(),
    op: "agent",
    agent,
    says: dice.number(),
    ms: dice.chance(0.2) ? JUST_MS : JUST_MS + 1 + dice.below(140),
    fails: how === "unsent" && agent !== "sure" ? 12 + dice.below(14) : 1 + dice.below(4),
    ...(dice.chance(0.2) ? { worse: true } : {}),
    how,
  };
  const budget = agent === "paid" && dice.chance(0.5) ? ({ calls: MANY_CALLS, atLimit: "wait" } as const) : undefined;
  const same = { ...drawn, hostile: dice.chance(0.2), doubled: false, away: false, runs: 1, mixed: false, budget };
  return { ...same, body: [step], outside: retried(dice) };
}

/** A team has spent what it may in a day, which ends within the hour. */
export function daily(dice: Dice, drawn: Case): Case {
  const many = 2 + dice.below(2);
  const paid = Array.from({ length: many }, (_, nth): Node => {
    const how = dice.one(["throw", "unsent"] as const);
    const fails = dice.chance(0.3) && (how === "unsent" || nth > 1) ? 1 : 0;
    return { at: dice.name(), op: "agent", agent: "paid", says: dice.number(), ms: dice.below(300), fails, how };
  });
  const body: readonly Node[] = dice.chance(0.3) ? [{ at: dice.name(), op: "join", how: "all", branches: paid.map((one) => [one]) }] : paid;
  const atLimit = dice.one(["wait", "wait", "fallback", "stop"] as const);
  // The next day's is enough for the rest of the one run.
  const budget = { calls: many - 1, atLimit, daily: true } as const;
  const hostile = dice.chance(0.3);
  const same = { ...drawn, hostile, doubled: false, away: false, from: undefined, runs: 1, mixed: false };
  return { ...same, budget, body, outside: retried(dice) };
}

/** Inline work gives a value that no journal holds, and nobody dies: each time that it is done is counted. */
export function unheld(dice: Dice, drawn: Case): Case {
  const work: Node = { at: dice.name(), op: "step", says: dice.unheld(), ms: dice.below(500), fails: 0, how: "throw" };
  const caught: Node = { at: dice.name(), op: "try", body: [work], handler: [] };
  const calm = { ...drawn, hostile: false, doubled: false, away: false, runs: 1, mixed: false, outside: [] };
  return { ...calm, body: [dice.chance(0.5) ? work : caught, next(dice)] };
}

/**
 * A run stops for its budget while inline work of it goes on beside, and both replicas die. What comes again meanwhile is done
 * without it: it is done where the run goes on, with a larger budget.
 */
export function raised(dice: Dice, drawn: Case): Case {
  const first: Node = { at: dice.name(), op: "sleep", ms: dice.length(3_000) };
  const paid = Array.from(
    { length: 3 },
    (): Node => ({
      at: dice.name(),
      op: "agent",
      agent: "paid",
      says: dice.value(),
      ms: dice.below(300),
      fails: 0,
      how: "throw",
    }),
  );
  const step: Node = {
    at: dice.name(),
    op: "step",
    says: dice.value(),
    ms: 2_000 + dice.below(6_000),
    fails: 0,
    how: "throw",
  };
  // Its function hears of what came while it was stopped, and asks for something, when it goes on.
  const heard: Node[] = [{ at: dice.name(), op: "sleep", ms: dice.length(20_000) }, patched(dice)];
  const branches = [[step], paid, ...(dice.chance(0.5) ? [heard] : [])];
  const both: Node = { at: dice.name(), op: "join", how: "all", branches };
  const kills = ([0, 1] as const).map(
    (who): Outside => ({
      when: { on: "run.stopped", nth: 1, ms: 1 + dice.below(300) },
      does: "kill",
      who,
      down: 500,
      gently: false,
    }),
  );
  const outside: Outside[] = [
    ...kills,
    { when: { on: "run.stopped", nth: 1, ms: ACK_WAIT_MS + dice.below(20_000) }, does: dice.one(["retry", "retry", "move"]) },
  ];
  const budget = { calls: 1, atLimit: "stop" } as const;
  const body = dice.chance(0.5) ? [first, both] : [both];
  return { ...drawn, hostile: false, doubled: false, away: false, runs: 1, mixed: false, budget, raised: 1, body, outside };
}
