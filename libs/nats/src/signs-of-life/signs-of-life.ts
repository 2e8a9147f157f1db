import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Logger } from "@armada/event-sourcing";
import type { Identity } from "../identity/identities.ts";
import { PauseDetector } from "./pause-detector.ts";
import { MAX_SUBJECT, memoryFor, SignSlots } from "./slots.ts";

/** 256 KiB of shared memory at a time. */
const SLOTS = 512;
const TURN_MS = 100;
/** When a thread that failed is started again. */
const AGAIN_MS = 500;
/** How long a message may wait to be given back for a sign of life that is on its way. */
const RELEASE_MS = 5_000;

export type SignThreadData = {
  readonly servers: string;
  readonly identity: Identity;
  /** One word, another after each turn of the loop that works. */
  readonly turns: Int32Array<SharedArrayBuffer>;
  readonly stuck: Stuck | undefined;
};

/**
 * When a loop that does not turn while something is at work ends its process: once it has computed for `cpuMs` meanwhile, or half a
 * minute after the limit of what is at work. `logFile` gets the line that says what held it; standard output unless said. `register`: the
 * key of the team's register that is told.
 */
export type Stuck = { readonly cpuMs: number; readonly logFile?: string; readonly register?: string };

/** Ends a hold; what it answers is awaited before the message is given back. */
export type Release = () => Promise<void> | undefined;

/**
 * Says of each message at work that its worker lives, from a thread that the work cannot hold and on a connection of its
 * own, until the event loop has not turned for the longest limit of what is at work. After `release` has resolved no sign of
 * life reaches the server: one that came after a message was given back would cancel the delay of its return.
 */
export class SignsOfLife {
  readonly #data: SignThreadData;
  readonly #logger: Logger;
  readonly #turning: NodeJS.Timeout;
  readonly #tables: { readonly memory: SharedArrayBuffer; readonly slots: SignSlots }[] = [];
  readonly #free: { readonly slots: SignSlots; readonly slot: number }[] = [];
  readonly #pauses = new PauseDetector(performance.now());
  #closed = false;
  #thread: Worker;

  constructor(options: { servers: string; identity: Identity; logger: Logger; stuck?: Stuck }) {
    const turns = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const { servers, identity, stuck } = options;
    this.#logger = options.logger;
    this.#data = { servers, identity, turns, stuck };
    this.#turning = setInterval(() => {
      Atomics.add(turns, 0, 1);
      this.#pauses.turned(performance.now());
    }, TURN_MS);
    this.#turning.unref();
    this.#thread = this.#start();
  }

  /** `reply`: where the message is acknowledged. `limit`: how long its handler may hold the event loop, ms. */
  hold(reply: string, limit: number): Release {
    if (Buffer.byteLength(reply) > MAX_SUBJECT) return () => undefined; // names are too short for that
    const found = this.#free.pop() ?? this.#grow();
    const { slots, slot } = found;
    slots.hold(slot, reply, limit);
    return () => {
      const signing = slots.release(slot, RELEASE_MS);
      if (signing === undefined) {
        this.#free.push(found);
        return undefined;
      }
      return signing.then(() => void (slots.isFree(slot) && this.#free.push(found)));
    };
  }

  /** How long ago a message that is read now may have come, ms: where the loop was held, or the process stopped, since it last turned. */
  late(): number {
    return this.#pauses.late(performance.now());
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#turning);
    void this.#thread.terminate();
  }

  #start(): Worker {
    const thread = new Worker(new URL(`./thread${extname(import.meta.url)}`, import.meta.url), {
      workerData: this.#data,
      execArgv: [], // what its process begins with, as a preload of `armada dev`, is not for it
      name: "signs of life",
    });
    thread.unref();
    for (const { memory } of this.#tables) thread.postMessage(memory);
    thread.once("error", (error) => this.#logger.warn("the thread that gives signs of life has failed", { error }));
    thread.once("exit", () => {
      if (this.#closed) return;
      for (const { slots } of this.#tables) slots.settle();
      setTimeout(() => {
        if (!this.#closed) this.#thread = this.#start();
      }, AGAIN_MS).unref();
    });
    return thread;
  }

  /** More slots; answers one of them. */
  #grow(): { readonly slots: SignSlots; readonly slot: number } {
    const memory = memoryFor(SLOTS);
    const slots = new SignSlots(memory);
    this.#tables.push({ memory, slots });
    this.#thread.postMessage(memory);
    for (let slot = 1; slot < SLOTS; slot++) this.#free.push({ slots, slot });
    return { slots, slot: 0 };
  }
}
