import type { Message } from "@armada/event-sourcing";
import {
  type Cost,
  type Costs,
  costsIn,
  dayKey,
  hourKey,
  minuteOf,
  NO_COSTS,
  readable,
  type Sum,
  type Suspected,
  taken,
} from "./cost-index.ts";
import type { Head } from "./run-index.ts";
import type { Write } from "./run-index-fold.ts";

/** Registers that are kept in memory after they were written. */
const KEPT = 8;

/** The costs in the memory of who writes them: the registers of the hours and days that something was added to of late. */
export class CostFold {
  readonly #read: (key: string) => Promise<Costs>;
  readonly #registers = new Map<string, Costs>();
  readonly #dirty = new Set<string>();
  readonly #made: number;
  #suspected: Suspected;

  /** `read`: a register as it is stored, empty where there is none. */
  constructor({ made, suspected }: Pick<Head, "made" | "suspected">, read: (key: string) => Promise<Costs>) {
    this.#made = made;
    this.#suspected = suspected;
    this.#read = read;
  }

  /** As of the last message that was taken. */
  get suspected(): Suspected {
    return this.#suspected;
  }

  /** A message of the ledger. */
  async ledger(message: Message): Promise<void> {
    const read = readable(() => costsIn(message, this.#suspected));
    if (read === undefined) return;
    await this.add(message.seq, read.costs);
    this.#suspected = read.suspected;
  }

  /** All that the message `seq` says was spent or saved. */
  async add(seq: number, costs: readonly Cost[]): Promise<void> {
    const byRegister = new Map<string, (readonly [string, Sum])[]>();
    const into = (key: string, entry: readonly [string, Sum]): void => void byRegister.set(key, [...(byRegister.get(key) ?? []), entry]);
    for (const { agent, workflow, at, ...sum } of costs) {
      into(dayKey(this.#made, at), [`${agent} ${workflow}`, sum]);
      into(hourKey(this.#made, at), [`${minuteOf(at)} ${agent} ${workflow}`, sum]);
    }
    for (const [key, entries] of byRegister) {
      const now = this.#registers.get(key) ?? (await this.#read(key));
      this.#registers.delete(key); // the last one touched is the last one to go
      this.#registers.set(key, taken(now, seq, entries));
      this.#dirty.add(key);
    }
  }

  writes(): readonly Write[] {
    const writes = [...this.#dirty].map((key) => ({ key, value: JSON.stringify(this.#registers.get(key) ?? NO_COSTS) }));
    this.#dirty.clear();
    return writes;
  }

  /** What `writes` gave is stored: until then a register is not read again, as what is there lacks something. */
  written(): void {
    for (const key of [...this.#registers.keys()].slice(0, -KEPT)) if (!this.#dirty.has(key)) this.#registers.delete(key);
  }
}
