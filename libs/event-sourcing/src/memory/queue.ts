import type { Delivery, Depth, Handled, Message, Queue } from "../ports.ts";
import { matches } from "../subject-filter.ts";

/** A message that no worker answered for this long goes to another (engine rule 8). */
export const ACK_WAIT_MS = 20_000;

/** One worker's pull: how many it may hold, and what it does with one. */
export type Puller = {
  readonly concurrency: number;
  readonly handle: (delivery: Delivery) => Promise<Handled>;
  /** False once its replica is dead or draining: nothing more is handed to it. */
  open: boolean;
  held: number;
  /** Until then its process stands still: it takes nothing, and gives no sign of life. */
  frozenUntil: number;
};

/** `done`: acknowledged, by whichever of its deliveries. */
type Item = { readonly message: Message; deliveries: number; readyAt: number; done: boolean };

/** A durable consumer in memory: hands each message to one of its pullers, again after a retry or a lost worker. */
export class MemoryQueue {
  readonly definition: Queue;
  readonly since: number;
  pausedUntil = 0;
  readonly #ready: Item[] = [];
  readonly #out = new Set<Item>();
  readonly #pullers: Puller[] = [];
  /** What each puller holds, as the ways to take it back. */
  readonly #held = new Map<Puller, Set<() => void>>();
  #turn = 0;
  #era = 0;
  readonly #later: (ms: number, work: () => void) => void;
  readonly #now: () => number;
  readonly #forgets: () => boolean;
  readonly #silent: () => number | undefined;

  constructor(
    definition: Queue,
    backlog: readonly Message[],
    env: { now: () => number; later: (ms: number, work: () => void) => void; forgets: () => boolean; silent: () => number | undefined },
  ) {
    this.definition = definition;
    this.#now = env.now;
    this.#later = env.later;
    this.#forgets = env.forgets;
    this.#silent = env.silent;
    this.since = env.now();
    for (const message of backlog) this.offer(message);
  }

  /** Its stream is another one: nothing of the one before is delivered any more, or answered. The pullers stay. */
  clear(): void {
    this.#era++;
    this.#ready.length = 0;
    this.#out.clear();
  }

  offer(message: Message): void {
    if (message.envelopes.length === 0) return; // no reader may take it
    if (!this.definition.filters.some((filter) => matches(filter, message.subject))) return;
    this.#ready.push({ message, deliveries: 0, readyAt: 0, done: false });
    this.#pump();
  }

  join(puller: Puller): void {
    this.#pullers.push(puller);
    this.#pump();
  }

  leave(puller: Puller): void {
    puller.open = false;
    const at = this.#pullers.indexOf(puller);
    if (at >= 0) this.#pullers.splice(at, 1);
  }

  pause(until: number): void {
    this.pausedUntil = until;
    if (until > this.#now()) this.#later(until - this.#now(), () => this.#pump());
    else this.#pump();
  }

  /** What is stored for this queue and not acknowledged: delivered or not. */
  get undone(): readonly Message[] {
    return [...this.#out, ...this.#ready].map((item) => item.message);
  }

  get empty(): boolean {
    return this.#out.size === 0 && this.#ready.length === 0;
  }

  /** Whether nothing is delivered now, and nothing is at work. */
  get paused(): boolean {
    return this.#out.size === 0 && this.pausedUntil > this.#now();
  }

  depth(): Depth {
    return {
      pending: this.#ready.length,
      unacked: this.#out.size,
      workers: this.#pullers.filter((puller) => puller.open && puller.held < puller.concurrency).length,
      since: this.since,
    };
  }

  #pump(): void {
    if (this.pausedUntil > this.#now()) return;
    while (this.#ready.length > 0) {
      const at = this.#ready.findIndex((item) => item.readyAt <= this.#now());
      const item = this.#ready[at];
      const puller = item === undefined ? undefined : this.#next();
      if (item === undefined || puller === undefined) return;
      this.#ready.splice(at, 1);
      this.#deliver(item, puller);
    }
  }

  #next(): Puller | undefined {
    for (let i = 0; i < this.#pullers.length; i++) {
      const puller = this.#pullers[(this.#turn + i) % this.#pullers.length];
      if (puller === undefined || !puller.open || puller.held >= puller.concurrency || puller.frozenUntil > this.#now()) continue;
      this.#turn = (this.#turn + i + 1) % this.#pullers.length;
      return puller;
    }
    return undefined;
  }

  #deliver(item: Item, puller: Puller): void {
    item.deliveries++;
    puller.held++;
    this.#out.add(item);
    const delivery: Delivery = { ...item.message, delivery: item.deliveries, outage: false, late: 0 };
    const era = this.#era;
    let answered = false;
    const held = this.#held.get(puller) ?? new Set();
    this.#held.set(puller, held);
    const answer = (again: number | undefined): void => {
      if (answered) return;
      answered = true;
      held.delete(lost);
      puller.held--;
      this.#out.delete(item);
      if (again !== undefined && era === this.#era) this.#again(item, again);
      this.#pump();
    };
    const lost = (): void => answer(0);
    held.add(lost);
    const silent = this.#silent();
    if (silent !== undefined) this.#later(silent, lost);
    puller.handle(delivery).then(
      (handled) => {
        if (handled.kind === "retry") answer(handled.after);
        else if (this.#forgets()) answer(ACK_WAIT_MS);
        else {
          this.#acknowledge(item, era);
          answer(undefined);
        }
      },
      () => answer(ACK_WAIT_MS), // a handler that throws did not answer
    );
  }

  /** A message is done with by any of its deliveries, also by one that was given to another meanwhile (seen on the server). */
  #acknowledge(item: Item, era: number): void {
    if (era !== this.#era) return;
    item.done = true;
    const at = this.#ready.indexOf(item);
    if (at >= 0) this.#ready.splice(at, 1);
  }

  /** The puller's process stands still until then, ms since 1970: what it holds is given to another after the ack wait. */
  freeze(puller: Puller, until: number): void {
    puller.frozenUntil = until;
    const held = [...(this.#held.get(puller) ?? [])];
    if (until - this.#now() > ACK_WAIT_MS)
      this.#later(ACK_WAIT_MS, () => {
        for (const lost of held) lost();
      });
    this.#later(until - this.#now(), () => this.#pump());
  }

  /** The puller's replica died: what it held comes back after the ack wait. A living one keeps its messages by heartbeats. */
  died(puller: Puller): void {
    this.leave(puller);
    const held = this.#held.get(puller) ?? new Set();
    this.#held.delete(puller);
    this.#later(ACK_WAIT_MS, () => {
      for (const lost of [...held]) lost();
    });
  }

  #again(item: Item, after: number): void {
    if (item.done) return;
    item.readyAt = this.#now() + after;
    this.#ready.push(item);
    if (after > 0) this.#later(after, () => this.#pump());
  }
}
