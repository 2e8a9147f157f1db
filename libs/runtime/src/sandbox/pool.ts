import type { Agent } from "@armada/agents";
import { ArmadaError } from "@armada/contracts";
import type { Sandbox, Sandboxes } from "@armada/engine";
import { orAborted } from "@armada/event-sourcing";
import type { Begin } from "./begin.ts";
import { Running } from "./running.ts";

/** Suspects that run at a time: each is a process. */
const MOST_SUSPECTS = 4;
/** How long one that has nothing to do is kept, ms. */
const IDLE_MS = 30_000;

type Waiting = { readonly go: () => void; readonly signal: AbortSignal };

/** One sandbox per call at work, kept for the next call of the same agent. `begin` starts one. */
export class SandboxPool implements Sandboxes {
  readonly #begin: Begin;
  readonly #all = new Set<Running>();
  readonly #idle = new Map<string, Running[]>();
  /** Suspects at work, and who waits for them to end. */
  #suspects = 0;
  readonly #queue: Waiting[] = [];
  #closed = false;

  constructor(begin: Begin) {
    this.#begin = begin;
  }

  async acquire({ name, limits }: Pick<Agent, "name" | "limits">, signal: AbortSignal): Promise<Sandbox> {
    const { isolate, memory } = limits;
    if (isolate === undefined) await this.#turn(signal);
    const leave = (): void => void (isolate === undefined && this.#left());
    const key = `${name} ${isolate ?? "process"} ${memory ?? ""}`; // what its code left behind in there is charged to no other agent
    try {
      const running = await this.#free(key, { kind: isolate ?? "process", memory, yields: isolate === undefined }, signal);
      const over = new AbortController();
      return {
        held: running.held(over.signal),
        call: (given, services, abort) => running.call(given, services, abort),
        release: async () => {
          const kept = await running.rest();
          over.abort();
          leave();
          if (kept && !this.#closed) this.#keep(key, running);
          else running.end();
          return !kept && !this.#closed;
        },
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const running of this.#all) running.end();
  }

  async #free(key: string, how: Parameters<Begin>[0], signal: AbortSignal): Promise<Running> {
    for (let kept = this.#idle.get(key)?.pop(); kept !== undefined; kept = this.#idle.get(key)?.pop()) if (kept.isAlive) return kept;
    if (this.#closed) throw new ArmadaError("SANDBOX_FAILED", "the replica is stopping", { retryable: true });
    const running = new Running(this.#begin(how));
    this.#all.add(running);
    void running.ended.then(() => this.#all.delete(running));
    try {
      await orAborted(running.ready, signal);
      return running;
    } catch (error) {
      running.end();
      throw error;
    }
  }

  #keep(key: string, running: Running): void {
    const idle = this.#idle.get(key) ?? [];
    this.#idle.set(key, [...idle, running]);
    setTimeout(() => {
      const kept = this.#idle.get(key) ?? [];
      if (!kept.includes(running)) return;
      this.#idle.set(
        key,
        kept.filter((one) => one !== running),
      );
      running.end();
    }, IDLE_MS).unref();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#suspects < MOST_SUSPECTS) {
      this.#suspects++;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = { go: resolve, signal };
    this.#queue.push(waiting);
    await orAborted(promise, signal); // its place in the queue is passed by
  }

  /** The place of one that has ended is the next one's. */
  #left(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) if (!next.signal.aborted) return next.go();
    this.#suspects--;
  }
}
