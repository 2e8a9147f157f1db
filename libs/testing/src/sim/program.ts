import type { Random } from "@armada/event-sourcing";
import { z } from "zod";

/** What one agent is told to do. `fails`: attempts that fail before one works; `pad`: bytes of input beside the number. */
export const Task = z.object({
  v: z.number().int(),
  ms: z.number().int(),
  fails: z.number().int(),
  how: z.enum(["throw", "terminal", "hang", "refuse"]),
  pad: z.string(),
});
export type Task = z.infer<typeof Task>;

export const agentNames = ["sure", "moody", "soft", "writer", "reader", "later"] as const;
export type AgentName = (typeof agentNames)[number];

/** One call of a program, which the simulated workflows carry out; `again` stands last. */
export type Op =
  | { readonly op: "ask"; readonly agent: AgentName; readonly task: Omit<Task, "pad">; readonly pad: number }
  | { readonly op: "fan"; readonly branches: readonly (readonly Op[])[] }
  | { readonly op: "within"; readonly ms: number; readonly ops: readonly Op[] }
  | { readonly op: "step"; readonly name: string; readonly ms: number; readonly fails: number }
  | { readonly op: "emit"; readonly id: string; readonly pad: number }
  | { readonly op: "sleep"; readonly ms: number }
  | { readonly op: "wait"; readonly from: "own" | "other"; readonly id: string; readonly ms: number | undefined }
  | { readonly op: "approve"; readonly ms: number; readonly otherwise: "cancel" | "fail" | "continue" }
  | { readonly op: "call"; readonly program: Program; readonly ms: number; readonly served: boolean }
  | { readonly op: "choose" }
  | { readonly op: "strict"; readonly op2: Op }
  | { readonly op: "again"; readonly program: Program };

export const Program = z.object({ depth: z.number().int(), ops: z.array(z.custom<Op>()) });
export type Program = { readonly depth: number; readonly ops: readonly Op[] };

/** Draws programs. `waits` collects the ids that are waited for without a limit: a signal must come for each. */
export class Programs {
  readonly waits: { readonly from: "own" | "other"; readonly id: string; readonly nested: boolean }[] = [];
  readonly #random: Random;
  readonly #large: boolean;
  #ids = 0;

  constructor(random: Random, large: boolean) {
    this.#random = random;
    this.#large = large;
  }

  program(length: number, depth = 0): Program {
    const ops = this.#ops(length, depth, 0);
    if (depth === 0 && this.#chance(0.1)) ops.push({ op: "again", program: this.program(2, 1) });
    return { depth, ops };
  }

  #ops(length: number, depth: number, nesting: number): Op[] {
    return Array.from({ length: 1 + this.#below(length) }, () => this.#op(depth, nesting));
  }

  #op(depth: number, nesting: number): Op {
    const dice = this.#random.next();
    if (dice < 0.36) return this.#ask();
    if (dice < 0.5 && nesting < 2) {
      const width = nesting === 0 && this.#chance(0.3) ? 2 + this.#below(9) : 2 + this.#below(2);
      return {
        op: "fan",
        branches: Array.from({ length: width }, () => (this.#chance(0.7) ? [this.#ask()] : this.#ops(2, depth, nesting + 1))),
      };
    }
    if (dice < 0.62)
      return { op: "step", name: `inline_${this.#below(3)}`, ms: this.#below(2_000), fails: this.#chance(0.2) ? 1 + this.#below(4) : 0 };
    if (dice < 0.69) return { op: "emit", id: `item${this.#below(3)}`, pad: this.#pad() };
    if (dice < 0.75) return { op: "sleep", ms: this.#below(20_000) };
    if (dice < 0.82) return this.#wait(depth);
    if (dice < 0.87)
      return { op: "approve", ms: 2_000 + this.#below(30_000), otherwise: this.#one(["cancel", "fail", "continue", "continue"]) };
    if (dice < 0.94 && depth < 2)
      return {
        op: "call",
        program: this.program(2, depth + 1),
        ms: this.#chance(0.3) ? 500 + this.#below(3_000) : 600_000,
        served: this.#chance(0.9),
      };
    if (dice < 0.96 && nesting < 2) return { op: "within", ms: 1_000 + this.#below(20_000), ops: this.#ops(2, depth, nesting + 1) };
    if (dice < 0.98) return { op: "choose" };
    return { op: "strict", op2: this.#ask() };
  }

  #ask(): Op {
    const agent = this.#one<AgentName>(["sure", "sure", "sure", "moody", "moody", "soft", "writer", "reader", "later"]);
    const how = this.#one<Task["how"]>(["throw", "throw", "throw", "terminal", "hang", "refuse"]);
    const fails = agent === "sure" || agent === "reader" ? 0 : agent === "moody" && this.#chance(0.2) ? 4 + this.#below(3) : this.#below(3);
    return {
      op: "ask",
      agent,
      task: { v: this.#below(1_000), ms: this.#below(this.#chance(0.1) ? 8_000 : 400), fails, how },
      pad: this.#pad(),
    };
  }

  #wait(depth: number): Op {
    const limited = this.#chance(0.4);
    const wait = { from: this.#one(["own", "other"] as const), id: `signal${this.#ids++}` };
    this.waits.push({ ...wait, nested: depth % 2 === 1 });
    return { op: "wait", ...wait, ms: limited ? this.#below(30_000) : undefined };
  }

  #pad(): number {
    return this.#large && this.#chance(0.1) ? 70_000 : 0;
  }

  #one<T>(of: readonly [T, ...T[]]): T {
    return of[this.#below(of.length)] ?? of[0];
  }

  #below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }

  #chance(chance: number): boolean {
    return this.#random.next() < chance;
  }
}
