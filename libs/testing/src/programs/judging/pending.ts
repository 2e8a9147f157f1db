import type { Node } from "../drawing/program.ts";

/** An error as a program sees it: its code, and what its message says of where it came from. */
export type Thrown = { readonly code: string | undefined; readonly text: string };
export const NOT_JSON: Thrown = { code: "VALUE_NOT_JSON", text: "" };
export type Next = { readonly ok: (value: unknown) => void; readonly no: (error: Thrown) => void };

export const IGNORED: Next = { ok: () => undefined, no: () => undefined };

/** A call that holds the program up. `n` is known once the journal names it. */
export type Pending = {
  n: number | undefined;
  /** The type of the journal event that records it, and what tells it from others of that type. */
  readonly asked: string;
  readonly what: string;
  readonly node: Node;
  /** How long it lasts at most, in ms: from when it is journaled on. */
  readonly length: number | undefined;
  /** When it may be ended by its timer, ms since 1970; known once it is journaled. */
  until: number | undefined;
  /** Of a wait, ms since 1970; undefined: since its run began. */
  readonly since: number | undefined;
  /** Ordinal of the message that the program answers with it. */
  readonly made: number;
  /** When, ms since 1970, and by which message of the journal it is asked for. */
  set: { readonly at: number; readonly ordinal: number } | undefined;
  parked: boolean;
  /** A deadline's timer whose work is done: nothing waits for it. */
  met: boolean;
  /** One of its model calls waits in a batch. */
  batched: boolean;
  /** What the journal says of its last attempt that failed. */
  last: { readonly code: unknown; readonly message: unknown } | undefined;
  /** The last delivery that an attempt accounts for. */
  delivery: number;
  /** Attempts of the present set that count against it; `poor`: the last one had no budget left. */
  failures: number;
  poor: boolean;
  /** Until when it waits for its money, as its journal says. */
  poorUntil: unknown;
  /** Somebody had it tried again after it was set aside. */
  retried: boolean;
  /** While its model takes no request: until when at most, ms since 1970. */
  busy: number | undefined;
  /** Since when it takes none, ms since 1970. */
  busySince: number | undefined;
  readonly next: Next;
};

export type End =
  | { readonly status: "completed" | "degraded"; readonly output: unknown }
  | { readonly status: "failed"; readonly code: string; readonly text: string }
  | { readonly status: "cancelled" }
  | { readonly status: "continued"; readonly input: unknown };

export function thrown({ at: name, what }: Extract<Node, { op: "throw" }>): Thrown {
  if (what === "refusal") return { code: "DRAWN_REFUSAL", text: `«${name}»` };
  if (what === "nothing") return { code: undefined, text: "undefined" };
  return { code: undefined, text: what === "text" ? `string «${name}»` : `Error «${name}»` };
}

/** As a program tells an error. */
export function said({ code, text }: Thrown): string {
  if (text.startsWith("none: ")) return text;
  if (code !== undefined) return `${code} ${text}`;
  return text.includes(" ") ? text : `${text} `;
}
