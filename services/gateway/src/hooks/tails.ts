import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError } from "@armada/contracts";
import type { Log } from "@armada/event-sourcing";
import type { Source } from "@armada/operations/hooks/choice";

const AGAIN_MS = 1_000;

type Tail = { readonly listeners: Set<(seq: number) => void>; readonly over: AbortController };

/** The ends of the sources that hooks read, each followed once however many hooks wait for it, and only while one does. */
export class Tails {
  readonly #log: (team: string) => Pick<Log, "follow" | "head">;
  readonly #tails = new Map<string, Tail>();

  constructor(log: (team: string) => Pick<Log, "follow" | "head">) {
    this.#log = log;
  }

  /** Calls `heard` with the sequence of each message that comes from now on, and once at the beginning. @returns how to end that */
  listen(source: Source, heard: (seq: number) => void): () => void {
    const tail = this.#tails.get(source.filter) ?? this.#begin(source);
    tail.listeners.add(heard);
    return () => {
      tail.listeners.delete(heard);
      if (tail.listeners.size > 0) return;
      tail.over.abort();
      if (this.#tails.get(source.filter) === tail) this.#tails.delete(source.filter);
    };
  }

  #begin(source: Source): Tail {
    const tail: Tail = { listeners: new Set(), over: new AbortController() };
    this.#tails.set(source.filter, tail);
    void this.#follow(source, tail);
    return tail;
  }

  async #follow({ team, filter }: Source, { listeners, over: { signal } }: Tail): Promise<void> {
    const tell = (seq: number): void => {
      for (const heard of [...listeners]) heard(seq);
    };
    while (!signal.aborted) {
      try {
        const log = this.#log(team);
        const head = await log.head();
        tell(0); // what came before is read without it
        await log.follow([filter], head, ({ seq }) => tell(seq), signal);
      } catch (error) {
        if (!(error instanceof ArmadaError)) throw error;
        await sleep(AGAIN_MS); // its stream is not there now
      }
    }
  }
}
