import { ArmadaError, Refusal } from "@armada/contracts";
import type { Handled } from "@armada/event-sourcing";
import { isTerminal } from "./attempt-failure.ts";
import type { Inline } from "./execution.ts";
import { failureOf } from "./failure.ts";
import { lacksVersion } from "./hot-run.ts";
import type { JournalEvent } from "./journal-events.ts";
import { journalForm } from "./journal-form.ts";
import type { RunHost } from "./run-host.ts";

const ATTEMPTS = 4;
/** How long a message waits that another replica, with the run's version, must take: doubling to a minute. */
const HANDOVER_MS = 1_000;
const MAX_HANDOVER_MS = 60_000;

/** Runs the durable inline work that belongs to a delivery, which stays unacknowledged until all of it is journaled. */
export class Inlines {
  readonly #host: RunHost;
  readonly #running = new Map<string, Promise<void>>();

  constructor(host: RunHost) {
    this.#host = host;
  }

  /**
   * Runs what was asked under journal message `root`, and what follows from it, until nothing of it is left. A redelivery
   * also takes what was asked later: a look back that died with its replica leaves work under a root that nobody else
   * holds. `since` is lower than `root` where the run was stopped: deliveries of that time were done without it.
   * `retry` where this replica lacks the run's version and another may have work to do.
   */
  async run(id: string, root: number, delivery: number, signal: AbortSignal, since = root): Promise<Handled> {
    const last = delivery > 1 ? Number.POSITIVE_INFINITY : root;
    for (;;) {
      const mine = await this.#host.read(id, 0, (run) => {
        if (delivery > 1 && lacksVersion(run, this.#host.functions)) return undefined;
        return run.execution?.inlines.filter((inline) => inline.root >= since && inline.root <= last) ?? [];
      });
      if (mine === undefined) return this.#handOver(id, root, delivery);
      if (mine.length === 0) return { kind: "done" };
      try {
        await Promise.all(mine.map((inline) => this.#once(id, inline, signal)));
      } catch (error) {
        if (error instanceof ArmadaError && error.code === "RUN_ENDED") return { kind: "done" }; // its work is wanted no more
        throw error;
      }
    }
  }

  /** What this replica wrote without the run's version went to the version's lead; what another wrote with it is still owed. */
  async #handOver(id: string, root: number, delivery: number): Promise<Handled> {
    const journal = await this.#host.journal(id, 0);
    const ended = journal.some(({ events }) => events.some(({ type }) => type === "run.ended"));
    if (ended || journal.find(({ n }) => n === root)?.does === "lead") return { kind: "done" };
    // One fact may be owed to runs of two versions, with no replica that serves both: it goes to and fro until one of them has ended.
    const after = Math.min(MAX_HANDOVER_MS, HANDOVER_MS * 2 ** Math.max(0, delivery - 2));
    return { kind: "retry", after: Math.ceil(after * (0.5 + this.#host.ports.random.next())) };
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
        const output = journalForm(await work({ idempotencyKey: key, signal }), `the result of step ${JSON.stringify(name)}`);
        return { type: "inline.completed", data: { n, name, output } };
      } catch (error) {
        if (signal.aborted) throw error;
        if (error instanceof Refusal || isTerminal(error) || attempt >= ATTEMPTS)
          return { type: "inline.failed", data: { n, name, ...failureOf(error) } };
        await clock.sleep(random.next() * 1_000 * 2 ** attempt, signal);
      }
    }
  }
}
