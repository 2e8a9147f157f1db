import { parseMessage } from "@armada/contracts";
import { type Appended, type Expectation, type Loaded, MAX_MESSAGE, type Message, type Page } from "../ports.ts";
import { matches } from "../subject-filter.ts";

const MAX_LOAD = 1_000;

/** One team's stream in memory: an array, and an index over the token that names the aggregate. */
export class MemoryStream {
  readonly name: string;
  readonly messages: Message[] = [];
  /** Messages whose envelope does not fit their subject. */
  rejected = 0;
  readonly #byAggregate = new Map<string, Message[]>();
  readonly #listeners = new Set<(message: Message) => void>();

  constructor(name: string) {
    this.name = name;
  }

  get head(): number {
    return this.messages.length;
  }

  append(subject: string, body: string, time: number, expect?: Expectation, origin?: Message["origin"]): Appended {
    if (body.length > MAX_MESSAGE / 3 && Buffer.byteLength(body) > MAX_MESSAGE)
      return { kind: "refused", reason: `more than ${MAX_MESSAGE} bytes` };
    if (expect !== undefined) {
      const last = this.#last(expect.filter, this.head)?.seq ?? 0;
      if (last !== expect.last) return { kind: "conflict", last };
    }
    // What no reader may take (it does not agree with its subject) is stored all the same, and never handed out.
    const { envelopes = [] } = parseMessage(subject, body);
    const legal = envelopes.length > 0;
    const message: Message = {
      subject,
      seq: this.head + 1,
      body,
      time,
      envelopes,
      ...(origin === undefined ? {} : { origin }),
    };
    this.messages.push(message);
    const aggregate = aggregateOf(subject) ?? "";
    const siblings = this.#byAggregate.get(aggregate);
    if (siblings === undefined) this.#byAggregate.set(aggregate, [message]);
    else siblings.push(message);
    if (!legal) this.rejected++;
    else for (const listener of [...this.#listeners]) listener(message);
    return { kind: "appended", seq: message.seq };
  }

  /** The last message of each matching subject up to sequence `upTo`, in order. */
  load(filter: string, upTo: number): Loaded {
    const last = new Map<string, Message>();
    for (const message of this.#matching(filter, upTo).filter(taken)) last.set(message.subject, message);
    if (last.size > MAX_LOAD) return { kind: "too_many" };
    return { kind: "loaded", messages: [...last.values()].sort((a, b) => a.seq - b.seq), upTo };
  }

  /** The last matching message up to sequence `upTo`, however many there are. */
  last(filter: string, upTo: number): { readonly message: Message | undefined; readonly upTo: number } {
    return { message: this.#last(filter, upTo), upTo };
  }

  page(filter: string, from: number, most: { readonly messages: number; readonly bytes: number }): Page {
    const left = this.#matching(filter, this.head).filter((message) => message.seq > from && taken(message));
    const messages: Message[] = [];
    for (let bytes = 0; messages.length < Math.min(most.messages, left.length) && bytes < most.bytes; ) {
      const message = left[messages.length] as Message;
      bytes += message.body.length;
      messages.push(message);
    }
    return { messages, upTo: messages.at(-1)?.seq ?? from, left: left.length - messages.length, whole: messages.length === left.length };
  }

  /** Calls `listener` for each message stored from now on; returns the way to end that. */
  listen(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #matching(filter: string, upTo: number): Message[] {
    return this.#candidates(filter).filter((message) => message.seq <= upTo && matches(filter, message.subject));
  }

  /** From the end on: of an aggregate without an end, the last of many messages is wanted again and again. */
  #last(filter: string, upTo: number): Message | undefined {
    return this.#candidates(filter).findLast((message) => message.seq <= upTo && taken(message) && matches(filter, message.subject));
  }

  #candidates(filter: string): readonly Message[] {
    const aggregate = aggregateOf(filter);
    const indexed = aggregate !== undefined && aggregate !== "*" && aggregate !== ">";
    return indexed ? (this.#byAggregate.get(aggregate) ?? []) : this.messages;
  }
}

/** The token that names the aggregate: the fifth of facts, runs and asks, the third where there are four, of ticks and draws. */
function aggregateOf(subject: string): string | undefined {
  const tokens = subject.split(".");
  return tokens.length === 4 && tokens[3] !== ">" ? tokens[2] : tokens[4];
}

/** Whether a reader may take it. */
function taken(message: Message): boolean {
  return message.envelopes.length > 0;
}
