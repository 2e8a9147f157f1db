import type { GivenCall } from "@armada/engine";
import { z } from "zod";

/** An error on its way between two threads or processes. `ref`: it began in the replica, which kept it under this number. */
export const WireError = z.object({
  kind: z.enum(["refusal", "coded", "other"]),
  message: z.string(),
  stack: z.string().optional(),
  /** Its own members of simple values: `code`, `hint`, `retryable`, `terminal`, `retryAfter`. */
  members: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  details: z.unknown().optional(),
  ref: z.int().optional(),
});
export type WireError = z.infer<typeof WireError>;

/** What a sandbox says to its replica: it may run code that nobody trusts, so each is looked at. */
export const Said = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  /** Its event loop turns. */
  z.object({ type: z.literal("turn") }),
  z.object({
    type: z.literal("ask"),
    call: z.int(),
    n: z.int(),
    question: z.looseObject({ task: z.string() }),
    /** What the model is shown, and what its answer is checked by before the sandbox reads it: JSON Schemas. */
    schema: z.record(z.string(), z.unknown()),
    shape: z.record(z.string(), z.unknown()),
  }),
  z.object({ type: z.literal("recorded"), call: z.int(), n: z.int(), tool: z.string(), nth: z.int() }),
  z.object({ type: z.literal("record"), call: z.int(), n: z.int(), tool: z.string(), nth: z.int(), output: z.unknown() }),
  z.object({ type: z.literal("get"), call: z.int(), n: z.int(), digest: z.string() }),
  z.object({ type: z.literal("put"), call: z.int(), n: z.int(), bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array) }),
  z.object({ type: z.literal("completed"), call: z.int(), output: z.unknown() }),
  z.object({ type: z.literal("failed"), call: z.int(), error: WireError }),
]);
export type Said = z.infer<typeof Said>;
/** Those that are answered. */
export type Asked = Extract<Said, { n: number }>;

/** What a replica says to its sandbox. `call` counts the sandbox's calls from 1, `n` what one of them asks. */
export type Told =
  | { readonly type: "begin"; readonly secrets: Readonly<Record<string, string>> }
  | { readonly type: "call"; readonly call: number; readonly given: GivenCall }
  | { readonly type: "abort"; readonly call: number; readonly error: WireError }
  | { readonly type: "answer"; readonly call: number; readonly n: number; readonly value: unknown }
  | { readonly type: "refuse"; readonly call: number; readonly n: number; readonly error: WireError };
