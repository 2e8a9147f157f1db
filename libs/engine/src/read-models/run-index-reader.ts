import type { Log, Message, Registers } from "@armada/event-sourcing";
import { costsIn, readable, savingsOf } from "./cost-index.ts";
import { costsSince, type SpentBy, type Told } from "./cost-reader.ts";
import {
  CHAPTER_PAGES,
  Chapter,
  type Counts,
  chapterKey,
  counted,
  countsOf,
  HEAD,
  type Head,
  type Indexed,
  indexed,
  indexedIn,
  NO_RUNS,
  OPEN,
  PAGE_ROWS,
  Page,
  pageKey,
  sumOf,
  WHERE,
  whereKey,
} from "./run-index.ts";
import { ofThisStream } from "./run-index-head.ts";

/** `pendingAfter`: how many messages of the team's stream match after a sequence. `under`: the keys of the index below one. */
export type IndexReaderPorts = {
  readonly log: Pick<Log, "last" | "load" | "scan" | "head">;
  readonly index: Pick<Registers, "get">;
  pendingAfter(filters: readonly string[], from: number): Promise<number>;
  under(key: string): Promise<readonly string[]>;
};

/** What is read of the stream beside the index, messages: an index that is kept is less than this behind. */
export const MOST_BEHIND = 4_000;

/** Which runs are wanted: all, or those of one status, of one workflow, or of both. */
export type RunFilter = { readonly status?: string; readonly workflow?: string };
/** A run as the index has it. `startedAt` (ms since 1970): unknown of one whose row was not read. */
export type IndexedRun = { readonly run: string; readonly workflow: string; readonly startedAt: number; readonly status: string };

/** Which runs a team has, as of now: what its index says, and what the stream holds after that. */
export type RunIndex = {
  /** Messages that are neither in the index nor read: it is being built, or nobody keeps it. 0 where the answer is whole. */
  readonly behind: number;
  /** The newest first; `status` is `open` or that of an end. Read page by page as they are asked for. */
  newest(filter: RunFilter): AsyncGenerator<IndexedRun>;
  count(filter: RunFilter): number;
  /** The workflows of which there are runs. */
  workflows(): readonly string[];
  /** What was spent and saved from the minute of `since` to `until` (ms since 1970), by agent and workflow; savings of runs that have ended. */
  costs(since: number, until: number): Promise<readonly SpentBy[]>;
  /** The runs whose workflow declared this value of a business key. */
  where(name: string, value: string): Promise<readonly string[]>;
  /** The names of all business keys that runs have. It reads over every value of each: for what was not found. */
  keys(): Promise<readonly string[]>;
};

/** @throws ArmadaError `LOG_UNAVAILABLE` */
export async function readRunIndex(team: string, ports: IndexReaderPorts): Promise<RunIndex> {
  const [stored, last] = await Promise.all([ports.index.get(HEAD), ports.log.head()]);
  const head = (stored === undefined ? undefined : await ofThisStream(stored.value, ports.log)) ?? NO_RUNS;
  const tail = await readTail(team, head, last, ports);
  return {
    behind: tail.skipped,
    workflows: () => {
      const known = Object.keys(sumOf(head.chapters)).map((key) => key.split(" ")[0] ?? "");
      return [...new Set([...known, ...[...tail.began.values()].map(({ workflow }) => workflow)])];
    },
    count: (filter) =>
      counted(sumOf(head.chapters), filter) +
      counted(
        countsOf([...tail.began].map(([run, { workflow, at }]) => [run, workflow, at, tail.ended.get(run)?.status ?? OPEN])),
        filter,
      ) +
      [...tail.ended].reduce((sum, [run, { workflow, status }]) => {
        if (tail.began.has(run)) return sum;
        return sum + counted({ [`${workflow} ${status}`]: 1 }, filter) - counted({ [`${workflow} ${OPEN}`]: 1 }, filter);
      }, 0),
    newest: (filter) => newest(head, tail, ports.index, filter),
    costs: async (since, until) => {
      const ended = head.caches ? [...tail.endedAt] : [];
      const saved = ended.map(async ([run, seq]) => (await savingsOf(ports.log, team, run)).map((cost) => ({ ...cost, seq })));
      return costsSince(since, until, head.made, [...tail.costs, ...(await Promise.all(saved)).flat()], ports.index);
    },
    where: async (name, value) => {
      const found = await ports.under(whereKey(name, value));
      const since = [...tail.began].flatMap(([run, { search }]) => (search[name] === value ? [run] : []));
      return [...new Set([...found.map((key) => key.slice(key.lastIndexOf(".") + 1)), ...since])];
    },
    keys: async () => {
      const kept = (await ports.under(WHERE.slice(0, -1))).map((key) => key.slice(WHERE.length).split(".")[0] ?? "");
      return [...new Set([...kept, ...[...tail.began.values()].flatMap(({ search }) => Object.keys(search))])].sort();
    },
  };
}

type Tail = {
  readonly began: ReadonlyMap<string, NonNullable<Indexed["started"]>>;
  readonly ended: ReadonlyMap<string, { readonly workflow: string; readonly status: string }>;
  /** What the ledger told since, and under which sequence. */
  readonly costs: readonly Told[];
  readonly endedAt: ReadonlyMap<string, number>;
  readonly skipped: number;
};

/**
 * What came after the head; where that is much, the end of it. `last`: the stream's newest message. A consumer costs the server
 * the more the more runs there are: none is made without need.
 */
async function readTail(team: string, { upTo, suspected }: Head, last: number, { log, pendingAfter }: IndexReaderPorts): Promise<Tail> {
  const filters = indexed(team);
  const pending = last - upTo <= MOST_BEHIND ? 0 : await pendingAfter(filters, upTo);
  const from = pending <= MOST_BEHIND ? upTo : Math.max(upTo, last - MOST_BEHIND);
  const began = new Map<string, NonNullable<Indexed["started"]>>();
  const ended = new Map<string, { workflow: string; status: string }>();
  const endedAt = new Map<string, number>();
  const costs: Told[] = [];
  let open = suspected;
  let read = 0;
  const take = (message: Message): void => {
    read++;
    if (message.subject.startsWith("evt.")) {
      const told = readable(() => costsIn(message, open));
      open = told?.suspected ?? open;
      for (const cost of told?.costs ?? []) costs.push({ ...cost, seq: message.seq });
      return;
    }
    const about = indexedIn(message);
    if (about?.started !== undefined) began.set(about.run, about.started);
    if (about?.ended !== undefined) endedAt.set(about.run, message.seq);
    if (about?.ended !== undefined) ended.set(about.run, { workflow: message.subject.split(".")[3] ?? "", status: about.ended });
  };
  if (last > from) await log.scan(filters, from, take);
  return { began, ended, endedAt, costs, skipped: Math.max(0, pending - read) };
}

async function* newest(
  head: Head,
  { began, ended }: Tail,
  index: IndexReaderPorts["index"],
  filter: RunFilter,
): AsyncGenerator<IndexedRun> {
  const wanted = (one: IndexedRun): boolean => counted({ [`${one.workflow} ${one.status}`]: 1 }, filter) > 0;
  for (const [run, { workflow, at }] of [...began].reverse()) {
    const one = { run, workflow, startedAt: at, status: ended.get(run)?.status ?? OPEN };
    if (wanted(one)) yield one;
  }
  /** Ended since, and still open where they stand. */
  const late = new Set([...ended.keys()].filter((run) => !began.has(run)));
  const may = (counts: Counts): boolean =>
    counted(counts, filter) > 0 || (late.size > 0 && counted(counts, { ...filter, status: OPEN }) > 0);
  for (let c = head.chapters.length - 1; c >= 0; c--) {
    if (!may(head.chapters[c] ?? {})) continue;
    const chapter = Chapter.parse(JSON.parse((await index.get(chapterKey(c)))?.value ?? "[]"));
    for (let i = Math.min(chapter.length, Math.ceil(head.rows / PAGE_ROWS) - c * CHAPTER_PAGES) - 1; i >= 0; i--) {
      if (!may(chapter[i] ?? {})) continue;
      const p = c * CHAPTER_PAGES + i;
      const page = Page.parse(JSON.parse((await index.get(pageKey(p)))?.value ?? "[]")).slice(0, head.rows - p * PAGE_ROWS);
      for (const [run, workflow, startedAt, status] of page.reverse()) {
        const one = { run, workflow, startedAt, status: ended.get(run)?.status ?? status };
        late.delete(run);
        if (wanted(one)) yield one;
      }
    }
  }
}
