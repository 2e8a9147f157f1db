import { ArmadaError } from "@armada/contracts";
import type { Registers } from "@armada/event-sourcing";
import type { Hook } from "@armada/operations/hooks/hook-file";
import { type HookState, readState, stateKey } from "@armada/operations/hooks/hook-state";
import { type Delivery, deliveryOf, recorded, stateOf } from "./delivery.ts";

/** What a hook's record is in: a register that one gateway at a time writes, each over the revision that it knows. */
export type RecordPorts = { readonly registers: Pick<Registers, "get" | "put">; readonly writer: string };

/** The record of a hook in the hands of this gateway: whoever had it before, writes it no more. */
export class HookRecord {
  readonly #ports: RecordPorts;
  readonly #key: string;
  readonly delivery: Delivery;
  #revision: number;
  /** What was written, and not answered. */
  #unsure: string | undefined;

  private constructor(ports: RecordPorts, key: string, delivery: Delivery, revision: number) {
    this.#ports = ports;
    this.#key = key;
    this.delivery = delivery;
    this.#revision = revision;
  }

  /** @throws ArmadaError `LOG_UNAVAILABLE` */
  static async claim(ports: RecordPorts, { name, made }: Pick<Hook, "name" | "made">): Promise<HookRecord> {
    const key = stateKey(name);
    for (;;) {
      const there = await ports.registers.get(key);
      const delivery = deliveryOf(made, readState(there?.value, made));
      const text = textOf(stateOf(delivery, ports.writer));
      const revision = await ports.registers.put(key, text, there?.revision ?? 0);
      if (revision !== undefined) return new HookRecord(ports, key, delivery, revision);
    }
  }

  /** `lost`: another gateway has written; `unsure`: the register did not answer, and is written again. */
  async save(): Promise<"saved" | "lost" | "unsure"> {
    const { registers, writer } = this.#ports;
    const { delivery } = this;
    const { unsaved } = delivery;
    const text = textOf(stateOf(delivery, writer));
    try {
      if (this.#unsure !== undefined) {
        const there = await registers.get(this.#key);
        if (there?.value === this.#unsure) this.#revision = there.revision;
        else if (there?.revision !== this.#revision) return "lost";
      }
      this.#unsure = text;
      delivery.dirty = false;
      const revision = await registers.put(this.#key, text, this.#revision);
      if (revision === undefined) return "lost";
      this.#revision = revision;
      this.#unsure = undefined;
      recorded(delivery, unsaved);
      return "saved";
    } catch (error) {
      if (!(error instanceof ArmadaError)) throw error;
      delivery.dirty = true;
      return "unsure";
    }
  }
}

function textOf(state: HookState): string {
  return JSON.stringify(state);
}
