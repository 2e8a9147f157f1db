import { NAMED_MS } from "../../playing/declarations.ts";
import type { Dice } from "../dice.ts";
import { type AgentName, type Case, IDS, type Node, type Outside, type When } from "../program.ts";
import { ACK_WAIT_MS, next } from "./parts.ts";

// Situations of a run as a whole: who serves it, and what its function does.

/** A run goes on as new again and again, and waits for nothing: as often as it may, or once too often. */
export function restless(dice: Dice, drawn: Case): Case {
  const again: Node = {
    at: dice.name(),
    op: "again",
    times: 98 + dice.below(5),
    carry: { is: "number", n: dice.below(100) },
  };
  return { ...drawn, hostile: false, doubled: false, runs: 1, mixed: false, body: [again], outside: [] };
}

/**
 * A replica stands still while it is at work on a step, or as it has been handed what a wait takes, or an answer. Another has that
 * then, and may die of it before the first goes on.
 */
export function frozen(dice: Dice, drawn: Case): Case {
  const who = dice.one([0, 1] as const);
  const freeze = (when: When): Outside => ({ when, does: "freeze", who, ms: ACK_WAIT_MS + 30 + dice.below(6_000) });
  const step: Node = { at: dice.name(), op: "step", says: dice.value(), ms: dice.below(2_000), fails: 0, how: "throw" };
  const same = { ...drawn, doubled: false, away: false, runs: 1, mixed: false, budget: undefined } as const;
  const dies = (on: string): Outside => ({ when: { on, nth: 1, ms: 0 }, does: "kill", who: "writer", down: 40_000, gently: false });
  if (dice.chance(0.25)) {
    const outside = [freeze({ on: "run.started", nth: 1, ms: 1 + dice.below(8) }), dies("inline.completed")];
    return { ...same, hostile: true, body: [step, next(dice)], outside };
  }
  if (dice.chance(0.5)) {
    const agent = dice.one(["sure", "soft", "writer"] as const);
    const fails = dice.one([0, 1, 4, 5]);
    const ms = 200 + dice.below(3_000);
    const asked: Node = {
      at: dice.name(),
      op: "agent",
      agent,
      says: dice.value(),
      ms,
      fails,
      how: dice.one(["throw", "terminal"]),
    };
    const outside = [
      freeze({ on: "step.requested", nth: 1, ms: 1 + dice.below(ms) }),
      ...(dice.chance(0.7) ? [dies("step.completed")] : []),
    ];
    return { ...same, body: [asked, next(dice)], outside };
  }
  if (dice.chance(0.5)) {
    const call = {
      at: dice.name(),
      op: "call",
      says: dice.value(),
      answer: "output",
      after: 3_000,
      times: 1,
      within: 90_000,
    } as const;
    const outside = [freeze({ on: "ask.sent", nth: 1, ms: call.after + 6 + dice.below(14) }), dies("ask.answered")];
    return { ...same, hostile: true, body: [call, step], outside };
  }
  const wait = { at: dice.name(), op: "wait", kind: "poked", id: dice.one(IDS) } as const;
  const at = 3_000 + dice.below(10_000);
  const outside: Outside[] = [
    { when: { ms: at }, does: "event", kind: wait.kind, id: wait.id, k: dice.below(100), times: 1 },
    freeze({ ms: at + 1 + dice.below(8) }),
    dies("wait.met"),
  ];
  return { ...same, hostile: true, body: [wait, step], outside };
}

/**
 * A function ends while what it left behind is still open. The replica that serves its version is away, and hears of both ends
 * from one that cannot go on from them.
 */
export function left(dice: Dice, drawn: Case): Case {
  const [first = 1, second = 2] = [dice.length(6_000), dice.length(6_000)].sort((a, b) => a - b);
  const behind: Node = { at: dice.name(), op: "leave", body: [{ at: dice.name(), op: "sleep", ms: second }, next(dice)] };
  const last: Node = { at: dice.name(), op: "sleep", ms: first };
  const down = 8_000 + dice.below(20_000);
  const away: Outside = { when: { ms: 200 }, does: "kill", who: dice.one([0, 1] as const), down, gently: false };
  return { ...drawn, doubled: false, runs: 1, mixed: true, body: [behind, last], outside: [away] };
}

/** A person is asked, and whoever wrote that dies with it, while it waits, or as it wrote the answer down; the answer comes, or does not. */
export function asked(dice: Dice, drawn: Case): Case {
  const otherwise = dice.one(["cancel", "fail", "continue"] as const);
  const show = dice.value();
  const question: Node = { at: dice.name(), op: "approval", show, within: 20_000 + dice.below(20_000), otherwise };
  const asked = (ms: number): When => ({ on: "approval.asked", nth: 1, ms });
  const when = dice.one<When>([asked(0), asked(1 + dice.below(10_000)), { on: "approval.given", nth: 1, ms: 0 }]);
  const dies: Outside = { when, does: "kill", who: "writer", down: 1 + dice.below(2_000), gently: false };
  const answer: Outside = { when: asked(dice.below(15_000)), does: "approve", approved: dice.chance(0.3), times: 1 };
  const outside = dice.chance(0.75) ? [dies, answer] : [dies];
  return { ...drawn, doubled: false, runs: 1, mixed: false, body: [question, next(dice)], outside };
}

/** A function is changed under the version that its run has: what it asks for then is of another kind, of somebody else, or missing. */
export function changed(dice: Dice, drawn: Case): Case {
  const says = dice.number();
  const sleep: Node = { at: dice.name(), op: "sleep", ms: 3_000 };
  const asks = (agent: AgentName): Node => ({ at: dice.name(), op: "agent", agent, says, ms: 2_500, fails: 0, how: "throw" });
  const shows: Node = { at: dice.name(), op: "approval", show: says, within: 60_000, otherwise: "continue" };
  const [body, changed] = dice.one<readonly [readonly Node[], readonly Node[]]>([
    [[sleep], [shows]],
    [[asks("sure")], [asks("soft")]],
    [[sleep], []],
  ]);
  const outside = ([0, 1] as const).map(
    (who): Outside => ({ when: { ms: 300 + dice.below(1_000) }, does: "kill", who, down: 200, gently: false }),
  );
  const same = { ...drawn, hostile: false, doubled: false, away: false, start: "operator", full: 0, runs: 1, mixed: false } as const;
  return { ...same, budget: undefined, body, changed, outside };
}

/** A function holds the event loop, for as long as goes without a word, or longer. */
export function blocking(dice: Dice, drawn: Case): Case {
  const ms = dice.one([NAMED_MS - 1, NAMED_MS, NAMED_MS + 1, 3 * NAMED_MS]);
  const block: Node = { at: dice.name(), op: "block", ms };
  const body = [...(dice.chance(0.5) ? [next(dice)] : []), block, next(dice)];
  return { ...drawn, doubled: false, away: false, runs: 1, mixed: false, body, outside: [] };
}
