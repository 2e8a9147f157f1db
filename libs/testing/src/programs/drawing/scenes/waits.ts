import { BEGAN } from "../../playing/declarations.ts";
import type { Dice } from "../dice.ts";
import { type Case, IDS, KINDS, type Node, type Outside, type When } from "../program.ts";
import { comes, next, patched } from "./parts.ts";

// Situations of waits: what comes beside, before, or while nobody is there.

/**
 * What a wait takes comes while nobody is there, and its timer too, or just before its timer, and whoever takes it dies of it: what
 * follows is owed by whom its message comes to again, also where more has come for the id by then.
 */
export function owed(dice: Dice, drawn: Case): Case {
  const within = dice.length(20_000);
  const wait = { at: dice.name(), op: "wait", kind: dice.one(KINDS), id: dice.one(IDS), within } as const;
  const other = { ...wait, at: dice.name(), within: dice.length(20_000) };
  const both = dice.chance(0.3);
  const waits: Node = both ? { at: dice.name(), op: "join", how: "all", branches: [[wait], [other]] } : wait;
  const event = (when: When): Outside => comes(dice, wait, when, both ? 1 + dice.below(2) : 1);
  const kill = (when: When, who: "writer" | 0 | 1, down: number): Outside => ({ when, does: "kill", who, down, gently: false });
  const away = dice.below(within);
  const down = within - away + dice.below(5_000);
  const outside = [
    ...(dice.chance(0.4)
      ? [event({ on: "wait.set", nth: 1, ms: dice.one([within, other.within]) - dice.below(8) })]
      : [event({ ms: away + dice.below(within - away) }), kill({ ms: away }, 0, down), kill({ ms: away }, 1, down + dice.below(2) * 500)]),
    ...(dice.chance(0.7) ? [kill({ on: "wait.met", nth: 1, ms: 0 }, "writer", 100 + dice.below(40_000))] : []),
    ...(dice.chance(0.5) ? [event({ on: "wait.met", nth: 1, ms: 1 + dice.below(15_000) })] : []),
  ];
  return { ...drawn, doubled: false, punctual: true, runs: 1, mixed: false, body: [waits, next(dice)], outside };
}

/**
 * Waits that are asked for together, when what they take has come; or for one id, and only one of them looks to before its run.
 * Whoever looks back hands the run over to its lead; the other replica may be at work beside.
 */
export function together(dice: Dice, drawn: Case): Case {
  const alike = dice.chance(0.5);
  const id = dice.one(IDS);
  const waits = KINDS.slice(1, 3).map((kind, nth) => {
    const wait = { at: dice.name(), op: "wait", kind: alike ? "poked" : kind, id } as const;
    return alike && nth === 0 ? { ...wait, since: 1 } : wait;
  });
  const first: Node = { at: dice.name(), op: "sleep", ms: 10_000 };
  const long: Node = {
    at: dice.name(),
    op: "step",
    says: dice.number(),
    ms: dice.below(6_000),
    fails: 0,
    how: "throw",
  };
  const branches = [...waits.map((wait) => [wait, ...(dice.chance(0.5) ? [patched(dice)] : [])]), ...(dice.chance(0.5) ? [[long]] : [])];
  const both: Node = { at: dice.name(), op: "join", how: dice.one(["all", "race"]), branches };
  const outside = waits.map((wait) => comes(dice, wait, { ms: alike ? 0 : dice.below(9_000) }));
  return { ...drawn, hostile: dice.chance(0.4), doubled: false, runs: 1, mixed: false, body: [first, both], outside };
}

/** A second wait for an id is set, and looks further back, as what has just come is brought to the first one. */
export function crossing(dice: Dice, drawn: Case): Case {
  const wait = { op: "wait", kind: dice.one(KINDS), id: dice.one(IDS) } as const;
  const ms = dice.length(5_000);
  const first: Node = { at: dice.name(), ...wait };
  const second: Node[] = [
    { at: dice.name(), op: "sleep", ms },
    { at: dice.name(), ...wait, since: dice.early() },
  ];
  const both: Node = { at: dice.name(), op: "join", how: "all", branches: [[first], second] };
  const outside = [comes(dice, wait, { ms: 0 }), comes(dice, wait, { on: "sleep.set", nth: 1, ms: ms - dice.below(20) }, 2)];
  return { ...drawn, hostile: true, doubled: false, punctual: true, runs: 1, mixed: false, body: [both], outside };
}

/** Waits for one id stand open side by side, and what they take comes one by one, to either replica. */
export function many(dice: Dice, drawn: Case): Case {
  const wait = { op: "wait", kind: dice.one(KINDS), id: dice.one(IDS) } as const;
  const branches = Array.from({ length: 3 + dice.below(3) }, (): Node[] => [{ at: dice.name(), ...wait }]);
  const all: Node = { at: dice.name(), op: "join", how: "all", branches };
  const outside = branches.map((_, nth) => comes(dice, wait, { ms: 1_000 * (nth + 1) + dice.below(900) }));
  return { ...drawn, doubled: false, runs: 1, mixed: false, body: [all], outside };
}

/** What a wait looks for from a time on comes at that very time, whenever it happened. */
export function since(dice: Dice, drawn: Case): Case {
  const ms = 1_000 + dice.second();
  const kind = dice.one(["poked", "seen", "seen"] as const);
  const fact = dice.chance(0.5) ? ({ fact: true } as const) : {};
  const wait = { at: dice.name(), op: "wait", kind, id: dice.one(IDS), since: BEGAN + ms, ...fact } as const;
  const form = kind === "seen" && dice.chance(0.7) ? { form: dice.one(["before", "after", "no time"] as const) } : {};
  const event: Outside = { when: { ms }, does: "event", kind, id: wait.id, k: 1 + 3 * dice.below(30), times: 1, ...form };
  return { ...drawn, body: [wait], outside: [event] };
}

/** Two waits take what came before them, of which so much that cannot be read came between that it is more than one page. */
export function pages(dice: Dice, drawn: Case): Case {
  const [kind, id] = [dice.one(["poked", "nudged"] as const), dice.one(IDS)];
  const first: Node = { at: dice.name(), op: "sleep", ms: 10_000 };
  const branches = [1, 2].map(() => [{ at: dice.name(), op: "wait", kind, id } as const]);
  const both: Node = { at: dice.name(), op: "join", how: "all", branches };
  const event = (ms: number): Outside => ({ when: { ms }, does: "event", kind, id, k: dice.below(100), times: 1 });
  const unread: Outside = { when: { ms: 2_000 }, does: "event", kind, id, k: 0, times: 1_100, form: "misfit" };
  const outside = [event(1_000), unread, event(3_000)];
  return { ...drawn, hostile: false, doubled: false, runs: 1, mixed: false, body: [first, both], outside };
}

/** What comes just as a run is started: before its first message is written, or right behind it. */
export function just(dice: Dice, drawn: Case): Case {
  const wait = { at: dice.name(), op: "wait", kind: dice.one(KINDS), id: dice.one(IDS) } as const;
  const outside = [comes(dice, wait, { ms: 1 + dice.below(8) })];
  return { ...drawn, hostile: true, doubled: false, body: [wait, next(dice)], outside };
}

/** A run waits for the very event that started it: it is there for a wait that looks to before its beginning, and for no other. */
export function begun(dice: Dice, drawn: Case): Case {
  const [since, alone] = [dice.early(), dice.chance(0.3)];
  const waits = [{}, { since }].map((from): Node => {
    const within = dice.length(5_000);
    const wait: Node = { at: dice.name(), op: "wait", kind: "begun", id: "run0", within, ...from };
    return { at: dice.name(), op: "try", body: [wait], handler: [] };
  });
  const branches = (alone ? [dice.one(waits)] : waits).map((wait) => [wait]);
  const both: Node = { at: dice.name(), op: "join", how: "all", branches };
  return { ...drawn, doubled: false, start: "event", from: undefined, runs: 1, mixed: false, body: [both, next(dice)], outside: [] };
}

/** A run goes on as new and remembers little of what it took: its waits look for the same ids, from its beginning or from before it. */
export function forgotten(dice: Dice, drawn: Case): Case {
  const kinds = ["poked", "nudged"] as const;
  const waits = Array.from({ length: 2 + dice.below(3) }, (): Node => {
    const wait: Node = {
      at: dice.name(),
      op: "wait",
      kind: dice.one(kinds),
      id: dice.one(IDS),
      within: dice.length(10_000),
      ...(dice.chance(0.4) ? { since: dice.chance(0.4) ? dice.early() : BEGAN + dice.second() } : {}),
    };
    return { at: dice.name(), op: "try", body: [wait], handler: [] };
  });
  const again: Node = { at: dice.name(), op: "again", times: 1 + dice.below(3), carry: dice.number() };
  const outside = Array.from({ length: 4 + dice.below(6) }, () =>
    comes(dice, { kind: dice.one(kinds), id: dice.one(IDS) }, { ms: dice.chance(0.3) ? 0 : dice.below(12_000) }, 1 + dice.below(2)),
  );
  return { ...drawn, doubled: false, runs: 1, mixed: false, remembers: 1 + dice.below(3), body: [...waits, again], outside };
}
