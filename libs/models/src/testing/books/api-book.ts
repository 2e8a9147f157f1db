import type { Price } from "../../pricing/prices.ts";
import { type ApiCalls, apiCalls } from "./api-calls.ts";
import { type ApiLogLine, type ApiOutcome, apiLog, readApiLog } from "./api-log.ts";
import { type ApiTokens, bill } from "./api-usage.ts";
import { type UsageReport, usageReport } from "./usage-report.ts";

/** What both lines of one request say. */
export type About = Pick<ApiLogLine, "id" | "provider" | "model" | "task" | "idempotencyKey" | "call" | "batch">;

/** The log, and what is told from it. */
export type ApiBook = {
  nextId(): string;
  arrive(about: About, asked: ApiTokens): void;
  end(about: About, outcome: ApiOutcome, billed: boolean, tokens: ApiTokens): void;
  /** Ends what a killed server left open, but for `batches`: it had been accepted, so its prompt is billed. */
  abandon(batches: ReadonlySet<string>): void;
  readonly calls: Omit<ApiCalls, "fold">;
  readonly report: Omit<UsageReport, "fold">;
  readonly lines: readonly ApiLogLine[];
  /** Since this server began; `unmatched` had no answer in the script. */
  readonly counts: Readonly<Record<"requests" | "answered" | "unmatched", number>>;
  close(): void;
};

/** Begins with what the file has from servers before. */
export function apiBook(file: string | undefined, prices: readonly Price[] | undefined, now: () => number): ApiBook {
  const calls = apiCalls();
  const report = usageReport();
  const log = apiLog(file);
  const counts = { requests: 0, answered: 0, unmatched: 0 };
  let last = 0;
  const fold = (line: ApiLogLine): void => {
    calls.fold(line);
    report.fold(line);
    last = Math.max(last, Number(line.id));
  };
  if (file !== undefined) for (const line of readApiLog(file)) fold(line);
  const write = (line: ApiLogLine): void => {
    log.add(line);
    fold(line);
  };
  const end: ApiBook["end"] = (about, outcome, billed, tokens) => {
    const costMicros = billed ? bill(about.model, tokens, about.batch !== undefined, now(), prices) : 0;
    if (outcome === "answered") counts.answered += 1;
    if (outcome === "script_failed") counts.unmatched += 1;
    write({ at: new Date(now()).toISOString(), event: "end", ...about, tokens, billed, costMicros, outcome });
  };
  return {
    nextId() {
      last += 1;
      return String(last).padStart(6, "0");
    },
    arrive(about, asked) {
      counts.requests += 1;
      write({
        at: new Date(now()).toISOString(),
        event: "arrival",
        ...about,
        tokens: asked,
        billed: false,
        costMicros: 0,
        outcome: "open",
      });
    },
    end,
    abandon(batches) {
      for (const line of [...calls.open.values()])
        if (line.batch === undefined || !batches.has(line.batch)) end(aboutOf(line), "aborted", true, line.tokens);
    },
    calls,
    report,
    get lines() {
      return log.lines;
    },
    counts,
    close: log.close,
  };
}

function aboutOf({ id, provider, model, task, idempotencyKey, call, batch }: ApiLogLine): About {
  return {
    id,
    provider,
    model,
    task,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(call === undefined ? {} : { call }),
    ...(batch === undefined ? {} : { batch }),
  };
}
