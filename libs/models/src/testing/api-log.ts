import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

/**
 * One line when a request has arrived, one when it has ended. `billed` says whether a provider would charge for it:
 * a request that ended in the middle is charged what was made until then.
 */
export const ApiLogLine = z.object({
  at: z.string(),
  event: z.enum(["arrival", "end"]),
  id: z.string(),
  model: z.string(),
  task: z.string(),
  idempotencyKey: z.string().optional(),
  tokens: z.object({ input: z.number(), output: z.number() }),
  billed: z.boolean(),
  costMicros: z.number(),
  outcome: z.enum(["open", "answered", "aborted", "rate_limited", "overloaded", "timeout", "stream_broken", "truncated", "script_failed"]),
});
export type ApiLogLine = z.infer<typeof ApiLogLine>;

/** Keeps the lines in memory and, given a file, on disk before the answer goes out: a killed server has still written them. */
export function apiLog(file: string | undefined): { add(line: ApiLogLine): void; readonly lines: readonly ApiLogLine[] } {
  const lines: ApiLogLine[] = [];
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true });
  return {
    add(line) {
      lines.push(line);
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
    },
    lines,
  };
}

/** A log file as lines; a last line cut by a kill is left out. */
export function readApiLog(file: string): ApiLogLine[] {
  const texts = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return texts.map((text) => ApiLogLine.parse(JSON.parse(text)));
}
