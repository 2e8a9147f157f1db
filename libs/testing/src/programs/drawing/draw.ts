import type { Random } from "@armada/event-sourcing";
import { seededRandom } from "@armada/event-sourcing/testing";
import { BEGAN } from "../playing/declarations.ts";
import {
  type AgentName,
  type Block,
  type Case,
  type EventName,
  type Form,
  type How,
  type Node,
  type Op,
  type Outside,
  STRAYS,
  type When,
} from "./program.ts";
import { CHANGED, held, LARGE, live, PLAIN, UNHELD, type Value } from "./values.ts";

const IDS = ["a", "b"] as const;
const KINDS: readonly EventName[] = ["poked", "poked", "nudged", "nudged", "seen"];
const FORMS: readonly Form[] = ["misfit", "odd time", "before", "after", "no time", "bytes", "attributes"];
/** Journal events at which something may happen; a kill at one of them comes between its write and its answer. */
const MOMENTS = [
  "run.started",
  "step.requested",
  "step.completed",
  "step.attempt_failed",
  "inline.completed",
  "ask.sent",
  "ask.answered",
  "fact.emitted",
  "sleep.set",
  "wait.set",
  "wait.met",
  "approval.asked",
  "approval.given",
  "timer.fired",
  "step.held",
  "step.released",
  "step.retried",
  "run.ended",
] as const;
/** Agents whose attempts take as long as they take, and whose calls were sent. */
const PLAIN_FAILURES: ReadonlySet<AgentName> = new Set(["batched"]);
const NODES = 14;
/** A message that nobody answered comes again after it. */
const ACK_WAIT_MS = 20_000;
/** Between two deaths: longer than an ack wait. */
const WEARING_MS = 20_500;
/** A length of a model's word at which its step may wait by its message, and is not held yet. */
const JUST_MS = 150;
/** Calls in one breath; a function may make 10,000. */
const BREATHS = [5_000, 9_999, 10_000] as const;
/** Operations whose outcome is a message of the journal. */
const CALLS: ReadonlySet<Node["op"]> = new Set(["agent", "call", "step", "sleep", "wait", "approval"]);

/** What can be left out of the programs that are drawn. */
export type Feature = "changed values" | "unheld values" | "huge texts" | "meeting waits" | "mixed versions" | "busy models";

/** Draws the case of a seed. */
export function draw(seed: number, without: ReadonlySet<Feature> = new Set()): Case {
  return new Drawing(seededRandom(seed * 2_654_435_761 + 17), without).case(seed);
}

class Drawing {
  readonly #random: Random;
  readonly #without: ReadonlySet<Feature>;
  /** Whether what is done takes long enough to come again meanwhile. */
  #long = false;
  #left = NODES;
  #nodes = 0;
  /** Lengths are drawn once each: a timer is known by its length. */
  #lengths = 0;

  constructor(random: Random, without: ReadonlySet<Feature>) {
    this.#random = random;
    this.#without = without;
  }

  case(seed: number): Case {
    this.#long = this.#chance(0.15);
    const body = [...this.#block(6, 0)];
    if (this.#chance(0.2))
      body.push({ at: this.#name(), op: "again", times: 1 + this.#below(2), carry: this.#value(), beside: this.#chance(0.2) });
    if (this.#chance(0.03)) body.push(this.#mistake());
    const outside = Array.from({ length: this.#below(7) }, () => this.#outside());
    const kills = this.#chance(0.5) ? Array.from({ length: 1 + this.#below(3) }, () => this.#kill()) : [];
    const runs = this.#chance(0.15) ? 2 : 1;
    const drawn: Case = {
      seed,
      ...this.#mesh(),
      ...(this.#long ? { doubled: true } : {}),
      start: this.#one(["operator", "operator", "ask", "event"]),
      ...(this.#chance(0.06) ? { from: this.#one(["beginning", "now", "its time", "after it"] as const) } : {}),
      ...(this.#chance(0.04) ? { full: this.#below(15_000) } : {}),
      runs,
      mixed: this.#chance(0.15) && !this.#without.has("mixed versions"),
      budget: this.#chance(0.5)
        ? { calls: this.#chance(0.5) ? 1_000 : 1 + this.#below(3), atLimit: this.#one(["wait", "fallback", "stop"]) }
        : undefined,
      ...(body.at(-1)?.op === "again" && this.#chance(0.7) ? { remembers: 1 + this.#below(2) } : {}),
      input: this.#held(),
      body,
      outside: [...outside, ...kills, ...this.#answers(), ...this.#resumed()],
    };
    const dice = this.#next();
    if (dice < 0.06) return this.#night(drawn);
    if (dice < 0.065) return this.#wearing(drawn);
    if (dice < 0.1) return dice < 0.09 ? this.#owed(drawn) : this.#together(drawn);
    if (dice < 0.125) return dice < 0.115 ? this.#drained(drawn) : this.#raised(drawn);
    if (dice < 0.132) return dice < 0.13 ? this.#since(drawn) : this.#pages(drawn);
    if (dice < 0.147) return this.#frozen(drawn);
    if (dice < 0.15) return this.#restless(drawn);
    return drawn;
  }

  /** What no function may do. Something else may be open that would end it then. */
  #mistake(): Node {
    if (this.#chance(0.2)) return { at: this.#name(), op: "spin" };
    return { at: this.#name(), op: "aside", ...(this.#chance(0.6) ? { comes: this.#one(["ends", "calls"] as const) } : {}) };
  }

  /** A step is at work, or waits for its batch, as the one replica is told to end, and the other a little later. */
  #drained(drawn: Case): Case {
    const agent = this.#one(["batched", "batched", "sure", "soft", "writer"] as const);
    const ms = agent === "batched" ? 0 : 3_000 + this.#below(6_000);
    const fails = this.#chance(0.3) ? 1 : 0;
    const step: Node = { at: this.#name(), op: "agent", agent, says: this.#value(), ms, fails, how: "throw" };
    const outside = ([0, 1] as const).map(
      (who): Outside => ({
        when: { on: "step.requested", nth: 1, ms: 1 + this.#below(4_000) },
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
    const first: Node = { at: this.#name(), op: "sleep", ms: this.#length(3_000) };
    const paid = Array.from(
      { length: 3 },
      (): Node => ({ at: this.#name(), op: "agent", agent: "paid", says: this.#value(), ms: this.#below(300), fails: 0, how: "throw" }),
    );
    const step: Node = { at: this.#name(), op: "step", says: this.#value(), ms: 2_000 + this.#below(6_000), fails: 0, how: "throw" };
    const both: Node = { at: this.#name(), op: "join", how: "all", branches: [[step], paid] };
    const kills = ([0, 1] as const).map(
      (who): Outside => ({ when: { on: "run.stopped", nth: 1, ms: 1 + this.#below(300) }, does: "kill", who, down: 500, gently: false }),
    );
    const outside: Outside[] = [...kills, { when: { on: "run.stopped", nth: 1, ms: ACK_WAIT_MS + this.#below(20_000) }, does: "retry" }];
    const budget = { calls: 1, atLimit: "stop" } as const;
    const body = this.#chance(0.5) ? [first, both] : [both];
    return { ...drawn, hostile: false, doubled: false, away: false, runs: 1, mixed: false, budget, raised: 1, body, outside };
  }

  /** A run goes on as new again and again, and waits for nothing: as often as it may, or once too often. */
  #restless(drawn: Case): Case {
    const again: Node = { at: this.#name(), op: "again", times: 98 + this.#below(5), carry: { is: "number", n: this.#below(100) } };
    return { ...drawn, hostile: false, doubled: false, runs: 1, mixed: false, body: [again], outside: [] };
  }

  /**
   * A replica stands still while it is at work on a step, or as it has been handed what a wait takes, or an answer. Another has that
   * then, and may die of it before the first goes on.
   */
  #frozen(drawn: Case): Case {
    const who = this.#one([0, 1] as const);
    const freeze = (when: When): Outside => ({ when, does: "freeze", who, ms: ACK_WAIT_MS + 30 + this.#below(6_000) });
    const step: Node = { at: this.#name(), op: "step", says: this.#value(), ms: this.#below(2_000), fails: 0, how: "throw" };
    const same = { ...drawn, doubled: false, away: false, runs: 1, mixed: false, budget: undefined } as const;
    if (this.#chance(0.5)) {
      const agent = this.#one(["sure", "soft", "writer"] as const);
      const fails = this.#one([0, 1, 4, 5]);
      const ms = 200 + this.#below(3_000);
      const asked: Node = { at: this.#name(), op: "agent", agent, says: this.#value(), ms, fails, how: this.#one(["throw", "terminal"]) };
      const outside = [freeze({ on: "step.requested", nth: 1, ms: 1 + this.#below(ms) })];
      return { ...same, body: [asked, step], outside };
    }
    const dies = (on: string): Outside => ({ when: { on, nth: 1, ms: 0 }, does: "kill", who: "writer", down: 40_000, gently: false });
    if (this.#chance(0.5)) {
      const call = { at: this.#name(), op: "call", says: this.#value(), answer: "output", after: 3_000, times: 1, within: 90_000 } as const;
      const outside = [freeze({ on: "ask.sent", nth: 1, ms: call.after + 6 + this.#below(14) }), dies("ask.answered")];
      return { ...same, hostile: true, body: [call, step], outside };
    }
    const wait: Node = { at: this.#name(), op: "wait", kind: "poked", id: this.#one(IDS) };
    const at = 3_000 + this.#below(10_000);
    const outside: Outside[] = [
      { when: { ms: at }, does: "event", kind: wait.kind, id: wait.id, k: this.#below(100), times: 1 },
      freeze({ ms: at + 1 + this.#below(8) }),
      dies("wait.met"),
    ];
    return { ...same, hostile: true, body: [wait, step], outside };
  }

  /** What a wait looks for from a time on comes at that very time, whenever it happened. */
  #since(drawn: Case): Case {
    const ms = 1_000 + this.#second();
    const kind = this.#one(["poked", "seen", "seen"] as const);
    const fact = this.#chance(0.5) ? ({ fact: true } as const) : {};
    const wait = { at: this.#name(), op: "wait", kind, id: this.#one(IDS), since: BEGAN + ms, ...fact } as const;
    const form = kind === "seen" && this.#chance(0.7) ? { form: this.#one(["before", "after", "no time"] as const) } : {};
    const event: Outside = { when: { ms }, does: "event", kind, id: wait.id, k: 1 + 3 * this.#below(30), times: 1, ...form };
    return { ...drawn, body: [wait], outside: [event] };
  }

  /** Two waits take what came before them, of which so much that cannot be read came between that it is more than one page. */
  #pages(drawn: Case): Case {
    const [kind, id] = [this.#one(["poked", "nudged"] as const), this.#one(IDS)];
    const first: Node = { at: this.#name(), op: "sleep", ms: 10_000 };
    const branches = [1, 2].map(() => [{ at: this.#name(), op: "wait", kind, id } as const]);
    const both: Node = { at: this.#name(), op: "join", how: "all", branches };
    const event = (ms: number): Outside => ({ when: { ms }, does: "event", kind, id, k: this.#below(100), times: 1 });
    const unread: Outside = { when: { ms: 2_000 }, does: "event", kind, id, k: 0, times: 1_100, form: "misfit" };
    const outside = [event(1_000), unread, event(3_000)];
    return { ...drawn, hostile: false, doubled: false, runs: 1, mixed: false, body: [first, both], outside };
  }

  /** A step waits for its batch, and whoever has it dies before its message comes again: as often as makes it the step's own fault. */
  #wearing(drawn: Case): Case {
    const batched: Node = { at: this.#name(), op: "agent", agent: "batched", says: this.#value(), ms: 0, fails: 0, how: "throw" };
    const rounds = Array.from({ length: 18 + this.#below(6) }, (_, i) => (i + 1) * WEARING_MS);
    const kills = rounds.flatMap((ms) =>
      ([0, 1] as const).map((who): Outside => ({ when: { ms }, does: "kill", who, down: 100, gently: false })),
    );
    const batchMs = rounds.length * WEARING_MS + 10_000;
    const budget = { calls: 1_000, atLimit: "wait" } as const;
    return { ...drawn, hostile: false, doubled: false, runs: 1, mixed: false, budget, body: [batched], batchMs, outside: kills };
  }

  /**
   * A step is held until its agent's hours begin. As it is released both replicas die, until what was done with and forgotten comes
   * again: its old dispatch and its new one wait side by side for whoever starts first. The step is all that the program does: a tick
   * that comes again sets the timers behind it again, and where half come again and many stand there it never ends.
   */
  #night(drawn: Case): Case {
    const held: Node = { at: this.#name(), op: "agent", agent: "later", says: this.#value(), ms: this.#below(300), fails: 0, how: "throw" };
    const down = (who: 0 | 1): Outside => ({
      when: { on: "step.released", nth: 1, ms: 0 },
      does: "kill",
      who,
      down: ACK_WAIT_MS + 500 + this.#below(20_000),
      gently: false,
    });
    // Whoever holds it may die of that: the timer is owed then.
    const dies: Outside = {
      when: { on: "step.held", nth: 1, ms: 0 },
      does: "kill",
      who: "writer",
      down: this.#below(5_000),
      gently: false,
    };
    const outside = [...drawn.outside.filter((one) => one.does !== "event"), down(0), down(1), ...(this.#chance(0.2) ? [dies] : [])];
    return { ...drawn, forgetful: true, body: [held], outside };
  }

  /**
   * What a wait takes comes while nobody is there, and its timer too, or just before its timer, and whoever takes it dies of it: what
   * follows is owed by whom its message comes to again, also where more has come for the id by then.
   */
  #owed(drawn: Case): Case {
    const within = this.#length(20_000);
    const wait: Node = { at: this.#name(), op: "wait", kind: this.#one(KINDS), id: this.#one(IDS), within };
    const step: Node = { at: this.#name(), op: "step", says: this.#value(), ms: this.#below(500), fails: 0, how: "throw" };
    const event = (when: When): Outside => ({ when, does: "event", kind: wait.kind, id: wait.id, k: this.#below(100), times: 1 });
    const kill = (when: When, who: "writer" | 0 | 1, down: number): Outside => ({ when, does: "kill", who, down, gently: false });
    const away = this.#below(within);
    const down = within - away + this.#below(5_000);
    const outside = [
      ...(this.#chance(0.4)
        ? [event({ on: "wait.set", nth: 1, ms: within - this.#below(3) })]
        : [
            event({ ms: away + this.#below(within - away) }),
            kill({ ms: away }, 0, down),
            kill({ ms: away }, 1, down + this.#below(2) * 500),
          ]),
      ...(this.#chance(0.7) ? [kill({ on: "wait.met", nth: 1, ms: 0 }, "writer", 100 + this.#below(40_000))] : []),
      ...(this.#chance(0.5) ? [event({ on: "wait.met", nth: 1, ms: 1 + this.#below(15_000) })] : []),
    ];
    return { ...drawn, doubled: false, runs: 1, mixed: false, body: [wait, step], outside };
  }

  /** Waits that are asked for together, when what they take has come; or for one id, and only one of them looks to before its run. */
  #together(drawn: Case): Case {
    const alike = this.#chance(0.5);
    const id = this.#one(IDS);
    const waits = KINDS.slice(1, 3).map((kind, nth) => {
      const wait = { at: this.#name(), op: "wait", kind: alike ? "poked" : kind, id } as const;
      return alike && nth === 0 ? { ...wait, since: 1 } : wait;
    });
    const first: Node = { at: this.#name(), op: "sleep", ms: 10_000 };
    const both: Node = { at: this.#name(), op: "join", how: this.#one(["all", "race"]), branches: waits.map((wait) => [wait]) };
    const outside = waits.map(
      ({ kind }): Outside => ({ when: { ms: alike ? 0 : this.#below(9_000) }, does: "event", kind, id, k: this.#below(100), times: 1 }),
    );
    return { ...drawn, hostile: false, doubled: false, runs: 1, mixed: false, body: [first, both], outside };
  }

  /** On an old view a step may be tried once more where the server went away: nothing is written then that would tell. */
  #mesh(): Pick<Case, "hostile" | "away"> {
    const hostile = this.#chance(0.6);
    return { hostile, ...(!hostile && !this.#long && this.#chance(0.12) ? { away: true } : {}) };
  }

  #block(most: number, depth: number): Block {
    return Array.from({ length: 1 + this.#below(most) }, () => this.#node(depth));
  }

  /** Begins with a call: which of two branches ends first is a question of the journal then, and not of the language's own queue. */
  #branch(depth: number): Block {
    const block = this.#block(2, depth);
    if (block[0] !== undefined && CALLS.has(block[0].op)) return block;
    const says = { is: "number", n: this.#below(1_000) } as const;
    return [{ at: this.#name(), op: "step", says, ms: this.#below(500), fails: 0, how: "throw" }, ...block];
  }

  #node(depth: number): Node {
    this.#left--;
    const at = this.#name();
    const op = this.#left > 0 && depth < 3 && this.#chance(0.35) ? this.#nested(depth + 1) : this.#call();
    // A wait or an ask that fails ends its block: half of those that can are caught.
    const fails =
      op.op === "wait" || op.op === "call" || op.op === "throw" || op.op === "approval" || op.op === "deadline" || op.op === "misuse";
    if (fails && this.#chance(0.6))
      return { at: this.#name(), op: "try", body: [{ at, ...op }], handler: this.#chance(0.4) ? this.#block(2, 3) : [] };
    return { at, ...op };
  }

  #nested(depth: number): Op {
    const dice = this.#below(10);
    if (dice < 4)
      return {
        op: "join",
        how: this.#one(["all", "all", "race", "any", "settled"]),
        branches: Array.from({ length: 2 + this.#below(this.#chance(0.1) ? 9 : 2) }, () => this.#branch(depth)),
      };
    if (dice < 6) return { op: "repeat", times: 2 + this.#below(2), body: this.#block(2, depth) };
    if (dice < 7) return { op: "deadline", ms: this.#length(20_000), body: this.#block(2, depth) };
    if (dice < 8) return { op: "try", body: this.#block(3, depth), handler: this.#block(1, depth) };
    if (dice < 9)
      return { op: "when", on: this.#one(["random", "patched"]), body: this.#block(2, depth), otherwise: this.#block(1, depth) };
    return { op: "leave", body: this.#block(2, depth) };
  }

  #call(): Op {
    const dice = this.#below(100);
    if (dice < 20) {
      const agent = this.#one(["sure", "sure", "soft", "writer", "paid", "later", "batched"] as const);
      const how: How = this.#text(
        this.#one<How>(["throw", "throw", "throw", "terminal", "refuse", "hang", "huge", "unsent", "unsent", "later"]),
        "throw",
      );
      // Beyond what a fallback waits for.
      const long = how === "unsent" && (agent === "soft" || agent === "paid") && this.#chance(0.5);
      return {
        op: "agent",
        agent,
        says: this.#value(),
        ms: long ? 270 + this.#below(30) : this.#agentMs(),
        fails: long ? 14 + this.#below(8) : this.#chance(0.3) ? 1 + this.#below(5) : 0,
        // A call that was paid for was sent.
        ...(this.#chance(0.3) ? { worse: long || this.#chance(0.6) ? true : "once" } : {}),
        how: (how === "unsent" && this.#without.has("busy models")) || PLAIN_FAILURES.has(agent) ? "throw" : how,
      };
    }
    if (dice < 34)
      return {
        op: "step",
        says: this.#value(),
        ms: this.#below(this.#long ? 8_000 : 500),
        fails: this.#chance(0.25) ? 1 + this.#below(5) : 0,
        how: this.#text(this.#one(["throw", "throw", "refuse", "huge"]), "throw"),
      };
    if (dice < 58)
      return {
        op: "wait",
        kind: this.#one(KINDS),
        id: this.#without.has("meeting waits") ? this.#name() : this.#one(IDS),
        ...(this.#chance(0.6) ? { within: this.#length(40_000) } : {}),
        ...(this.#chance(0.3) ? { since: this.#chance(0.5) ? 1 + this.#lengths++ : BEGAN + this.#second() } : {}),
        ...(this.#chance(0.2) ? { fact: true } : {}),
      };
    if (dice < 66) return { op: "emit", id: this.#one(IDS), says: this.#value() };
    if (dice < 74) return { op: "sleep", ms: this.#length(20_000) };
    if (dice < 80)
      return {
        op: "approval",
        show: this.#value(),
        within: this.#length(60_000),
        otherwise: this.#one(["cancel", "fail", "continue", "continue"]),
      };
    if (dice < 88)
      return {
        op: "call",
        says: this.#value(),
        answer: this.#one(["output", "output", "refusal", "silence"]),
        after: this.#below(10_000),
        times: this.#chance(0.2) ? 2 : 1,
        within: this.#length(this.#chance(0.5) ? 8_000 : 90_000),
      };
    if (dice < 89) return { op: "misuse", how: this.#one(["sleep", "wait", "approval", "call"]) };
    if (dice < 91) return this.#chance(0.3) ? { op: "busy", calls: this.#one(BREATHS) } : { op: "now" };
    if (dice < 94) return { op: "random" };
    if (dice < 97) return { op: "value", says: this.#value() };
    return { op: "throw", what: this.#text(this.#one(["error", "refusal", "huge", "text", "nothing"]), "error") };
  }

  #agentMs(): number {
    return this.#chance(0.15) ? JUST_MS : this.#below(this.#chance(this.#long ? 0.7 : 0.1) ? 8_000 : 300);
  }

  #value(): Value {
    if (this.#chance(0.75)) return { is: "number", n: this.#below(1_000) };
    const dice = this.#next();
    if (dice < 0.5) return { is: this.#one(PLAIN) };
    if (dice < 0.75) return { is: this.#without.has("changed values") ? "null" : this.#one(CHANGED) };
    if (dice < 0.85) return { is: this.#without.has("unheld values") ? "null" : this.#one(UNHELD) };
    return { is: this.#one(LARGE) };
  }

  /** Of what comes from outside, which is JSON. */
  #held(): Value {
    const value = this.#value();
    return held({ value: live(value) }) === undefined ? { is: "null" } : value;
  }

  #outside(): Outside {
    const dice = this.#below(20);
    if (dice < 16)
      return {
        when: this.#when(),
        does: "event",
        kind: this.#one(KINDS),
        id: this.#id(),
        k: this.#below(100),
        ...this.#burst(),
      };
    if (dice < 18)
      return this.#chance(0.3) ? { when: this.#when(), does: "cancel" } : { when: this.#when(), does: "stray", what: this.#one(STRAYS) };
    return { when: this.#when(), does: this.#one(["retry", "retry", "start", "move"]) };
  }

  #when(): When {
    const ms = this.#chance(0.3) ? 0 : this.#chance(0.3) ? this.#second() : this.#below(this.#chance(0.5) ? 300 : 40_000);
    if (this.#chance(0.5)) return { ms };
    return { on: this.#chance(0.5) ? "wait.set" : this.#one(MOMENTS), nth: 1 + this.#below(3), ms };
  }

  /** As a replica writes, while it is at work on what that was, or at any time. */
  #kill(): Outside {
    const ms = this.#chance(0.6) ? 0 : this.#below(this.#chance(0.5) ? 300 : 30_000);
    const on = ms > 0 && this.#chance(0.5) ? "step.requested" : this.#one(MOMENTS);
    return {
      when: ms < 300 || this.#chance(0.3) ? { on, nth: 1 + this.#below(4), ms } : { ms },
      does: "kill",
      who: this.#one(["writer", "writer", 0, 1]),
      down: this.#below(this.#chance(0.5) ? 2_000 : 60_000),
      gently: this.#chance(0.15),
    };
  }

  /** People answer most approvals. */
  #answers(): Outside[] {
    return [1, 2, 3].flatMap((nth): Outside[] =>
      this.#chance(0.7)
        ? [
            {
              when: { on: "approval.asked", nth, ms: this.#below(20_000) },
              does: "approve",
              approved: this.#chance(0.6),
              times: this.#chance(0.3) ? 2 : 1,
            },
          ]
        : [],
    );
  }

  /** Somebody looks after most runs that are stopped, and most steps that are parked. */
  #resumed(): Outside[] {
    return (["run.stopped", "step.parked"] as const).flatMap((on): Outside[] =>
      this.#chance(0.6)
        ? [{ when: { on, nth: 1, ms: this.#below(20_000) }, does: on === "run.stopped" && this.#chance(0.3) ? "move" : "retry" }]
        : [],
    );
  }

  /** A burst now and then; seldom more than one load of the log brings, and then it may be of what nobody can read. */
  #burst(): { readonly times: number; readonly form?: Form } {
    const dice = this.#next();
    const form = this.#chance(0.3) ? { form: this.#one(FORMS) } : {};
    if (dice < 0.001) return { times: 1_100, form: "misfit" };
    if (dice < 0.008) return { times: 1_100 };
    return { times: dice < 0.05 ? 2 + this.#below(4) : 1, ...form };
  }

  /** Of an event: one that may be waited for. */
  #id(): string {
    return this.#without.has("meeting waits") ? `k${1 + this.#below(NODES)}` : this.#one(IDS);
  }

  #text<T extends string>(how: T, otherwise: T): T {
    return how === "huge" && this.#without.has("huge texts") ? otherwise : how;
  }

  #name(): string {
    return `k${++this.#nodes}`;
  }

  /** A full second soon after the start: what begins to count then, and what comes then, may meet. */
  #second(): number {
    return 1_000 * this.#below(20);
  }

  #length(most: number): number {
    return 1 + this.#below(Math.floor(most / 64)) * 64 + (this.#lengths++ % 64);
  }

  #one<T>(of: readonly T[]): T {
    const found = of[this.#below(of.length)];
    if (found === undefined) throw new Error("nothing to draw from");
    return found;
  }

  #below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  #chance(chance: number): boolean {
    return this.#next() < chance;
  }

  #next(): number {
    return this.#random.next();
  }
}
