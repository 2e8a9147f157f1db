import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { ApiLogLine, appendTo } from "../books/api-log.ts";

const About = ApiLogLine.pick({ id: true, provider: true, model: true, task: true, idempotencyKey: true, call: true, batch: true });

/** What the log's second line of an item says. */
const End = ApiLogLine.pick({ outcome: true, billed: true, tokens: true });

const BatchState = z.object({
  id: z.string(),
  createdAt: z.string(),
  /** Milliseconds since 1970. */
  due: z.number(),
  cancelAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  items: z.array(
    z.object({
      customId: z.string(),
      about: About,
      params: z.unknown(),
      /** Set when the batch has ended. */
      end: End.optional(),
      result: z.looseObject({ type: z.enum(["succeeded", "errored", "canceled", "expired"]) }).optional(),
    }),
  ),
});
/** A Message Batch and all of its items; a new object for each change. */
export type BatchState = z.infer<typeof BatchState>;
export type BatchItem = BatchState["items"][number];

export type BatchStates = {
  get(id: string): BatchState | undefined;
  /** In order of creation. */
  all(): BatchState[];
  /** Is on disk, given a file, when this returns. */
  put(state: BatchState): void;
  close(): void;
};

/** One JSON line for each change of a batch, the last of which holds. */
export function batchStates(file: string | undefined): BatchStates {
  const states = new Map<string, BatchState>();
  const appended = file === undefined ? undefined : appendTo(file);
  if (file !== undefined && existsSync(file))
    for (const text of readFileSync(file, "utf8").split("\n").slice(0, -1)) {
      const state = BatchState.parse(JSON.parse(text));
      states.set(state.id, state);
    }
  return {
    get: (id) => states.get(id),
    all: () => [...states.values()],
    put(state) {
      appended?.write(`${JSON.stringify(state)}\n`);
      states.set(state.id, state);
    },
    close: () => appended?.close(),
  };
}
