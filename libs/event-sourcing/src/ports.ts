import type { Envelope, Isolation, LiveText } from "@armada/contracts";

/** A stored message that the adapter has read: its envelopes agree with its subject, and its writer is who they name. */
export type Message = {
  readonly subject: string;
  /** Its place in the team's stream. */
  readonly seq: number;
  /** As stored; digests are over this. */
  readonly body: string;
  readonly envelopes: readonly Envelope[];
  /** When the log stored it, milliseconds since 1970. */
  readonly time: number;
  /** Set on a copy that a source brought in. */
  readonly origin?: { readonly stream: string; readonly seq: number };
};

/**
 * A message handed to one of a queue's workers; `delivery` counts from 1. `outage`: the log itself was away since, so
 * that a repeated delivery does not mean that its worker died. `late`: how long before its handling
 * it may have come, ms: a process that was stopped reads late what came long before.
 */
export type Delivery = Message & { readonly delivery: number; readonly outage: boolean; readonly late: number };

/** A worker that gives no sign of life for so long may have lost its message to another: no log waits less, ms. */
export const LEAST_ACK_WAIT_MS = 5_000;

/**
 * `refused`: the log will never take this message, because of the message itself (its size: see `MAX_MESSAGE`; its form).
 * `unavailable` means unknown: the write may be stored. Load and look for your own id.
 * `conflict` carries the sequence of the last matching message where the log told it.
 */
export type Appended =
  | { readonly kind: "appended"; readonly seq: number }
  | { readonly kind: "conflict"; readonly last?: number }
  | { readonly kind: "full" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "unavailable"; readonly reason: string };

/** What a log takes for certain, bytes of a body in UTF-8: the server's limit for a message is 1 MB, its headers included. */
export const MAX_MESSAGE = 1_000_000;

/**
 * `last` is the sequence of the last message that matches `filter`; 0 where there must be none. What readers do not take
 * does not count: nobody can hold a place, or hide what is there, by a message that is not to be believed.
 */
export type Expectation = { readonly filter: string; readonly last: number };

/** `upTo` is the sequence up to which the load looked. */
export type Loaded =
  | { readonly kind: "loaded"; readonly messages: readonly Message[]; readonly upTo: number }
  | { readonly kind: "too_many" };

/** `upTo` is the sequence up to which the page looked; `left`: how many messages that match it left behind it; `whole`: none. */
export type Page = { readonly messages: readonly Message[]; readonly upTo: number; readonly left: number; readonly whole: boolean };

/** A durable share of the stream: each matching message goes to one worker of it at a time. */
export type Queue = {
  readonly name: string;
  readonly filters: readonly string[];
  /** Messages that this worker handles at a time. */
  readonly concurrency: number;
  /** How long a handler may hold the event loop before its messages count as lost, ms; 30 s unless said. */
  readonly limit?: number;
};

/** What a handler decided: `done` acknowledges; `retry` gives it back for at least `after` ms. */
export type Handled = { readonly kind: "done" } | { readonly kind: "retry"; readonly after: number };

/** `since`: when the queue was first provisioned, ms since 1970, however often its stream was moved or its consumer made again. `workers`: pulls that wait for messages. */
export type Depth = { readonly pending: number; readonly unacked: number; readonly workers: number; readonly since: number };

/**
 * One team's stream.
 * `append`: durable when answered. `load`, `last`: in order of sequence, at least up to `atLeast`; throw
 * `LOG_UNAVAILABLE` (retryable) when the log cannot be reached. A load of more than 1,000 messages is `too_many`.
 * `follow`: every message after sequence `from`, once, in order, without a gap; resumes by itself; resolves when `signal` aborts.
 * A stream that is made anew, or restored, is another one under the same name, where a sequence means something else: every
 * message of it is followed, from its beginning.
 * `work`: at least once, unordered after a redelivery; acknowledgements can be forgotten. A message whose worker gives no
 * sign of life (it died, or its event loop is held for longer than the queue's limit) goes to another worker. Resolves when
 * `signal` has aborted and the handlers at work have ended.
 */
export interface Log {
  append(subject: string, body: string, expect?: Expectation): Promise<Appended>;
  load(filter: string, atLeast?: number): Promise<Loaded>;
  last(filter: string, atLeast?: number): Promise<Message | undefined>;
  follow(filters: readonly string[], from: number, handler: (message: Message) => void | Promise<void>, signal: AbortSignal): Promise<void>;
  /**
   * Every message after `from` that is there now, in order; answers the sequence it read up to. `keyless` is told the team of
   * each message that it passes by because it waited in vain for the key of that team: this is not a forgery.
   */
  scan(filters: readonly string[], from: number, handler: (message: Message) => void, keyless?: (team: string) => void): Promise<number>;
  /**
   * Some of the messages after `from` that are there now, in order: at most `most.messages`, and no more once they have `most.bytes`.
   * Leaves nothing behind on the log; nothing comes that was not asked for.
   */
  page(filter: string, from: number, most: { readonly messages: number; readonly bytes: number }): Promise<Page>;
  work(queue: Queue, handler: (delivery: Delivery) => Promise<Handled>, signal: AbortSignal): Promise<void>;
  /** Nothing is delivered from a queue until `until` (ms since 1970; 0 resumes). */
  pause(queue: string, until: number): Promise<void>;
  depth(queue: string): Promise<Depth>;
  /** The sequence of the stream's last message. */
  head(): Promise<number>;
  /**
   * Resolves with `replaced` when the stream turns out to be another one: what was learnt of the one before is not what this
   * one holds. Follower and workers of this log get nothing of the new one before. With `aborted` when `signal` aborts.
   */
  replaced(signal: AbortSignal): Promise<"replaced" | "aborted">;
}

/** Fires at least once, never early, late by up to 300 ms; the tick comes back through the log on `tick.<team>.<run>.<n>`. */
export interface Timers {
  at(key: { readonly run: string; readonly n: number }, time: number, body: string): Promise<Appended>;
}

/** A cache or a compare-and-set register; reads may be stale. */
export interface Registers {
  get(key: string): Promise<{ readonly value: string; readonly revision: number } | undefined>;
  /** @returns the new revision, or undefined where `expectRevision` (0: absent) did not hold. */
  put(key: string, value: string, expectRevision?: number): Promise<number | undefined>;
  watch(key: string, handler: (value: string, revision: number) => void, signal: AbortSignal): Promise<void>;
}

/** Bodies by content: `put`, and for others `give` or `show`, before the append that names the digest. */
export interface Objects {
  put(bytes: Uint8Array): Promise<string>;
  /**
   * Copies an object that this team has into the store of team `to`, under this team's name and create-once: `to` gets it by
   * `get(digest)`, and this very copy by `get(digest, <this team>)`.
   * Answers its bytes; undefined where none of that digest is whole, or where `to` finds it without a copy, as this team itself. @throws
   * ArmadaError `LOG_UNAVAILABLE`
   */
  give(digest: string, to: string): Promise<Uint8Array | undefined>;
  /** An own object or what anyone gave this team; with `sender` the copy that this one gave. @throws ArmadaError `OBJECT_MISSING`, `OBJECT_CORRUPT`, `LOG_UNAVAILABLE` */
  get(digest: string, sender?: string): Promise<Uint8Array>;
  /** Copies an object that this team has among those that all may read who take its facts. Answers and throws as `give`. */
  show(digest: string): Promise<Uint8Array | undefined>;
  /** One that `owner` shows, or an own one. @throws ArmadaError as `get` */
  getShown(digest: string, owner: string): Promise<Uint8Array>;
  drop(digest: string): Promise<void>;
}

/** Text of running calls for who watches now. Never stored: a piece comes at most once, in order, and is lost where nobody watches. */
export interface Live {
  /** Never waits, never throws. */
  publish(piece: LiveText): void;
  /** The pieces of a run from now on. Resolves when `signal` aborts. */
  watch(run: string, handler: (piece: LiveText) => void, signal: AbortSignal): Promise<void>;
}

/**
 * Words among the replicas of a team, for whoever listens now. Never stored: each comes at most once, also to who said it, and is lost
 * where nobody listens. Topic: a token.
 */
export interface Gossip {
  /** Never waits, never throws. */
  say(topic: string, body: string): void;
  /** Resolves when `signal` aborts. */
  listen(topic: string, handler: (body: string) => void, signal: AbortSignal): Promise<void>;
}

/**
 * What administration says of isolations, by prefix, as far as it is known here: also of those that are over. `known`: resolves once all
 * is known that was said before; throws `LOG_UNAVAILABLE` (retryable). `onChange`: calls after each word that says something new; returns the
 * way to end that.
 */
export interface Isolations {
  known(): Promise<void>;
  all(): ReadonlyMap<string, Isolation>;
  onChange(listener: () => void): () => void;
}

/** Time: the machine's, or that of a test, which passes at once. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Chance: the machine's, or from a seed. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** 16 characters that no other writer has used. */
  id(): string;
}

/** The turns of the event loop. */
export interface Scheduler {
  /** Resolves when the microtask queue has run dry. */
  idle(): Promise<void>;
  /** Begins a workflow function; what it does later is known as its own. */
  begin?<T>(about: { readonly run: string; readonly workflow: string }, work: () => T): T;
}

/** Runs `work` inside a span below `parent` (a W3C traceparent); the callback gets the span's own. */
export interface Tracer {
  span<T>(
    name: string,
    attributes: Readonly<Record<string, string | number | boolean>>,
    parent: string | undefined,
    work: (traceparent: string | undefined) => Promise<T>,
  ): Promise<T>;
}

/** Counts what happens, under names and attributes of few values (`telemetry-names.ts`). Never throws. */
export interface Counters {
  add(name: string, attributes: Readonly<Record<string, string>>): void;
}

/** Where a service says what happened; never a secret, never a body. */
export interface Logger {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** All that one replica of a team works with. */
export type Ports = {
  readonly log: Log;
  readonly timers: Timers;
  readonly objects: Objects;
  readonly clock: Clock;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly tracer: Tracer;
  readonly logger: Logger;
  /** Absent where nobody counts. */
  readonly counters?: Counters;
  /** Absent where nobody could watch. */
  readonly live?: Live;
  /** Absent where a replica is alone. */
  readonly gossip?: Gossip;
  /** Absent where nobody could isolate anything. */
  readonly isolations?: Isolations;
};
