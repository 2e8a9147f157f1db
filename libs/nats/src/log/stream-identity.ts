import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { ownerOf } from "../accounts/crossings.ts";
import { apiOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { NO_STREAM } from "../connection/no-stream.ts";
import { unavailable } from "../connection/unavailable.ts";
import { accountsAfter } from "./accounts-after.ts";
import { statusOf } from "./stored-headers.ts";

const TIMEOUT_MS = 5_000;
/** So many answers in a row, so far apart, that a stream ends before what was seen of it are believed. */
const SURE = 4;
const AGAIN_MS = 250;

/** What the server says of a stream. `created` tells one stream from another of its name; `now` is the server's clock. */
export type StreamInfo = {
  readonly created: string;
  readonly now: string;
  readonly lastSeq: number;
  readonly bytes: number;
  /** The most bytes that it may hold; 0 for no bound. */
  readonly limit: number;
  readonly metadata: Readonly<Record<string, string>>;
};

/**
 * Which stream a name stands for. One that was made anew, or restored, is another one under the same name, where sequences
 * mean something else: its time of creation differs (the server's own identity of a stream, the last field of
 * `Nats-Stream-Source`, is a hash of it). One whose files were put back to an older copy keeps that, and ends before what was
 * seen of it.
 */
export class StreamIdentity {
  readonly #link: Link;
  readonly #stream: string;
  readonly #logger: Logger;
  readonly #listeners = new Set<() => void>();
  #created: string | undefined;
  /** The highest sequence that was seen of it. */
  #seen = 0;
  #putBack = 0;
  #accountsAfter = Number.POSITIVE_INFINITY;
  #looking: Promise<StreamInfo> | undefined;

  constructor(link: Link, stream: string, logger: Logger) {
    this.#link = link;
    this.#stream = stream;
    this.#logger = logger;
  }

  /** Another text for each stream that the name has stood for; undefined before the first look. */
  get known(): string | undefined {
    return this.#created === undefined ? undefined : `${this.#created} ${this.#putBack}`;
  }

  /** The sequence after which each sender is who its account says, by the last look; `Infinity` before the first one. */
  get accountsAfter(): number {
    return this.#accountsAfter;
  }

  /** A message of the stream has this sequence. */
  saw(seq: number): void {
    if (seq > this.#seen) this.#seen = seq;
  }

  /**
   * Asks the server; who hears of another stream (`onReplaced`) does so before this resolves. Asked while an answer is under
   * way, it is that answer. @throws ArmadaError `STREAM_MISSING`, `LOG_UNAVAILABLE`, both retryable
   */
  look(): Promise<StreamInfo> {
    this.#looking ??= this.#ask().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Calls `listener` whenever the name turns out to stand for another stream; returns the way to end that. */
  onReplaced(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #ask(): Promise<StreamInfo> {
    const { created: before, seen } = { created: this.#created, seen: this.#seen };
    const info = await this.#settled(before, seen);
    const { created, lastSeq } = info;
    const another = before !== undefined && before !== created;
    const older = before === created && lastSeq < seen;
    this.#created = created;
    this.#accountsAfter = accountsAfter(info.metadata);
    if (another || older) this.#seen = lastSeq;
    else this.saw(lastSeq);
    if (older) this.#putBack++;
    if (!another && !older) return info;
    const what = another
      ? `made anew or restored: it is another stream, of ${created},`
      : `put back: it ends at ${lastSeq}, ${seen} was seen,`;
    this.#logger.warn(`${this.#stream} was ${what} and is read from its beginning`, {
      stream: this.#stream,
      before,
      created,
      lastSeq,
      seen,
    });
    for (const listener of [...this.#listeners]) listener();
    return info;
  }

  /** In a cluster a new leader may not have heard of all that is stored: one that says too little is asked again. */
  async #settled(created: string | undefined, seen: number): Promise<StreamInfo> {
    for (let tries = 1; ; tries++) {
      const info = await streamInfo(this.#link, this.#stream);
      if (info.created !== created || info.lastSeq >= seen || tries === SURE) return info;
      await sleep(AGAIN_MS);
    }
  }
}

/** As `streamInfo`; undefined where there is no stream of this name. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function streamInfoIfThere(link: Link, stream: string): Promise<StreamInfo | undefined> {
  try {
    return await streamInfo(link, stream);
  } catch (error) {
    if (error instanceof ArmadaError && error.code === "STREAM_MISSING") return undefined;
    throw error;
  }
}

/** @throws ArmadaError `STREAM_MISSING`, `LOG_UNAVAILABLE`, both retryable */
export async function streamInfo(link: Link, stream: string): Promise<StreamInfo> {
  const { mux } = await link.in(ownerOf(stream));
  const answer = await mux.request(`${apiOf(link, stream)}.STREAM.INFO.${stream}`, "{}", { timeout: TIMEOUT_MS });
  if ("failed" in answer) throw unavailable(answer.failed);
  if (statusOf(answer).code === 503) throw unavailable("no stream answers");
  const info = JSON.parse(answer.string()) as {
    error?: { description: string; err_code?: number };
    created?: string;
    ts?: string;
    state?: { last_seq: number; bytes: number };
    config?: { max_bytes?: number; metadata?: Record<string, string> };
  };
  if (info.error?.err_code === NO_STREAM)
    throw new ArmadaError("STREAM_MISSING", `there is no stream ${stream} on this server`, {
      hint: "`armada provision` makes it, where the team belongs to this mesh",
      retryable: true,
    });
  if (info.created === undefined) throw unavailable(`${stream}: ${info.error?.description ?? "an answer without a stream"}`);
  const { created, ts = created, state, config } = info;
  const limit = Math.max(0, config?.max_bytes ?? 0);
  return { created, now: ts, lastSeq: state?.last_seq ?? 0, bytes: state?.bytes ?? 0, limit, metadata: config?.metadata ?? {} };
}
