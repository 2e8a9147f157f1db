import { type Clock, type Logger, type Random, type Registers, retry } from "@armada/event-sourcing";
import { z } from "zod";

/** The register of a team in which a process that is ended because its event loop was held says what did: the newest stands there. */
export const HELD_LOOP = "held_loop";

/** `at`: ms since 1970. */
const HeldByStep = z.object({ run: z.string(), step: z.int(), agent: z.string(), at: z.number() });
const HeldByWorkflow = z.object({ run: z.string(), workflow: z.string(), at: z.number() });
export type HeldByStep = z.infer<typeof HeldByStep>;

/**
 * What held the event loop of a process until that was ended. A run whose function did is stopped before it holds the next one, and of
 * a step whoever made this hears. What stood in the register before is stopped by then, or holds one process more.
 */
export class HeldLoops {
  readonly #at = new Map<string, number>();
  readonly #byStep: (held: HeldByStep) => void;

  constructor(byStep: (held: HeldByStep) => void) {
    this.#byStep = byStep;
  }

  /** When the run's function held one, ms since 1970. */
  at(run: string): number | undefined {
    return this.#at.get(run);
  }

  /** Resolves once it is known what was said before. @throws what the registers throw, and the signal's reason */
  async recall(registers: Registers, ports: { clock: Clock; random: Random; logger: Logger }, signal: AbortSignal): Promise<void> {
    const there = await retry("what held a loop", ports, () => registers.get(HELD_LOOP), { signal });
    if (there !== undefined) this.#take(there.value);
  }

  /** Hears of others until the signal aborts. */
  follow(registers: Registers, signal: AbortSignal): Promise<void> {
    return registers.watch(HELD_LOOP, (value) => this.#take(value), signal);
  }

  #take(text: string): void {
    const value = jsonOf(text);
    const byWorkflow = HeldByWorkflow.safeParse(value);
    if (byWorkflow.success) this.#at.set(byWorkflow.data.run, byWorkflow.data.at);
    const byStep = HeldByStep.safeParse(value);
    if (byStep.success) this.#byStep(byStep.data);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a forged one is nobody's
  }
}
