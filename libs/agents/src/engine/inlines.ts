import { Refusal } from "@armada/contracts";
import type { Inline } from "./execution.ts";
import { failureOf } from "./answer.ts";
import type { JournalEvent } from "./journal-events.ts";
import type { RunHost } from "./run-host.ts";

const ATTEMPTS = 4;

/** Runs the durable inline work that belongs to a delivery, which stays unacknowledged until all of it is journaled. */
export class Inlines {
  readonly #host: RunHost;
  readonly #running = new Map<string, Promise<void>>();

  constructor(host: RunHost) {
    this.#host = host;
  }

  /** Runs what was asked under journal message `root`, and what follows from it, until nothing of it is left. */
  async run(id: string, root: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const mine = await this.#host.read(id, 0, (run) => run.execution?.inlines.filter((inline) => inline.root === root) ?? []);
      if (mine.length === 0) return;
      await Promise.all(mine.map((inline) => this.#once(id, inline, signal)));
    }
  }

  #once(id: string, inline: Inline, signal: AbortSignal): Promise<void> {
    const key = `${id}-${inline.n}`;
    const running = this.#running.get(key) ?? this.#settle(id, key, inline, signal).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  async #settle(id: string, key: string, inline: Inline, signal: AbortSignal): Promise<void> {
    const event = await this.#attempt(key, inline, signal);
    await this.#host.commit(id, 0, (run) => {
      if (run.state.ended !== undefined || run.state.inlines.has(inline.n)) return undefined;
      return { events: [event] };
    });
  }

  async #attempt(key: string, { n, name, work }: Inline, signal: AbortSignal): Promise<JournalEvent> {
    const { clock, random } = this.#host.ports;
    for (let attempt = 1; ; attempt++) {
      try {
        signal.throwIfAborted();
        const output = (await work({ idempotencyKey: key, signal })) ?? null;
        return { type: "inline.completed", data: { n, name, output } };
      } catch (error) {
        if (signal.aborted) throw error;
        if (error instanceof Refusal || attempt >= ATTEMPTS) return { type: "inline.failed", data: { n, name, ...failureOf(error) } };
        await clock.sleep(random.next() * 1_000 * 2 ** attempt, signal);
      }
    }
  }
}
