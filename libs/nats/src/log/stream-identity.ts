import { ArmadaError } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import type { Link } from "../connection/connect.ts";
import { unavailable } from "../connection/unavailable.ts";
import { statusOf } from "./stored-headers.ts";

const TIMEOUT_MS = 5_000;
/** nats-server's error code for "stream not found". */
const NO_STREAM = 10059;

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
 * `Nats-Stream-Source`, is a hash of it).
 */
export class StreamIdentity {
  readonly #link: Link;
  readonly #stream: string;
  readonly #logger: Logger;
  readonly #listeners = new Set<() => void>();
  #known: string | undefined;
  #looking: Promise<StreamInfo> | undefined;

  constructor(link: Link, stream: string, logger: Logger) {
    this.#link = link;
    this.#stream = stream;
    this.#logger = logger;
  }

  /** The creation of the stream that was last seen; undefined before the first look. */
  get known(): string | undefined {
    return this.#known;
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
    const info = await streamInfo(this.#link, this.#stream);
    const before = this.#known;
    this.#known = info.created;
    if (before !== undefined && before !== info.created) {
      this.#logger.warn(
        `${this.#stream} was made anew or restored: it is another stream, of ${info.created}, and is read from its beginning`,
        { stream: this.#stream, before, created: info.created },
      );
      for (const listener of [...this.#listeners]) listener();
    }
    return info;
  }
}

/** @throws ArmadaError `STREAM_MISSING`, `LOG_UNAVAILABLE`, both retryable */
export async function streamInfo(link: Link, stream: string): Promise<StreamInfo> {
  const answer = await link.mux.request(`$JS.API.STREAM.INFO.${stream}`, "{}", { timeout: TIMEOUT_MS });
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
