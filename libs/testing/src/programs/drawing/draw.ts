import { seededRandom } from "@armada/event-sourcing/testing";
import { BEGAN } from "../playing/declarations.ts";
import { Dice, type Feature } from "./dice.ts";
import {
  type AgentName,
  type Block,
  type Case,
  type Form,
  type How,
  IDS,
  JUST_MS,
  KINDS,
  type Node,
  type Op,
  type Outside,
  STRAYS,
  type When,
} from "./program.ts";
import { staged } from "./scenes/scenes.ts";

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
/** Calls in one breath; a function may make 10,000. */
const BREATHS = [5_000, 9_999, 10_000] as const;
/** Operations whose outcome is a message of the journal. */
const CALLS: ReadonlySet<Node["op"]> = new Set(["agent", "call", "step", "sleep", "wait", "approval"]);

/** Draws the case of a seed. */
export function draw(seed: number, without: ReadonlySet<Feature> = new Set()): Case {
  return new Drawing(new Dice(seededRandom(seed * 2_654_435_761 + 17), without), without).case(seed);
}

class Drawing {
  readonly #dice: Dice;
  readonly #without: ReadonlySet<Feature>;
  /** Whether what is done takes long enough to come again meanwhile. */
  #long = false;
  #left = NODES;

  constructor(dice: Dice, without: ReadonlySet<Feature>) {
    this.#dice = dice;
    this.#without = without;
  }

  case(seed: number): Case {
    this.#long = this.#dice.chance(0.15);
    const body = [...this.#block(6, 0)];
    if (this.#dice.chance(0.2))
      body.push({
        at: this.#dice.name(),
        op: "again",
        times: 1 + this.#dice.below(2),
        carry: this.#dice.value(),
        beside: this.#dice.chance(0.2),
      });
    if (this.#dice.chance(0.03)) body.push(this.#mistake());
    const outside = Array.from({ length: this.#dice.below(7) }, () => this.#outside());
    const kills = this.#dice.chance(0.5) ? Array.from({ length: 1 + this.#dice.below(3) }, () => this.#kill()) : [];
    const runs = this.#dice.chance(0.15) ? 2 : 1;
    const drawn: Case = {
      seed,
      ...this.#mesh(),
      ...(this.#long ? { doubled: true } : {}),
      start: this.#dice.one(["operator", "operator", "ask", "event"]),
      ...(this.#dice.chance(0.06) ? { from: this.#dice.one(["beginning", "now", "its time", "after it"] as const) } : {}),
      ...(this.#dice.chance(0.04) ? { full: this.#dice.below(15_000) } : {}),
      runs,
      mixed: this.#dice.chance(0.15) && !this.#without.has("mixed versions"),
      budget: this.#dice.chance(0.5)
        ? { calls: this.#dice.chance(0.5) ? 1_000 : 1 + this.#dice.below(3), atLimit: this.#dice.one(["wait", "fallback", "stop"]) }
        : undefined,
      ...(body.at(-1)?.op === "again" && this.#dice.chance(0.7) ? { remembers: 1 + this.#dice.below(2) } : {}),
      input: this.#dice.held(),
      body,
      outside: [...outside, ...kills, ...this.#answers(), ...this.#resumed()],
    };
    return staged(this.#dice, drawn);
  }

  /** What no function may do. Something else may be open that would end it then. */
  #mistake(): Node {
    if (this.#dice.chance(0.2)) return { at: this.#dice.name(), op: "spin" };
    return { at: this.#dice.name(), op: "aside", ...(this.#dice.chance(0.6) ? { comes: this.#dice.one(["ends", "calls"] as const) } : {}) };
  }

  /** On an old view a step may be tried once more where the server went away: nothing is written then that would tell. */
  #mesh(): Pick<Case, "hostile" | "away"> {
    const hostile = this.#dice.chance(0.6);
    return { hostile, ...(!hostile && !this.#long && this.#dice.chance(0.12) ? { away: true } : {}) };
  }

  #block(most: number, depth: number): Block {
    return Array.from({ length: 1 + this.#dice.below(most) }, () => this.#node(depth));
  }

  /** Begins with a call: which of two branches ends first is a question of the journal then, and not of the language's own queue. */
  #branch(depth: number): Block {
    const block = this.#block(2, depth);
    if (block[0] !== undefined && CALLS.has(block[0].op)) return block;
    const says = { is: "number", n: this.#dice.below(1_000) } as const;
    return [{ at: this.#dice.name(), op: "step", says, ms: this.#dice.below(500), fails: 0, how: "throw" }, ...block];
  }

  #node(depth: number): Node {
    this.#left--;
    const at = this.#dice.name();
    const op = this.#left > 0 && depth < 3 && this.#dice.chance(0.35) ? this.#nested(depth + 1) : this.#call();
    // A wait or an ask that fails ends its block: half of those that can are caught.
    const fails =
      op.op === "wait" || op.op === "call" || op.op === "throw" || op.op === "approval" || op.op === "deadline" || op.op === "misuse";
    if (fails && this.#dice.chance(0.6))
      return { at: this.#dice.name(), op: "try", body: [{ at, ...op }], handler: this.#dice.chance(0.4) ? this.#block(2, 3) : [] };
    return { at, ...op };
  }

  #nested(depth: number): Op {
    const dice = this.#dice.below(10);
    if (dice < 4)
      return {
        op: "join",
        how: this.#dice.one(["all", "all", "race", "any", "settled"]),
        branches: Array.from({ length: 2 + this.#dice.below(this.#dice.chance(0.1) ? 9 : 2) }, () => this.#branch(depth)),
      };
    if (dice < 6) return { op: "repeat", times: 2 + this.#dice.below(2), body: this.#block(2, depth) };
    if (dice < 7) return { op: "deadline", ms: this.#dice.length(20_000), body: this.#block(2, depth) };
    if (dice < 8) return { op: "try", body: this.#block(3, depth), handler: this.#block(1, depth) };
    if (dice < 9)
      return { op: "when", on: this.#dice.one(["random", "patched"]), body: this.#block(2, depth), otherwise: this.#block(1, depth) };
    return { op: "leave", body: this.#block(2, depth) };
  }

  #call(): Op {
    const dice = this.#dice.below(100);
    if (dice < 20) {
      const agent = this.#dice.one(["sure", "sure", "soft", "writer", "paid", "later", "batched"] as const);
      const how: How = this.#text(
        this.#dice.one<How>(["throw", "throw", "throw", "terminal", "refuse", "hang", "huge", "unsent", "unsent", "later"]),
        "throw",
      );
      // Beyond what a fallback waits for.
      const long = how === "unsent" && (agent === "soft" || agent === "paid") && this.#dice.chance(0.5);
      return {
        op: "agent",
        agent,
        says: this.#dice.value(),
        ms: long ? 270 + this.#dice.below(30) : this.#agentMs(),
        fails: long ? 14 + this.#dice.below(8) : this.#dice.chance(0.3) ? 1 + this.#dice.below(5) : 0,
        // A call that was paid for was sent.
        ...(this.#dice.chance(0.3) ? { worse: long || this.#dice.chance(0.6) ? true : "once" } : {}),
        how: (how === "unsent" && this.#without.has("busy models")) || PLAIN_FAILURES.has(agent) ? "throw" : how,
      };
    }
    if (dice < 34)
      return {
        op: "step",
        says: this.#dice.value(),
        ms: this.#dice.below(this.#long ? 8_000 : 500),
        fails: this.#dice.chance(0.25) ? 1 + this.#dice.below(5) : 0,
        how: this.#text(this.#dice.one(["throw", "throw", "refuse", "huge"]), "throw"),
      };
    if (dice < 58)
      return {
        op: "wait",
        kind: this.#dice.one(KINDS),
        id: this.#without.has("meeting waits") ? this.#dice.name() : this.#dice.one(IDS),
        ...(this.#dice.chance(0.6) ? { within: this.#dice.length(40_000) } : {}),
        ...(this.#dice.chance(0.3) ? { since: this.#dice.chance(0.5) ? this.#dice.early() : BEGAN + this.#dice.second() } : {}),
        ...(this.#dice.chance(0.2) ? { fact: true } : {}),
      };
    if (dice < 66) return { op: "emit", id: this.#dice.one(IDS), says: this.#dice.value() };
    if (dice < 74) return { op: "sleep", ms: this.#dice.length(20_000) };
    if (dice < 80)
      return {
        op: "approval",
        show: this.#dice.value(),
        within: this.#dice.length(60_000),
        otherwise: this.#dice.one(["cancel", "fail", "continue", "continue"]),
      };
    if (dice < 88)
      return {
        op: "call",
        says: this.#dice.value(),
        answer: this.#dice.one(["output", "output", "refusal", "silence"]),
        after: this.#dice.below(10_000),
        times: this.#dice.chance(0.2) ? 2 : 1,
        within: this.#dice.length(this.#dice.chance(0.5) ? 8_000 : 90_000),
      };
    if (dice < 89) return { op: "misuse", how: this.#dice.one(["sleep", "wait", "approval", "call"]) };
    if (dice < 91) return this.#dice.chance(0.3) ? { op: "busy", calls: this.#dice.one(BREATHS) } : { op: "now" };
    if (dice < 94) return { op: "random" };
    if (dice < 97) return { op: "value", says: this.#dice.value() };
    return { op: "throw", what: this.#text(this.#dice.one(["error", "refusal", "huge", "text", "nothing"]), "error") };
  }

  #agentMs(): number {
    return this.#dice.chance(0.15) ? JUST_MS : this.#dice.below(this.#dice.chance(this.#long ? 0.7 : 0.1) ? 8_000 : 300);
  }

  #outside(): Outside {
    const dice = this.#dice.below(20);
    if (dice < 16)
      return {
        when: this.#when(),
        does: "event",
        kind: this.#dice.one(KINDS),
        id: this.#id(),
        k: this.#dice.below(100),
        ...this.#burst(),
      };
    if (dice < 18)
      return this.#dice.chance(0.3)
        ? { when: this.#when(), does: "cancel" }
        : { when: this.#when(), does: "stray", what: this.#dice.one(STRAYS) };
    return { when: this.#when(), does: this.#dice.one(["retry", "retry", "start", "move"]) };
  }

  #when(): When {
    const ms = this.#dice.chance(0.3)
      ? 0
      : this.#dice.chance(0.3)
        ? this.#dice.second()
        : this.#dice.below(this.#dice.chance(0.5) ? 300 : 40_000);
    if (this.#dice.chance(0.5)) return { ms };
    return { on: this.#dice.chance(0.5) ? "wait.set" : this.#dice.one(MOMENTS), nth: 1 + this.#dice.below(3), ms };
  }

  /** As a replica writes, while it is at work on what that was, or at any time. */
  #kill(): Outside {
    const ms = this.#dice.chance(0.6) ? 0 : this.#dice.below(this.#dice.chance(0.5) ? 300 : 30_000);
    const on = ms > 0 && this.#dice.chance(0.5) ? "step.requested" : this.#dice.one(MOMENTS);
    return {
      when: ms < 300 || this.#dice.chance(0.3) ? { on, nth: 1 + this.#dice.below(4), ms } : { ms },
      does: "kill",
      who: this.#dice.one(["writer", "writer", 0, 1]),
      down: this.#dice.below(this.#dice.chance(0.5) ? 2_000 : 60_000),
      gently: this.#dice.chance(0.15),
    };
  }

  /** People answer most approvals. */
  #answers(): Outside[] {
    return [1, 2, 3].flatMap((nth): Outside[] =>
      this.#dice.chance(0.7)
        ? [
            {
              when: { on: "approval.asked", nth, ms: this.#dice.below(20_000) },
              does: "approve",
              approved: this.#dice.chance(0.6),
              times: this.#dice.chance(0.3) ? 2 : 1,
            },
          ]
        : [],
    );
  }

  /** Somebody looks after most runs that are stopped, and most steps that are parked. */
  #resumed(): Outside[] {
    return (["run.stopped", "step.parked"] as const).flatMap((on): Outside[] =>
      this.#dice.chance(0.6)
        ? [{ when: { on, nth: 1, ms: this.#dice.below(20_000) }, does: on === "run.stopped" && this.#dice.chance(0.3) ? "move" : "retry" }]
        : [],
    );
  }

  /** A burst now and then; seldom more than one load of the log brings, and then it may be of what nobody can read. */
  #burst(): { readonly times: number; readonly form?: Form } {
    const dice = this.#dice.next();
    const form = this.#dice.chance(0.3) ? { form: this.#dice.one(FORMS) } : {};
    if (dice < 0.001) return { times: 1_100, form: "misfit" };
    if (dice < 0.008) return { times: 1_100 };
    return { times: dice < 0.05 ? 2 + this.#dice.below(4) : 1, ...form };
  }

  /** Of an event: one that may be waited for. */
  #id(): string {
    return this.#without.has("meeting waits") ? `k${1 + this.#dice.below(NODES)}` : this.#dice.one(IDS);
  }

  #text<T extends string>(how: T, otherwise: T): T {
    return how === "huge" && this.#without.has("huge texts") ? otherwise : how;
  }
}
