import { BEGAN, NAMED_MS } from "../playing/declarations.ts";
import type { Dice } from "./dice.ts";
import { type AgentName, type Case, type EventName, IDS, JUST_MS, KINDS, type Node, type Op, type Outside, type When } from "./program.ts";

/** A message that nobody answered comes again after it. */
const ACK_WAIT_MS = 20_000;
/** Between two deaths: longer than an ack wait. */
const WEARING_MS = 20_500;
/** More than any run makes. */
const MANY_CALLS = 1_000;

/** Puts a case, now and then, into a situation that a program of chance seldom comes to: the mesh around it stays as it was drawn, as far as it may. */
export class Scenes {
  readonly #dice: Dice;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  draw(drawn: Case): Case {
    let left = this.#dice.next();
    for (const [share, scene] of this.#scenes) {
      if (left < share) return scene(drawn);
      left -= share;
    }
    return drawn;
  }

  /** How many of all cases each is. */
  readonly #scenes: readonly (readonly [share: number, scene: (drawn: Case) => Case])[] = [
    [0.05, (drawn) => this.#night(drawn)],
    [0.005, (drawn) => this.#wearing(drawn)],
    [0.03, (drawn) => this.#owed(drawn)],
    [0.02, (drawn) => this.#together(drawn)],
    [0.008, (drawn) => this.#crossing(drawn)],
    [0.008, (drawn) => this.#many(drawn)],
    [0.015, (drawn) => this.#drained(drawn)],
    [0.012, (drawn) => this.#raised(drawn)],
    [0.007, (drawn) => this.#since(drawn)],
    [0.006, (drawn) => this.#just(drawn)],
    [0.004, (drawn) => this.#begun(drawn)],
    [0.002, (drawn) => this.#pages(drawn)],
    [0.025, (drawn) => this.#frozen(drawn)],
    [0.003, (drawn) => this.#restless(drawn)],
    [0.015, (drawn) => this.#fallen(drawn)],
    [0.015, (drawn) => this.#busy(drawn)],
    [0.01, (drawn) => this.#daily(drawn)],
    [0.015, (drawn) => this.#forgotten(drawn)],
    [0.01, (drawn) => this.#left(drawn)],
    [0.006, (drawn) => this.#blocking(drawn)],
    [0.006, (drawn) => this.#changed(drawn)],
    [0.004, (drawn) => this.#unheld(drawn)],
    [0.006, (drawn) => this.#asked(drawn)],
  ];

  /** A step is at work, or waits for its batch, as the one replica is told to end, and the other a little later. */
  #drained(drawn: Case): Case {
    const agent = this.#dice.one(["batched", "batched", "sure", "soft", "writer"] as const);
    const ms = agent === "batched" ? 0 : 3_000 + this.#dice.below(6_000);
    const fails = this.#dice.chance(0.3) ? 1 : 0;
    const step: Node = { at: this.#dice.name(), op: "agent", agent, says: this.#dice.value(), ms, fails, how: "throw" };
    const outside = ([0, 1] as const).map(
      (who): Outside => ({
        when: { on: "step.requested", nth: 1, ms: 1 + this.#dice.below(4_000) },
        does: "kill",
        who,
        down: 100,
        gently: true,
      }),
    );
    return { ...drawn, doubled: false, runs: 1, mixed: false, body: [step], outside, ...(agent === "batched" ? { batchMs: 45_000 } : {}) };
  }

  /**
   * A run stops for its budget while inline work of it goes on beside, and both replicas die. What comes again meanwhile is done
   * without it: it is done where the run goes on, with a larger budget.
   */
  #raised(drawn: Case): Case {
    const first: Node = { at: this.#dice.name(), op: "sleep", ms: this.#dice.length(3_000) };
    const paid = Array.from(
      { length: 3 },
      (): Node => ({
        at: this.#dice.name(),
        op: "agent",
        agent: "paid",
        says: this.#dice.value(),
        ms: this.#dice.below(300),
        fails: 0,
        how: "throw",
      }),
    );
    const step: Node = {
      at: this.#dice.name(),
      op: "step",
      says: this.#dice.value(),
      ms: 2_000 + this.#dice.below(6_000),
      fails: 0,
      how: "throw",
    };
    // Its function hears of what came while it was stopped, and asks for something, when it goes on.
    const heard: Node[] = [{ at: this.#dice.name(), op: "sleep", ms: this.#dice.length(20_000) }, this.#patched()];
    const branches = [[step], paid, ...(this.#dice.chance(0.5) ? [heard] : [])];
    const both: Node = { at: this.#dice.name(), op: "join", how: "all", branches };
    const kills = ([0, 1] as const).map(
      (who): Outside => ({
        when: { on: "run.stopped", nth: 1, ms: 1 + this.#dice.below(300) },
        does: "kill",
        who,
        down: 500,
        gently: false,
      }),
    );
    const outside: Outside[] = [
      ...kills,
      { when: { on: "run.stopped", nth: 1, ms: ACK_WAIT_MS + this.#dice.below(20_000) }, does: this.#dice.one(["retry", "retry", "move"]) },
    ];
    const budget = { calls: 1, atLimit: "stop" } as const;
    const body = this.#dice.chance(0.5) ? [first, both] : [both];
    return { ...drawn, hostile: false, doubled: false, away: false, runs: 1, mixed: false, budget, raised: 1, body, outside };
  }

  /** A run goes on as new again and again, and waits for nothing: as often as it may, or once too often. */
  #restless(drawn: Case): Case {
    const again: Node = {
      at: this.#dice.name(),
      op: "again",
      times: 98 + this.#dice.below(5),
      carry: { is: "number", n: this.#dice.below(100) },
    };
    return { ...drawn, hostile: false, doubled: false, runs: 1, mixed: false, body: [again], outside: [] };
  }

  /**
   * A replica stands still while it is at work on a step, or as it has been handed what a wait takes, or an answer. Another has that
   * then, and may die of it before the first goes on.
   */
  #frozen(drawn: Case): Case {
    const who = this.#dice.one([0, 1] as const);
    const freeze = (when: When): Outside => ({ when, does: "freeze", who, ms: ACK_WAIT_MS + 30 + this.#dice.below(6_000) });
    const step: Node = { at: this.#dice.name(), op: "step", says: this.#dice.value(), ms: this.#dice.below(2_000), fails: 0, how: "throw" };
    const same = { ...drawn, doubled: false, away: false, runs: 1, mixed: false, budget: undefined } as const;
    const dies = (on: string): Outside => ({ when: { on, nth: 1, ms: 0 }, does: "kill", who: "writer", down: 40_000, gently: false });
    if (this.#dice.chance(0.25)) {
      const outside = [freeze({ on: "run.started", nth: 1, ms: 1 + this.#dice.below(8) }), dies("inline.completed")];
      return { ...same, hostile: true, body: [step, this.#next()], outside };
    }
    if (this.#dice.chance(0.5)) {
      const agent = this.#dice.one(["sure", "soft", "writer"] as const);
      const fails = this.#dice.one([0, 1, 4, 5]);
      const ms = 200 + this.#dice.below(3_000);
      const asked: Node = {
        at: this.#dice.name(),
        op: "agent",
        agent,
        says: this.#dice.value(),
        ms,
        fails,
        how: this.#dice.one(["throw", "terminal"]),
      };
      const outside = [
        freeze({ on: "step.requested", nth: 1, ms: 1 + this.#dice.below(ms) }),
        ...(this.#dice.chance(0.7) ? [dies("step.completed")] : []),
      ];
      return { ...same, body: [asked, this.#next()], outside };
    }
    if (this.#dice.chance(0.5)) {
      const call = {
        at: this.#dice.name(),
        op: "call",
        says: this.#dice.value(),
        answer: "output",
        after: 3_000,
        times: 1,
        within: 90_000,
      } as const;
      const outside = [freeze({ on: "ask.sent", nth: 1, ms: call.after + 6 + this.#dice.below(14) }), dies("ask.answered")];
      return { ...same, hostile: true, body: [call, step], outside };
    }
    const wait = { at: this.#dice.name(), op: "wait", kind: "poked", id: this.#dice.one(IDS) } as const;
    const at = 3_000 + this.#dice.below(10_000);
    const outside: Outside[] = [
      { when: { ms: at }, does: "event", kind: wait.kind, id: wait.id, k: this.#dice.below(100), times: 1 },
      freeze({ ms: at + 1 + this.#dice.below(8) }),
      dies("wait.met"),
    ];
    return { ...same, hostile: true, body: [wait, step], outside };
  }

  /** What a wait looks for from a time on comes at that very time, whenever it happened. */
  #since(drawn: Case): Case {
    const ms = 1_000 + this.#dice.second();
    const kind = this.#dice.one(["poked", "seen", "seen"] as const);
    const fact = this.#dice.chance(0.5) ? ({ fact: true } as const) : {};
    const wait = { at: this.#dice.name(), op: "wait", kind, id: this.#dice.one(IDS), since: BEGAN + ms, ...fact } as const;
    const form = kind === "seen" && this.#dice.chance(0.7) ? { form: this.#dice.one(["before", "after", "no time"] as const) } : {};
    const event: Outside = { when: { ms }, does: "event", kind, id: wait.id, k: 1 + 3 * this.#dice.below(30), times: 1, ...form };
    return { ...drawn, body: [wait], outside: [event] };
  }

  /** Two waits take what came before them, of which so much that cannot be read came between that it is more than one page. */
  #pages(drawn: Case): Case {
    const [kind, id] = [this.#dice.one(["poked", "nudged"] as const), this.#dice.one(IDS)];
    const first: Node = { at: this.#dice.name(), op: "sleep", ms: 10_000 };
    const branches = [1, 2].map(() => [{ at: this.#dice.name(), op: "wait", kind, id } as const]);
    const both: Node = { at: this.#dice.name(), op: "join", how: "all", branches };
    const event = (ms: number): Outside => ({ when: { ms }, does: "event", kind, id, k: this.#dice.below(100), times: 1 });
    const unread: Outside = { when: { ms: 2_000 }, does: "event", kind, id, k: 0, times: 1_100, form: "misfit" };
    const outside = [event(1_000), unread, event(3_000)];
    return { ...drawn, hostile: false, doubled: false, runs: 1, mixed: false, body: [first, both], outside };
  }

  /** A step waits for its batch, and whoever has it dies before its message comes again: as often as makes it the step's own fault. */
  #wearing(drawn: Case): Case {
    const batched: Node = { at: this.#dice.name(), op: "agent", agent: "batched", says: this.#dice.value(), ms: 0, fails: 0, how: "throw" };
    const rounds = Array.from({ length: 18 + this.#dice.below(6) }, (_, i) => (i + 1) * WEARING_MS);
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
  #night(drawn: Case): Case {
    const held: Node = {
      at: this.#dice.name(),
      op: "agent",
      agent: "later",
      says: this.#dice.value(),
      ms: this.#dice.below(300),
      fails: 0,
      how: "throw",
    };
    const down = (who: 0 | 1): Outside => ({
      when: { on: "step.released", nth: 1, ms: 0 },
      does: "kill",
      who,
      down: ACK_WAIT_MS + 500 + this.#dice.below(20_000),
      gently: false,
    });
    // Whoever holds it may die of that: the timer is owed then.
    const dies: Outside = {
      when: { on: "step.held", nth: 1, ms: 0 },
      does: "kill",
      who: "writer",
      down: this.#dice.below(5_000),
      gently: false,
    };
    const outside = [...drawn.outside.filter((one) => one.does !== "event"), down(0), down(1), ...(this.#dice.chance(0.2) ? [dies] : [])];
    return { ...drawn, forgetful: true, body: [held], outside };
  }

  /**
   * What a wait takes comes while nobody is there, and its timer too, or just before its timer, and whoever takes it dies of it: what
   * follows is owed by whom its message comes to again, also where more has come for the id by then.
   */
  #owed(drawn: Case): Case {
    const within = this.#dice.length(20_000);
    const wait = { at: this.#dice.name(), op: "wait", kind: this.#dice.one(KINDS), id: this.#dice.one(IDS), within } as const;
    const other = { ...wait, at: this.#dice.name(), within: this.#dice.length(20_000) };
    const both = this.#dice.chance(0.3);
    const waits: Node = both ? { at: this.#dice.name(), op: "join", how: "all", branches: [[wait], [other]] } : wait;
    const event = (when: When): Outside => this.#event(wait, when, both ? 1 + this.#dice.below(2) : 1);
    const kill = (when: When, who: "writer" | 0 | 1, down: number): Outside => ({ when, does: "kill", who, down, gently: false });
    const away = this.#dice.below(within);
    const down = within - away + this.#dice.below(5_000);
    const outside = [
      ...(this.#dice.chance(0.4)
        ? [event({ on: "wait.set", nth: 1, ms: this.#dice.one([within, other.within]) - this.#dice.below(8) })]
        : [
            event({ ms: away + this.#dice.below(within - away) }),
            kill({ ms: away }, 0, down),
            kill({ ms: away }, 1, down + this.#dice.below(2) * 500),
          ]),
      ...(this.#dice.chance(0.7) ? [kill({ on: "wait.met", nth: 1, ms: 0 }, "writer", 100 + this.#dice.below(40_000))] : []),
      ...(this.#dice.chance(0.5) ? [event({ on: "wait.met", nth: 1, ms: 1 + this.#dice.below(15_000) })] : []),
    ];
    return { ...drawn, doubled: false, punctual: true, runs: 1, mixed: false, body: [waits, this.#next()], outside };
  }

  /**
   * Waits that are asked for together, when what they take has come; or for one id, and only one of them looks to before its run.
   * Whoever looks back hands the run over to its lead; the other replica may be at work beside.
   */
  #together(drawn: Case): Case {
    const alike = this.#dice.chance(0.5);
    const id = this.#dice.one(IDS);
    const waits = KINDS.slice(1, 3).map((kind, nth) => {
      const wait = { at: this.#dice.name(), op: "wait", kind: alike ? "poked" : kind, id } as const;
      return alike && nth === 0 ? { ...wait, since: 1 } : wait;
    });
    const first: Node = { at: this.#dice.name(), op: "sleep", ms: 10_000 };
    const long: Node = {
      at: this.#dice.name(),
      op: "step",
      says: this.#dice.number(),
      ms: this.#dice.below(6_000),
      fails: 0,
      how: "throw",
    };
    const branches = [
      ...waits.map((wait) => [wait, ...(this.#dice.chance(0.5) ? [this.#patched()] : [])]),
      ...(this.#dice.chance(0.5) ? [[long]] : []),
    ];
    const both: Node = { at: this.#dice.name(), op: "join", how: this.#dice.one(["all", "race"]), branches };
    const outside = waits.map((wait) => this.#event(wait, { ms: alike ? 0 : this.#dice.below(9_000) }));
    return { ...drawn, hostile: this.#dice.chance(0.4), doubled: false, runs: 1, mixed: false, body: [first, both], outside };
  }

  /** A second wait for an id is set, and looks further back, as what has just come is brought to the first one. */
  #crossing(drawn: Case): Case {
    const wait = { op: "wait", kind: this.#dice.one(KINDS), id: this.#dice.one(IDS) } as const;
    const ms = this.#dice.length(5_000);
    const first: Node = { at: this.#dice.name(), ...wait };
    const second: Node[] = [
      { at: this.#dice.name(), op: "sleep", ms },
      { at: this.#dice.name(), ...wait, since: this.#dice.early() },
    ];
    const both: Node = { at: this.#dice.name(), op: "join", how: "all", branches: [[first], second] };
    const outside = [this.#event(wait, { ms: 0 }), this.#event(wait, { on: "sleep.set", nth: 1, ms: ms - this.#dice.below(20) }, 2)];
    return { ...drawn, hostile: true, doubled: false, punctual: true, runs: 1, mixed: false, body: [both], outside };
  }

  /** Waits for one id stand open side by side, and what they take comes one by one, to either replica. */
  #many(drawn: Case): Case {
    const wait = { op: "wait", kind: this.#dice.one(KINDS), id: this.#dice.one(IDS) } as const;
    const branches = Array.from({ length: 3 + this.#dice.below(3) }, (): Node[] => [{ at: this.#dice.name(), ...wait }]);
    const all: Node = { at: this.#dice.name(), op: "join", how: "all", branches };
    const outside = branches.map((_, nth) => this.#event(wait, { ms: 1_000 * (nth + 1) + this.#dice.below(900) }));
    return { ...drawn, doubled: false, runs: 1, mixed: false, body: [all], outside };
  }

  /** Asks once, or again in the same breath. */
  #patched(): Node {
    const asked = (body: Node): Node => ({ at: this.#dice.name(), op: "when", on: "patched", body: [body], otherwise: [] });
    if (this.#dice.chance(0.5)) return asked(this.#next());
    const emit: Node = { at: this.#dice.name(), op: "emit", id: this.#dice.one(IDS), says: this.#dice.number() };
    return { at: this.#dice.name(), op: "repeat", times: 2, body: [asked(emit)] };
  }

  /** What comes just as a run is started: before its first message is written, or right behind it. */
  #just(drawn: Case): Case {
    const wait = { at: this.#dice.name(), op: "wait", kind: this.#dice.one(KINDS), id: this.#dice.one(IDS) } as const;
    const outside = [this.#event(wait, { ms: 1 + this.#dice.below(8) })];
    return { ...drawn, hostile: true, doubled: false, body: [wait, this.#next()], outside };
  }

  /** A run waits for the very event that started it: it is there for a wait that looks to before its beginning, and for no other. */
  #begun(drawn: Case): Case {
    const [since, alone] = [this.#dice.early(), this.#dice.chance(0.3)];
    const waits = [{}, { since }].map((from): Node => {
      const within = this.#dice.length(5_000);
      const wait: Node = { at: this.#dice.name(), op: "wait", kind: "begun", id: "run0", within, ...from };
      return { at: this.#dice.name(), op: "try", body: [wait], handler: [] };
    });
    const branches = (alone ? [this.#dice.one(waits)] : waits).map((wait) => [wait]);
    const both: Node = { at: this.#dice.name(), op: "join", how: "all", branches };
    return { ...drawn, doubled: false, start: "event", from: undefined, runs: 1, mixed: false, body: [both, this.#next()], outside: [] };
  }

  /** A step's last attempt fails, and its fallback cannot answer yet, once or twice, or fails as well. */
  #fallen(drawn: Case): Case {
    const step: Node = {
      at: this.#dice.name(),
      op: "agent",
      agent: this.#dice.one(["soft", "paid"] as const),
      says: this.#dice.value(),
      ms: this.#dice.below(300),
      fails: 4 + this.#dice.below(2),
      worse: this.#dice.one([true, "once", "twice"] as const),
      how: this.#dice.one(["throw", "terminal"] as const),
    };
    const hostile = this.#dice.chance(0.3);
    return { ...drawn, hostile, doubled: false, runs: 1, mixed: false, budget: undefined, body: [step], outside: this.#retried() };
  }

  /** A model takes no request for now, for longer than a fallback waits, or says each time that it is to be asked again much later. */
  #busy(drawn: Case): Case {
    const agent = this.#dice.one(["sure", "soft", "soft", "paid"] as const);
    const how = this.#dice.one(["unsent", "unsent", "later"] as const);
    const step: Node = {
      at: this.#dice.name(),
      op: "agent",
      agent,
      says: this.#dice.number(),
      ms: this.#dice.chance(0.2) ? JUST_MS : JUST_MS + 1 + this.#dice.below(140),
      fails: how === "unsent" && agent !== "sure" ? 12 + this.#dice.below(14) : 1 + this.#dice.below(4),
      ...(this.#dice.chance(0.2) ? { worse: true } : {}),
      how,
    };
    const budget = agent === "paid" && this.#dice.chance(0.5) ? ({ calls: MANY_CALLS, atLimit: "wait" } as const) : undefined;
    const same = { ...drawn, hostile: this.#dice.chance(0.2), doubled: false, away: false, runs: 1, mixed: false, budget };
    return { ...same, body: [step], outside: this.#retried() };
  }

  /** A team has spent what it may in a day, which ends within the hour. */
  #daily(drawn: Case): Case {
    const many = 2 + this.#dice.below(2);
    const paid = Array.from({ length: many }, (_, nth): Node => {
      const how = this.#dice.one(["throw", "unsent"] as const);
      const fails = this.#dice.chance(0.3) && (how === "unsent" || nth > 1) ? 1 : 0;
      return { at: this.#dice.name(), op: "agent", agent: "paid", says: this.#dice.number(), ms: this.#dice.below(300), fails, how };
    });
    const body: readonly Node[] = this.#dice.chance(0.3)
      ? [{ at: this.#dice.name(), op: "join", how: "all", branches: paid.map((one) => [one]) }]
      : paid;
    const atLimit = this.#dice.one(["wait", "wait", "fallback", "stop"] as const);
    // The next day's is enough for the rest of the one run.
    const budget = { calls: many - 1, atLimit, daily: true } as const;
    const hostile = this.#dice.chance(0.3);
    const same = { ...drawn, hostile, doubled: false, away: false, from: undefined, runs: 1, mixed: false };
    return { ...same, budget, body, outside: this.#retried() };
  }

  /** A run goes on as new and remembers little of what it took: its waits look for the same ids, from its beginning or from before it. */
  #forgotten(drawn: Case): Case {
    const kinds = ["poked", "nudged"] as const;
    const waits = Array.from({ length: 2 + this.#dice.below(3) }, (): Node => {
      const wait: Node = {
        at: this.#dice.name(),
        op: "wait",
        kind: this.#dice.one(kinds),
        id: this.#dice.one(IDS),
        within: this.#dice.length(10_000),
        ...(this.#dice.chance(0.4) ? { since: this.#dice.chance(0.4) ? this.#dice.early() : BEGAN + this.#dice.second() } : {}),
      };
      return { at: this.#dice.name(), op: "try", body: [wait], handler: [] };
    });
    const again: Node = { at: this.#dice.name(), op: "again", times: 1 + this.#dice.below(3), carry: this.#dice.number() };
    const outside = Array.from({ length: 4 + this.#dice.below(6) }, () =>
      this.#event(
        { kind: this.#dice.one(kinds), id: this.#dice.one(IDS) },
        { ms: this.#dice.chance(0.3) ? 0 : this.#dice.below(12_000) },
        1 + this.#dice.below(2),
      ),
    );
    return { ...drawn, doubled: false, runs: 1, mixed: false, remembers: 1 + this.#dice.below(3), body: [...waits, again], outside };
  }

  /**
   * A function ends while what it left behind is still open. The replica that serves its version is away, and hears of both ends
   * from one that cannot go on from them.
   */
  #left(drawn: Case): Case {
    const [first = 1, second = 2] = [this.#dice.length(6_000), this.#dice.length(6_000)].sort((a, b) => a - b);
    const behind: Node = { at: this.#dice.name(), op: "leave", body: [{ at: this.#dice.name(), op: "sleep", ms: second }, this.#next()] };
    const last: Node = { at: this.#dice.name(), op: "sleep", ms: first };
    const down = 8_000 + this.#dice.below(20_000);
    const away: Outside = { when: { ms: 200 }, does: "kill", who: this.#dice.one([0, 1] as const), down, gently: false };
    return { ...drawn, doubled: false, runs: 1, mixed: true, body: [behind, last], outside: [away] };
  }

  /** A person is asked, and whoever wrote that dies with it, while it waits, or as it wrote the answer down; the answer comes, or does not. */
  #asked(drawn: Case): Case {
    const otherwise = this.#dice.one(["cancel", "fail", "continue"] as const);
    const show = this.#dice.value();
    const question: Node = { at: this.#dice.name(), op: "approval", show, within: 20_000 + this.#dice.below(20_000), otherwise };
    const asked = (ms: number): When => ({ on: "approval.asked", nth: 1, ms });
    const when = this.#dice.one<When>([asked(0), asked(1 + this.#dice.below(10_000)), { on: "approval.given", nth: 1, ms: 0 }]);
    const dies: Outside = { when, does: "kill", who: "writer", down: 1 + this.#dice.below(2_000), gently: false };
    const answer: Outside = { when: asked(this.#dice.below(15_000)), does: "approve", approved: this.#dice.chance(0.3), times: 1 };
    const outside = this.#dice.chance(0.75) ? [dies, answer] : [dies];
    return { ...drawn, doubled: false, runs: 1, mixed: false, body: [question, this.#next()], outside };
  }

  /** Inline work gives a value that no journal holds, and nobody dies: each time that it is done is counted. */
  #unheld(drawn: Case): Case {
    const work: Node = { at: this.#dice.name(), op: "step", says: this.#dice.unheld(), ms: this.#dice.below(500), fails: 0, how: "throw" };
    const caught: Node = { at: this.#dice.name(), op: "try", body: [work], handler: [] };
    const calm = { ...drawn, hostile: false, doubled: false, away: false, runs: 1, mixed: false, outside: [] };
    return { ...calm, body: [this.#dice.chance(0.5) ? work : caught, this.#next()] };
  }

  /** A function is changed under the version that its run has: what it asks for then is of another kind, of somebody else, or missing. */
  #changed(drawn: Case): Case {
    const says = this.#dice.number();
    const sleep: Node = { at: this.#dice.name(), op: "sleep", ms: 3_000 };
    const asks = (agent: AgentName): Node => ({ at: this.#dice.name(), op: "agent", agent, says, ms: 2_500, fails: 0, how: "throw" });
    const shows: Node = { at: this.#dice.name(), op: "approval", show: says, within: 60_000, otherwise: "continue" };
    const [body, changed] = this.#dice.one<readonly [readonly Node[], readonly Node[]]>([
      [[sleep], [shows]],
      [[asks("sure")], [asks("soft")]],
      [[sleep], []],
    ]);
    const outside = ([0, 1] as const).map(
      (who): Outside => ({ when: { ms: 300 + this.#dice.below(1_000) }, does: "kill", who, down: 200, gently: false }),
    );
    const same = { ...drawn, hostile: false, doubled: false, away: false, start: "operator", full: 0, runs: 1, mixed: false } as const;
    return { ...same, budget: undefined, body, changed, outside };
  }

  /** A function holds the event loop, for as long as goes without a word, or longer. */
  #blocking(drawn: Case): Case {
    const ms = this.#dice.one([NAMED_MS - 1, NAMED_MS, NAMED_MS + 1, 3 * NAMED_MS]);
    const block: Node = { at: this.#dice.name(), op: "block", ms };
    const body = [...(this.#dice.chance(0.5) ? [this.#next()] : []), block, this.#next()];
    return { ...drawn, doubled: false, away: false, runs: 1, mixed: false, body, outside: [] };
  }

  /** What a function asks for as it goes on: of each kind something else follows from its journal. */
  #next(): Node {
    const [says, ms] = [this.#dice.number(), this.#dice.below(500)];
    const asked = (): Node => ({ at: this.#dice.name(), op: "agent", agent: "sure", says, ms, fails: 0, how: "throw" });
    const both: Op = { op: "join", how: "all", branches: [[asked()], [asked()]] };
    return {
      at: this.#dice.name(),
      ...this.#dice.one<Op>([
        { op: "step", says, ms, fails: 0, how: "throw" },
        { op: "emit", id: this.#dice.one(IDS), says },
        { op: "sleep", ms: this.#dice.length(3_000) },
        { op: "call", says, answer: "output", after: ms, times: 1, within: this.#dice.length(60_000) },
        both,
      ]),
    };
  }

  #event({ kind, id }: { readonly kind: EventName; readonly id: string }, when: When, times = 1): Outside {
    return { when, does: "event", kind, id, k: this.#dice.below(100), times };
  }

  /** Somebody looks after what is set aside. */
  #retried(): Outside[] {
    return (["run.stopped", "step.parked"] as const).flatMap((on): Outside[] =>
      this.#dice.chance(0.6) ? [{ when: { on, nth: 1, ms: this.#dice.below(20_000) }, does: "retry" }] : [],
    );
  }
}
