import { ok } from "node:assert/strict";
import { isRetryable } from "@armada/contracts";
import { appendOnce, type Outgoing } from "../../append-once.ts";
import type { Appended, Clock, Delivery, Expectation, Handled, Loaded, Log, Message, Queue } from "../../ports.ts";
import type { RetryPorts } from "../../retry.ts";
import type { Client, Fixture } from "./adapter.ts";

const POLL_MS = 10;
const AGAIN_MS = 10;

/** What one scenario works with; all of it ends with the scenario. */
export class World {
  readonly fixture: Fixture;
  readonly clock: Clock;
  readonly #end = new AbortController();
  readonly #clients: Client[] = [];

  constructor(fixture: Fixture) {
    this.fixture = fixture;
    this.clock = fixture.clock;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  async client(team = "alpha"): Promise<Client> {
    const made = await this.fixture.connect(team);
    this.#clients.push(made);
    return made;
  }

  clients(count: number, team = "alpha"): Promise<Client[]> {
    return Promise.all(Array.from({ length: count }, () => this.client(team)));
  }

  /** Waits for a condition; fails after `within` ms with what was awaited and `state`. */
  async until(holds: () => boolean | Promise<boolean>, what: string, within = 20_000, state: () => unknown = () => ""): Promise<void> {
    const deadline = this.clock.now() + within;
    while (!(await holds())) {
      if (this.clock.now() > deadline) throw new Error(`after ${within} ms still not so: ${what} ${JSON.stringify(state())}`);
      await this.clock.sleep(POLL_MS);
    }
  }

  /** Calls until the log answers; what cannot be retried is thrown. */
  async persist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isRetryable(error) || this.signal.aborted) throw error;
        await this.clock.sleep(AGAIN_MS);
      }
    }
  }

  /** What a writer waits by. */
  get waits(): RetryPorts {
    return { clock: this.clock, random: { next: () => 0.5 } };
  }

  /** Stores a message once whatever the log answers, the way every writer does. @returns its sequence. @throws Taken */
  async put(log: Log, message: Outgoing, expect?: Expectation): Promise<number> {
    const settled = await appendOnce({ log, ...this.waits }, message, expect, { signal: this.signal });
    if (settled.kind === "stored") return settled.seq;
    ok(settled.kind === "taken", `the log says ${settled.kind}`);
    throw new Taken(`${message.subject} was not stored: the last of ${expect?.filter ?? "it"} is ${settled.last}`);
  }

  /** Asks until the log says what became of the append; for what is stored at most once anyway. */
  async answered(append: () => Promise<Appended>): Promise<Exclude<Appended, { kind: "unavailable" }>> {
    for (;;) {
      const answer = await append();
      if (answer.kind !== "unavailable") return answer;
      await this.clock.sleep(AGAIN_MS);
    }
  }

  async load(log: Log, filter: string, atLeast?: number): Promise<Extract<Loaded, { kind: "loaded" }>> {
    const loaded = await this.persist(() => log.load(filter, atLeast));
    if (loaded.kind !== "loaded") throw new Error(`${filter} is answered ${loaded.kind}`);
    return loaded;
  }

  last(log: Log, filter: string, atLeast?: number): Promise<Message | undefined> {
    return this.persist(() => log.last(filter, atLeast));
  }

  /** Collects what a follower hands out. */
  follow(log: Log, filters: readonly string[], from = 0, signal: AbortSignal = this.signal): Message[] {
    const got: Message[] = [];
    void log.follow(filters, from, (message) => void got.push(message), signal);
    return got;
  }

  /** Starts a worker; answers what it was handed, and its end. */
  work(log: Log, queue: Queue, handle: (delivery: Delivery) => Handled | Promise<Handled>, signal: AbortSignal = this.signal): Worked {
    const got: Delivery[] = [];
    const ended = log.work(
      queue,
      async (delivery) => {
        got.push(delivery);
        return await handle(delivery);
      },
      signal,
    );
    return { got, ended };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#clients.map((client) => client.kill()));
  }
}

export type Worked = { readonly got: readonly Delivery[]; readonly ended: Promise<void> };

/** Somebody else's message is where ours should go. */
export class Taken extends Error {}

export const done: Handled = { kind: "done" };

/** A gate that opens once. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** What `key` says of each message. */
export function keysOf(messages: readonly Message[]): string[] {
  return messages.map((message) => message.subject.split(".").at(-1) ?? "");
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
