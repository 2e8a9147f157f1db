import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { About, ApiBook } from "../books/api-book.ts";
import type { ApiOutcome } from "../books/api-log.ts";
import { type ApiUsage, tokensOf } from "../books/api-usage.ts";
import type { Settings } from "./api-control.ts";
import type { Fault } from "./faults.ts";
import type { Frame, Refusal, Wire } from "./wire.ts";

/** What was made to be sent. */
export type Made = { readonly usage: ApiUsage; whole(): string; frames(): readonly Frame[] };

/** A refusal that was planned. `unmatched`: because nothing was. */
export type Refuse = {
  readonly status: number;
  readonly message: string;
  /** The provider's own for the status unless said. */
  readonly type?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly unmatched?: boolean;
};

/** One accepted request. */
export type Job = {
  readonly about: About;
  readonly wire: Wire;
  readonly stream: boolean;
  readonly fault: Fault | undefined;
  readonly refuse?: Refuse | undefined;
  /** Instead of the settings'. */
  readonly delayMs?: number | undefined;
  readonly pieceMs?: number | undefined;
  /** Of the prompt alone. */
  readonly asked: ApiUsage;
  /** The answer, `cut` in the middle of its JSON. A rejection is a 500, not billed. */
  make(cut: boolean): Promise<Made>;
  /** Called once when it is known that the request is billed. */
  onBilled?(): void;
};

/** Serves a request to its end, and writes both lines of the log: the second one before the last byte that tells the client the same. */
export async function serve(res: ServerResponse, job: Job, book: ApiBook, settings: Settings): Promise<void> {
  const { fault, wire, asked } = job;
  const gone = goneOf(res);
  const end = (outcome: ApiOutcome, billed: boolean, usage: ApiUsage): void => {
    if (billed) job.onBilled?.();
    book.end(job.about, outcome, billed, tokensOf(usage));
  };
  const refuse = (why: Refusal, outcome: ApiOutcome, message: string): void => {
    end(outcome, false, asked);
    refusal(res, wire, why, message, job.about.id, settings);
  };
  book.arrive(job.about, tokensOf(asked));

  const refused = fault === "rateLimited" || fault === "overloaded";
  if (settings.hold && !(await settings.passed(gone))) return end("aborted", !refused, asked);
  if (fault === "rateLimited") return refuse("rate_limited", "rate_limited", "Rate limited");
  if (fault === "overloaded") return refuse("overloaded", "overloaded", "Overloaded");
  if (!(await pause(job.delayMs ?? settings.delayMs, gone))) return end("aborted", true, asked);
  if (job.refuse !== undefined) {
    end(outcomeOf(job.refuse), false, asked);
    return planned(res, wire, job.refuse, job.about.id);
  }

  let made: Made;
  try {
    made = await job.make(fault === "truncatedJson");
  } catch (error) {
    return refuse("internal", "script_failed", String(error));
  }
  if (fault === "timeout") {
    end("timeout", true, made.usage);
    return silence(res, settings, gone);
  }
  const breaks = fault === "brokenStream";
  const say = (share: number): void => {
    const usage = { ...made.usage, output_tokens: Math.ceil(made.usage.output_tokens * share) };
    if (breaks) return end("stream_broken", true, usage);
    if (share < 1) return end("aborted", true, usage);
    end(fault === "truncatedJson" ? "truncated" : "answered", true, usage);
  };
  const headers = { [wire.idHeader]: `req_${job.about.id}`, "cache-control": "no-cache" };
  if (job.stream) return stream(res, made.frames(), headers, { breaks, say, gone, pieceMs: job.pieceMs ?? settings.pieceMs });
  say(breaks ? 0.5 : 1);
  await sendWhole(res, made.whole(), headers, breaks);
}

/** `say` is told the share of the answer that goes out, once. */
type Sending = { readonly breaks: boolean; say(share: number): void; readonly gone: AbortSignal; readonly pieceMs: number };

async function stream(
  res: ServerResponse,
  frames: readonly Frame[],
  headers: Record<string, string>,
  { breaks, say, gone, pieceMs }: Sending,
): Promise<void> {
  const stop = breaks ? Math.floor(frames.length / 2) : frames.length;
  if (res.destroyed) return say(0);
  res.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8" });
  if (pieceMs === 0) {
    say(stop / frames.length);
    res.write(
      frames
        .slice(0, stop)
        .map(({ text }) => text)
        .join(""),
    );
  } else {
    for (const [i, { text, delta }] of frames.slice(0, stop).entries()) {
      if (res.destroyed) return say(i / frames.length);
      const last = i === stop - 1;
      if (last) say(stop / frames.length);
      res.write(text);
      if (delta && !last && !(await pause(pieceMs, gone))) return say((i + 1) / frames.length);
    }
  }
  if (breaks) await cut(res, "\n");
  else res.end();
}

/** The body as it is, or only its first half and then the end of the connection. */
export async function sendWhole(res: ServerResponse, text: string, headers: Record<string, string>, breaks: boolean): Promise<void> {
  res.writeHead(200, { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  if (breaks) await cut(res, text.slice(0, Math.floor(text.length / 2)));
  else res.end(text);
}

export function refusal(res: ServerResponse, wire: Wire, why: Refusal, message: string, id: string, { faults }: Settings): void {
  const { status, body } = wire.error(why, message, id);
  const wait = why === "rate_limited" ? { "retry-after": String(faults.retryAfter) } : {};
  res.writeHead(status, { "content-type": "application/json", [wire.idHeader]: `req_${id}`, ...wait }).end(JSON.stringify(body));
}

function outcomeOf({ status, unmatched }: Refuse): ApiOutcome {
  if (unmatched === true) return "script_failed";
  if (status === 429) return "rate_limited";
  return status === 529 || status === 503 ? "overloaded" : "errored";
}

function planned(res: ServerResponse, wire: Wire, { status, message, type, retryAfterMs }: Refuse, id: string): void {
  const wait =
    retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1_000)), "retry-after-ms": String(retryAfterMs) };
  const body = JSON.stringify(wire.errorOf(status, message, id, type));
  res.writeHead(status, { "content-type": "application/json", [wire.idHeader]: `req_${id}`, ...wait }).end(body);
}

/** Nothing until the client goes or has waited long enough. */
export async function silence(res: ServerResponse, { faults }: Settings, gone: AbortSignal): Promise<void> {
  await pause(faults.holdMs, gone);
  res.destroy();
}

/** Aborted when the connection is closed, by whomever. */
export function goneOf(res: ServerResponse): AbortSignal {
  const gone = new AbortController();
  // With a reason of its own: making the usual one, at the end of each request, costs more than the rest of this.
  if (res.destroyed) gone.abort("closed");
  else res.once("close", () => gone.abort("closed"));
  return gone.signal;
}

/** @returns false where the client went before. */
export async function pause(ms: number, gone: AbortSignal): Promise<boolean> {
  return ms <= 0 || sleep(ms, true, { signal: gone }).catch(() => false);
}

/** What is unwritten when the socket is destroyed would never have been sent: then nothing would have begun. */
async function cut(res: ServerResponse, last: string): Promise<void> {
  await new Promise((resolve) => res.write(last, resolve));
  res.destroy();
}
