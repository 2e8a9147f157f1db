import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

const Count = z.number().int().nonnegative();

/**
 * One line when a request has arrived, one when it has ended. `billed` says whether a provider would charge for it:
 * a request that ended in the middle is charged what was made until then. An item of a Message Batch is a request of its own:
 * it arrives with the batch, and ends when the batch does.
 */
export const ApiLogLine = z.object({
  at: z.string(),
  event: z.enum(["arrival", "end"]),
  /** Unique in one log, over restarts too. */
  id: z.string(),
  provider: z.enum(["anthropic", "openai"]).default("anthropic"),
  model: z.string(),
  task: z.string(),
  idempotencyKey: z.string().optional(),
  /** The header `x-armada-call`; of an item of a batch its `custom_id`. */
  call: z.string().optional(),
  /** The Message Batch in which the request came. */
  batch: z.string().optional(),
  /** `input` was neither read from the prompt cache nor written to it; counts of a line that is not billed are what was asked. */
  tokens: z.object({
    input: Count,
    output: Count,
    cacheRead: Count.default(0),
    cacheWrite5m: Count.default(0),
    cacheWrite1h: Count.default(0),
  }),
  billed: z.boolean(),
  /** Micro-dollars. */
  costMicros: z.number(),
  outcome: z.enum([
    "open",
    "answered",
    "aborted",
    "rate_limited",
    "overloaded",
    "timeout",
    "stream_broken",
    "truncated",
    "script_failed",
    "errored",
    "expired",
    "canceled",
  ]),
});
export type ApiLogLine = z.infer<typeof ApiLogLine>;
export type ApiOutcome = ApiLogLine["outcome"];
export type ApiProvider = ApiLogLine["provider"];

export type ApiLog = {
  add(line: ApiLogLine): void;
  /** All lines, those of servers before this one on the same file too. */
  readonly lines: readonly ApiLogLine[];
  close(): void;
};

/** Keeps the lines on disk, given a file, before the answer goes out: a killed server has still written them. Else in memory. */
export function apiLog(file: string | undefined): ApiLog {
  if (file === undefined) {
    const lines: ApiLogLine[] = [];
    return { add: (line) => lines.push(line), lines, close: () => undefined };
  }
  const appended = appendTo(file);
  return {
    add: (line) => appended.write(`${JSON.stringify(line)}\n`),
    get lines() {
      return readApiLog(file);
    },
    close: appended.close,
  };
}

/** Appends to a file of lines; what a kill left of a last line is cut off first. */
export function appendTo(file: string): { write(text: string): void; close(): void } {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) truncateSync(file, readFileSync(file).lastIndexOf("\n") + 1);
  let open: number | undefined = openSync(file, "a");
  return {
    // Requests that the end of the server aborts still have their say afterwards.
    write: (text) => appendFileSync(open ?? file, text),
    close() {
      if (open !== undefined) closeSync(open);
      open = undefined;
    },
  };
}

/** A log file as lines; a last line cut by a kill is left out. */
export function readApiLog(file: string): ApiLogLine[] {
  const texts = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return texts.map((text) => ApiLogLine.parse(JSON.parse(text)));
}
