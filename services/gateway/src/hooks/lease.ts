import { ArmadaError } from "@armada/contracts";
import type { Registers } from "@armada/event-sourcing";

/** The register that says which gateway sends. */
const KEY = "hooks-lease";
const RENEW_MS = 2_500;
/** How long a gateway that was not answered may still send. */
const SURE_MS = 8_000;
/** How long the register stays as it is until another gateway takes over. */
const OVER_MS = 10_000;

/** By it one of several gateways sends. It goes by what each sees pass on its own clock, so clocks need not agree. */
export class Lease {
  readonly #registers: Pick<Registers, "get" | "put">;
  readonly #writer: string;
  readonly #now: () => number;
  #seen: { readonly revision: number; readonly at: number } | undefined;
  #revision: number | undefined;
  #renewedAt = Number.NEGATIVE_INFINITY;

  /** `now`: ms on a clock that never goes back. */
  constructor(registers: Pick<Registers, "get" | "put">, writer: string, now: () => number = () => performance.now()) {
    this.#registers = registers;
    this.#writer = writer;
    this.#now = now;
  }

  /** Whether no other gateway can have taken over. */
  get sure(): boolean {
    return this.#revision !== undefined && this.#now() - this.#renewedAt < SURE_MS;
  }

  /** Renews or takes it where it is time to; to be called every second or so. What is not answered is tried the next time. */
  async keep(): Promise<void> {
    try {
      if (this.#revision === undefined) await this.#take();
      else if (this.#now() - this.#renewedAt >= RENEW_MS) await this.#renew(this.#revision);
    } catch (error) {
      if (!(error instanceof ArmadaError)) throw error;
      if (!this.sure) this.#revision = undefined;
    }
  }

  /** Lets another gateway take it at once. */
  async release(): Promise<void> {
    const revision = this.#revision;
    this.#revision = undefined;
    if (revision === undefined) return;
    try {
      await this.#registers.put(KEY, "", revision);
    } catch (error) {
      if (!(error instanceof ArmadaError)) throw error; // it is over by itself
    }
  }

  async #take(): Promise<void> {
    const there = await this.#registers.get(KEY);
    const free = there === undefined || there.value === "";
    if (!free && this.#seen?.revision !== there.revision) this.#seen = { revision: there.revision, at: this.#now() };
    if (free || (this.#seen !== undefined && this.#now() - this.#seen.at >= OVER_MS)) await this.#renew(there?.revision ?? 0);
  }

  async #renew(expected: number): Promise<void> {
    const at = this.#now();
    this.#revision = await this.#registers.put(KEY, JSON.stringify({ writer: this.#writer }), expected);
    if (this.#revision === undefined) {
      const there = await this.#registers.get(KEY); // perhaps a renewal of its own that was not answered
      if (there?.value === JSON.stringify({ writer: this.#writer })) this.#revision = there.revision;
    }
    this.#seen = undefined;
    if (this.#revision !== undefined) this.#renewedAt = at;
  }
}
