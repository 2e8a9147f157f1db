import { isToken, shortHash } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import { z } from "zod";
import { readJournalMessage } from "../journal/message.ts";
import { ledgerFilter, Suspected } from "./cost-index.ts";

/**
 * The index of a team's runs: which there are, in the order in which they began, each with its workflow and how it ended.
 *
 *   head ── counts of each chapter ── chapter ── counts of each page ── page ── a row for each run
 *
 * Counts say what is below, by workflow and status, so that who looks for the newest failed runs reads the pages that have
 * some. A page is written again while a run on it is open, and then never more. It is a read model: all of it is folded from
 * the journals' first and last messages, and `head.upTo` is how far.
 */
export const PAGE_ROWS = 512;
export const CHAPTER_PAGES = 128;

/** The status of a run that has not ended; its journal tells what it does. */
export const OPEN = "open";

/** `startedAt`: ms since 1970. `status`: `open`, or how it ended. */
const Row = z.tuple([z.string(), z.string(), z.number(), z.string()]);
export type Row = z.infer<typeof Row>;

/** How many runs by `workflow status`. */
const Counts = z.record(z.string(), z.number());
export type Counts = z.infer<typeof Counts>;

export const Page = z.array(Row);
export type Page = z.infer<typeof Page>;
export const Chapter = z.array(Counts);
export type Chapter = z.infer<typeof Chapter>;
/**
 * `at`: the message at `upTo`, by which it is known whether the team's stream is still the one that was indexed. `made`: when it
 * was begun, ms since 1970. `caches`: whether answers of the team's models may come from a cache.
 */
export const Head = z.object({
  layout: z.literal(2),
  made: z.number(),
  caches: z.boolean(),
  upTo: z.number(),
  at: z.object({ subject: z.string(), id: z.string() }).optional(),
  rows: z.number(),
  chapters: z.array(Counts),
  suspected: Suspected,
});
export type Head = z.infer<typeof Head>;

export const NO_RUNS: Head = { layout: 2, made: 0, caches: false, upTo: 0, rows: 0, chapters: [], suspected: {} };

export const HEAD = "head";
export const pageKey = (page: number): string => `page.${page}`;
export const chapterKey = (chapter: number): string => `chapter.${chapter}`;
export const WHERE = "where.";
/** Below it stand the runs whose workflow declared this value of a business key. */
export const whereKey = (name: string, value: string): string => `${WHERE}${name}.${shortHash(value)}`;

/** What of a team's stream is indexed: its ledger, and the first and the last message of each journal. No two of them overlap. */
export function indexed(team: string): readonly string[] {
  return [
    ...["do", "bulk", "lead", "wait", "note", "park"].map((does) => `run.${team}.${does}.*.*.1`),
    `run.${team}.end.>`,
    ledgerFilter(team),
  ];
}

/** What a journal message changes in the index. */
export type Indexed = {
  readonly run: string;
  readonly started?: { readonly workflow: string; readonly at: number; readonly search: Readonly<Record<string, string>> };
  readonly ended?: string;
};

/** @returns undefined for a message that changes nothing */
export function indexedIn(message: Message): Indexed | undefined {
  const journal = readJournalMessage(message);
  const run = journal?.envelopes[0]?.subject;
  if (journal === undefined || run === undefined || !isToken(run)) return undefined;
  let about: Indexed | undefined;
  for (const [i, event] of journal.events.entries()) {
    if (event.type === "run.started") {
      const at = Date.parse(journal.envelopes[i]?.time ?? "") || message.time;
      about = { ...about, run, started: { workflow: event.data.workflow, at, search: event.data.search ?? {} } };
    }
    if (event.type === "run.ended") about = { ...about, run, ended: event.data.status };
  }
  return about;
}

export function countsOf(rows: readonly Row[]): Counts {
  const counts: Counts = {};
  for (const [, workflow, , status] of rows) {
    const key = `${workflow} ${status}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

export function sumOf(all: readonly Counts[]): Counts {
  const sum: Counts = {};
  for (const counts of all) for (const [key, n] of Object.entries(counts)) sum[key] = (sum[key] ?? 0) + n;
  return sum;
}

/** How many of the counted runs are of this status and this workflow; of any, where it is not said. */
export function counted(counts: Counts, { status, workflow }: { readonly status?: string; readonly workflow?: string }): number {
  let sum = 0;
  for (const [key, n] of Object.entries(counts)) {
    const [of = "", is = ""] = key.split(" ");
    if ((status === undefined || is === status) && (workflow === undefined || of === workflow)) sum += n;
  }
  return sum;
}
