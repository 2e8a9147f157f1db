import { z } from "zod";

/**
 * Up to where a source is done: its message `seq`, known again by `known` and stored at `time` (ms since 1970); everything up to there was
 * taken, or is held back. Without `seq` it begins with what was stored at `time` or later.
 */
const Mark = z.object({ time: z.number(), seq: z.number().optional(), known: z.string().optional() });
export type Mark = z.infer<typeof Mark>;

/**
 * A key of which something was not taken: all its messages after sequence `after` up to `last` wait, and those that come stand behind
 * them. `key` is the filter they have. `seq`, `id`, `time`: of the first of them, once it was sent. `attempts`: how often that one was sent; `tries`: how often
 * while the receiver took something else in between. `taken`: what the hook had been taken of at the last of these. `next`: when it is
 * sent again, `parked`: since when it is not, ms since 1970.
 */
const Held = z.object({
  source: z.string(),
  key: z.string(),
  after: z.number(),
  last: z.number(),
  seq: z.number(),
  id: z.string(),
  time: z.number(),
  attempts: z.number(),
  tries: z.number(),
  taken: z.number(),
  next: z.number(),
  parked: z.number().optional(),
  error: z.string(),
});
export type Held = z.infer<typeof Held>;

/** How far a hook is, as the register `hook-NAME` of the gateway has it. Times are ms since 1970. */
export const HookState = z.object({
  layout: z.literal(1),
  /** Of the hook: one that was removed and added again is another one. */
  made: z.string(),
  /** The gateway that writes it. */
  writer: z.string(),
  /** By source. */
  marks: z.record(z.string(), Mark),
  held: z.array(Held),
  /** The last order that was done. */
  orders: z.number(),
  /** How many were taken. */
  taken: z.number(),
  /** Failures in a row, since when, and the steps that its waits have grown by. */
  failures: z.number(),
  failingSince: z.number().optional(),
  waits: z.number(),
  /** Before that nothing is sent. */
  notBefore: z.number(),
  /** Since when the receiver wants nothing more (410). */
  disabled: z.number().optional(),
  error: z.object({ at: z.number(), text: z.string() }).optional(),
});
export type HookState = z.infer<typeof HookState>;

/** The register that holds it. */
export const stateKey = (name: string): string => `hook-${name}`;

/** @returns undefined where it is of another hook of this name, or none. */
export function readState(text: string | undefined, made: string): HookState | undefined {
  if (text === undefined || text === "") return undefined;
  const parsed = HookState.safeParse(jsonIn(text));
  return parsed.success && parsed.data.made === made ? parsed.data : undefined;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // nobody's writing
  }
}

/** How many failures in a row make a receiver count as down. */
export const DOWN_AFTER = 5;
/** How many keys a hook holds back at most; from there on nothing new is read. */
export const MOST_HELD = 500;

/** What a hook does, in a word. `since`: ms since 1970. */
export type Doing = { readonly state: "sending" | "down" | "disabled" | "full"; readonly since?: number };

/** What its record says that it does; a receiver that takes nothing is down. */
export function doing({ disabled, failures, failingSince, held }: HookState): Doing {
  if (disabled !== undefined) return { state: "disabled", since: disabled };
  if (failures >= DOWN_AFTER) return { state: "down", ...(failingSince === undefined ? {} : { since: failingSince }) };
  return { state: held.length >= MOST_HELD ? "full" : "sending" };
}
