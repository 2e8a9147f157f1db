import type { ApiProvider } from "../books/api-log.ts";
import type { ApiUsage } from "../books/api-usage.ts";
import type { ApiRequest } from "./api-request.ts";

/** Why no answer is given. */
export type Refusal = "authentication" | "invalid" | "not_found" | "too_large" | "rate_limited" | "overloaded" | "internal";

/** One answer to send: its JSON text, whole or as far as it came. */
export type Reply = {
  readonly id: string;
  readonly request: ApiRequest;
  readonly json: string;
  readonly usage: ApiUsage;
  /** The answer was cut at its ceiling of tokens. */
  readonly cut: boolean;
};

/** A piece of a stream as bytes go out; after one with a delta the server may pause. */
export type Frame = { readonly text: string; readonly delta: boolean };

/** How one protocol says what the server has to say. */
export type Wire = {
  readonly provider: ApiProvider;
  error(why: Refusal, message: string, id: string): { readonly status: number; readonly body: Record<string, unknown> };
  /** The body of an error of any status; `type` instead of the protocol's own for it. */
  errorOf(status: number, message: string, id: string, type?: string): Record<string, unknown>;
  whole(reply: Reply): Record<string, unknown>;
  /** In their order; `pieces` deltas. */
  frames(reply: Reply, pieces: number): Frame[];
  /** The header that names the request. */
  readonly idHeader: string;
};

/** A text cut into `count` pieces of about the same length. */
export function piecesOf(text: string, count: number): string[] {
  const size = Math.max(1, Math.ceil(text.length / Math.max(1, count)));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
}
