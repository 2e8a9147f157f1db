import { InvalidArgumentError, type NatsConnection, type PublishOptions } from "@nats-io/transport-node";

type Letter = {
  readonly subject: string;
  readonly body: string | Uint8Array;
  readonly options: PublishOptions;
  readonly fail: Fail;
};

/** `refused`: because of the message itself, so that it would fail each time. */
export type Fail = (reason: string, refused?: boolean) => void;

/**
 * What a turn of the event loop publishes leaves at its end, in one system call: the client alone would make one for each
 * promise that goes on to publish (measured: a third of the processor time of a fan-out).
 */
export class PublishBuffer {
  readonly #connection: NatsConnection;
  #letters: Letter[] = [];

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** In the order of the calls. `fail` hears why the client did not take it, within this turn. */
  publish(subject: string, body: string | Uint8Array, options: PublishOptions = {}, fail: Fail = ignore): void {
    if (this.#letters.push({ subject, body, options, fail }) === 1) setImmediate(() => this.flush());
  }

  /** Publishes now what waits for the end of the turn. */
  flush(): void {
    const letters = this.#letters;
    this.#letters = [];
    for (const { subject, body, options, fail } of letters)
      try {
        this.#connection.publish(subject, body, options);
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error), error instanceof InvalidArgumentError);
      }
  }

  /** The connection went away: nothing of this turn is sent on the next one. */
  clear(): void {
    this.#letters = [];
  }
}

function ignore(): void {}
