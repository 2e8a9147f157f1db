import { isDeepStrictEqual } from "node:util";
import { ArmadaError } from "@armada/contracts";
import type { Objects, Registers } from "@armada/event-sourcing";
import { z } from "zod";
import type { ModelAnswer } from "../port.ts";
import { tokensOf } from "../pricing/ceiling.ts";

/** Longer answers, in bytes of JSON, are objects, and the register names them. */
const INLINE_BYTES = 32 * 1024;

const Count = z.number().int().nonnegative();
const Usage = z.object({
  inputTokens: Count,
  outputTokens: Count,
  cacheReadTokens: Count.exactOptional(),
  cacheWriteTokens: Count.exactOptional(),
});
const Body = z.union([z.object({ value: z.unknown().nonoptional() }), z.object({ digest: z.string(), owner: z.string() })]);

/** What the register of one request digest holds; times in milliseconds since 1970, `by` is whoever wrote it. */
const Entry = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("claimed"), by: z.string(), until: z.number() }),
  z.object({
    kind: z.literal("answered"),
    by: z.string(),
    body: Body,
    model: z.string(),
    usage: Usage,
    costMicros: Count,
    at: z.number(),
    until: z.number(),
  }),
  z.object({ kind: z.literal("failed"), by: z.string(), code: z.string(), at: z.number() }),
]);
export type Entry = z.infer<typeof Entry>;
export type Answered = Extract<Entry, { kind: "answered" }>;

/** An entry as it was read; `entry` is absent where the register is empty or says nothing that can be read. */
export type Found = { readonly entry: Entry | undefined; readonly revision: number; readonly seen: number };

export function found(stored: Awaited<ReturnType<Registers["get"]>>, seen: number): Found {
  if (stored === undefined) return { entry: undefined, revision: 0, seen };
  return { entry: entryOf(stored.value), revision: stored.revision, seen };
}

export function entryOf(text: string): Entry | undefined {
  try {
    return Entry.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * Puts a long value among the objects.
 * @throws ArmadaError `CACHE_VALUE_CHANGES` where reading the stored value by its schema would not give the value again, as
 * with a schema that transforms: a cached answer would then be another than the one that was given.
 */
export async function bodyOf(value: unknown, schema: z.ZodType, objects: Objects, owner: string): Promise<Answered["body"]> {
  const text: string | undefined = JSON.stringify(value);
  const again = text === undefined ? undefined : schema.safeParse(JSON.parse(text));
  if (again?.success !== true || !isDeepStrictEqual(again.data, value))
    throw new ArmadaError("CACHE_VALUE_CHANGES", "the answer, read again by its schema, is not what it was", {
      hint: "cache only answers whose schema neither transforms nor defaults what it reads",
    });
  const bytes = Buffer.from(text);
  return bytes.length <= INLINE_BYTES ? { value } : { digest: await objects.put(bytes), owner };
}

/** The stored answer as the schema of the one who asks reads it. @throws where it does not fit, or its object is not to be had. */
export async function answerOf<T>(entry: Answered, schema: z.ZodType<T>, objects: Pick<Objects, "getShown">): Promise<ModelAnswer<T>> {
  const { body, usage, costMicros } = entry;
  const stored: unknown =
    "digest" in body ? JSON.parse(Buffer.from(await objects.getShown(body.digest, body.owner)).toString()) : body.value;
  return {
    value: schema.parse(stored),
    model: entry.model,
    usage: { inputTokens: 0, outputTokens: 0 },
    costMicros: 0,
    cached: { at: new Date(entry.at).toISOString(), saved: { micros: costMicros, tokens: tokensOf(usage) } },
  };
}
