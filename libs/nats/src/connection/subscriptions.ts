import { type Backoff, backoff, type Logger } from "@armada/event-sourcing";
import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";

/** When a subscription that the server refuses is tried again; the time doubles up to the second. */
const RETRY: Backoff = { first: 500, most: 4_000 };

/** Ends a subscription. */
export type Unsubscribe = () => void;

/**
 * Subscriptions that last as long as their connection. What the client itself (3.4.0) makes of trouble: one that a change
 * of permissions takes away never comes back, and an exception in a callback stops the reading of the whole connection.
 * Here the one is tried again until the server takes it, and then the connection is made anew, as nothing that was under
 * way on it can be relied on; the other is logged and costs its message only.
 */
export class Subscriptions {
  readonly #connection: NatsConnection;
  readonly #logger: Logger;
  /** Those that the server refuses now. */
  readonly #refused = new Set<() => Subscription>();
  #trying = false;

  constructor(connection: NatsConnection, logger: Logger) {
    this.#connection = connection;
    this.#logger = logger;
  }

  /** Whether the server takes all of them. */
  get whole(): boolean {
    return this.#refused.size === 0;
  }

  add(subject: string, handle: (message: Msg) => void): Unsubscribe {
    let current: Subscription;
    const open = (): Subscription => {
      current = this.#connection.subscribe(subject, {
        callback: (error, message) => {
          if (error !== null) return this.#lost(subject, open);
          try {
            handle(message);
          } catch (thrown) {
            this.#logger.warn(`a message on ${subject} could not be handled`, { error: thrown });
          }
        },
      });
      return current;
    };
    current = open();
    return () => {
      this.#refused.delete(open);
      if (!this.#connection.isClosed()) current.unsubscribe();
    };
  }

  #lost(subject: string, open: () => Subscription): void {
    if (this.#connection.isClosed()) return;
    if (!this.#trying) this.#logger.warn(`NATS took the subscription to ${subject} away; asking for it until it is given again`);
    this.#refused.add(open);
    if (!this.#trying) void this.#again();
  }

  async #again(): Promise<void> {
    this.#trying = true;
    try {
      for (let tries = 0; !this.whole && !this.#connection.isClosed(); tries++) {
        await new Promise((resolve) => setTimeout(resolve, backoff(RETRY, tries, Math.random)).unref());
        const tried = [...this.#refused];
        this.#refused.clear();
        for (const open of tried) open();
        // The server's refusals come before its answer to a ping. A connection that goes away asks for them all when it is back.
        await this.#connection.flush().catch(() => undefined);
      }
      if (this.#connection.isClosed()) return;
      this.#logger.info("NATS gives the subscriptions again; connecting anew");
      await this.#connection.reconnect();
    } finally {
      this.#trying = false;
    }
  }
}
