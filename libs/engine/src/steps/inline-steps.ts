import { ArmadaError, Refusal } from "@armada/contracts";
import { type Backoff, backoff, type Handled, orAborted } from "@armada/event-sourcing";
import { lacksVersion } from "../execution/cached-run.ts";
import type { Inline } from "../execution/execution.ts";
import { handOver } from "../journal/derive.ts";
import type { Failure, JournalEvent } from "../journal/events.ts";
import { cut, failureOf, messageOf } from "../journal/failure.ts";
import { journalForm } from "../journal/form.ts";
import type { RunStore } from "../runs/run-store.ts";
import { stackOf } from "../runs/stack.ts";
import { store } from "../runs/store-derived.ts";
import { isTerminal } from "./attempt-failure.ts";

const ATTEMPTS = 4;
const BACKOFF: Backoff = { first: 2_000, most: 8_000 };
/** Characters of a step's name in the message of its failure. */
const MAX_NAME = 200;

/** Runs the durable inline work that belongs to a delivery, which stays unacknowledged until all of it is journaled. */
export class InlineSteps {
  readonly #runs: RunStore;
  readonly #running = new Map<string, Promise<void>>();

  constructor(runs: RunStore) {
    this.#runs = runs;
  }

  /**
   * Runs what was asked under journal message `root`, and what follows from it, until nothing of it is left. A redelivery
   * also takes what was asked later: a look back that died with its replica leaves work under a root that nobody else
   * holds. `since` is lower than `root` where the run was stopped: deliveries of that time were done without it.
   * Where this replica lacks the run's version, what another may have to do is handed over to it.
   */
  async run(id: string, root: number, delivery: number, signal: AbortSignal, since = root): Promise<Handled> {
    const last = delivery > 1 ? Number.POSITIVE_INFINITY : root;
    for (;;) {
      const mine = await this.#runs.read(id, 0, (run) => {
        if (delivery > 1 && lacksVersion(run, this.#runs.functions)) return undefined;
        return run.execution?.inlines.filter((inline) => inline.root >= since && inline.root <= last) ?? [];
      });
      if (mine === undefined) return this.#handOver(id, root);
      if (mine.length === 0) {
        // Nothing of it is left by what is known now; what its caller derived may have been by an older look.
        if (delivery > 1) await this.#runs.deriveNewer(id, root);
        return { kind: "done" };
      }
      // All of them: what the one that ended the run owes may not be stored yet when the others are abandoned.
      const settled = await Promise.allSettled(mine.map((inline) => this.#once(id, inline, signal)));
      const failed = settled.flatMap((one) => (one.status === "rejected" && !isRunEnded(one.reason) ? [one] : []))[0];
      if (failed !== undefined) throw failed.reason;
      if (settled.some(({ status }) => status === "rejected")) return { kind: "done" }; // its work is wanted no more
    }
  }

  /**
   * What this replica wrote without the run's version went to the version's lead; what another wrote with it is still owed,
   * and is dispatched there: one message may be owed to runs of two versions that no replica serves both.
   */
  async #handOver(id: string, root: number): Promise<Handled> {
    const { team, ports } = this.#runs;
    const journal = await this.#runs.journal(id, 0);
    const ended = journal.some(({ events }) => events.some(({ type }) => type === "run.ended"));
    const message = journal.find(({ n }) => n === root);
    if (ended || message === undefined || message.does === "lead") return { kind: "done" };
    await store(handOver(team.name, id, message, await this.#runs.read(id, 0, ({ state }) => state)), ports);
    return { kind: "done" };
  }

  #once(id: string, inline: Inline, signal: AbortSignal): Promise<void> {
    const key = `${id}-${inline.n}`;
    const running = this.#running.get(key) ?? this.#settle(id, inline, signal).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  async #settle(id: string, inline: Inline, signal: AbortSignal): Promise<void> {
    const event = await this.#attempt(id, inline, signal);
    const { ordinal } = await this.#runs.commit(id, 0, (run) => {
      if (run.state.ended !== undefined || run.state.inlines.has(inline.n)) return undefined;
      return { events: [event] };
    });
    if (ordinal === undefined) await this.#finish(id, inline.n);
  }

  /** Another replica did the work as well, and may have died with its outcome: what follows from that may be ours to finish. */
  async #finish(id: string, n: number): Promise<void> {
    const journal = await this.#runs.journal(id, 0);
    const outcome = journal.find(({ events }) =>
      events.some((one) => one.type.startsWith("inline.") && "n" in one.data && one.data.n === n),
    );
    if (outcome !== undefined) await this.#runs.derive(id, outcome.n, 0);
  }

  async #attempt(id: string, { n, name, work }: Inline, signal: AbortSignal): Promise<JournalEvent> {
    const { team, ports } = this.#runs;
    const { clock, random, logger } = ports;
    for (let attempt = 1; ; attempt++) {
      try {
        signal.throwIfAborted();
        const output = journalForm(
          await orAborted(work({ idempotencyKey: `${id}-${n}`, signal }), signal),
          `the result of step ${JSON.stringify(name)}`,
        );
        return { type: "inline.completed", data: { n, name, output } };
      } catch (error) {
        if (signal.aborted) throw error;
        if (!(error instanceof Refusal))
          logger.warn(`attempt ${attempt} of step ${n} (${name}) failed: ${cut(messageOf(error))}`, {
            team: team.name,
            run: id,
            step: n,
            ...stackOf(error),
          });
        if (error instanceof Refusal || isTerminal(error) || attempt >= ATTEMPTS)
          return { type: "inline.failed", data: { n, name, ...failureAfter(attempt, name, error) } };
        const ms = backoff(BACKOFF, attempt - 1, () => random.next());
        await clock.sleep(ms, signal);
      }
    }
  }
}

/** Named by its step and attempts, but for a refusal, which is an answer, and a value that no journal holds, which is named by its call. */
function failureAfter(attempts: number, name: string, error: unknown): Failure {
  const failure = failureOf(error);
  if (error instanceof Refusal || failure.code === "VALUE_NOT_JSON") return failure;
  const step = JSON.stringify(name.slice(0, MAX_NAME));
  return {
    ...failure,
    message: cut(`step ${step} failed after ${attempts === 1 ? "1 attempt" : `${attempts} attempts`}: ${failure.message}`),
  };
}

function isRunEnded(error: unknown): boolean {
  return error instanceof ArmadaError && error.code === "RUN_ENDED";
}
