import type { Team } from "@armada/agents";
import type { Clock, Log, Logger, Message, Registers } from "@armada/event-sourcing";
import { z } from "zod";
import { messageOf } from "../journal/failure.ts";
import { CostFold } from "./cost-fold.ts";
import { Costs, ledgerFilter, NO_COSTS, savingsOf } from "./cost-index.ts";
import { CHAPTER_PAGES, Chapter, chapterKey, HEAD, type Head, indexed, indexedIn, NO_RUNS, Page, pageKey, WHERE } from "./run-index.ts";
import { RunIndexFold, type Write } from "./run-index-fold.ts";
import { ofThisStream, parsed } from "./run-index-head.ts";

/** How long changes are gathered before they are written, ms. */
const GATHER_MS = 500;
/** How often a replica that does not write looks whether the one that does still goes on, ms. */
const STANDBY_MS = 10_000;
/** Registers under way at a time. */
const AT_ONCE = 256;

/** `index`: registers of the index's own. */
export type KeeperPorts = {
  readonly log: Pick<Log, "follow" | "last" | "load" | "replaced" | "scan">;
  readonly index: Pick<Registers, "get" | "put">;
  readonly clock: Clock;
  readonly logger: Logger;
};

/**
 * Keeps the index of a team's runs until `signal` aborts. Of all replicas one writes: each register is written only over the
 * revision that its writer knows, so a second writer loses before it has spoilt anything, and looks on. An index that is not of
 * the stream that is there now is built anew.
 */
export async function keepRunIndex(
  { name: team, agents }: Pick<Team, "name" | "agents">,
  ports: KeeperPorts,
  signal: AbortSignal,
): Promise<void> {
  const { log, index, clock, logger } = ports;
  const caches = agents.some(({ calls }) => calls.cache !== undefined);
  let seen: number | undefined = 0;
  let broken = false;
  while (!signal.aborted) {
    try {
      const now = await index.get(HEAD);
      const head = now === undefined || broken ? undefined : await ofThisStream(now.value, log);
      const begins = seen === 0;
      if (begins || head === undefined || (now?.revision === seen && (await isBehind(team, head, log)))) {
        seen = undefined;
        const begun = { ...(head ?? { ...NO_RUNS, made: clock.now() }), caches };
        await write(team, { head: begun, headRevision: now?.revision ?? 0 }, ports, signal);
      } else seen = now?.revision;
    } catch (error) {
      if (signal.aborted) return;
      broken = error instanceof z.ZodError;
      logger.warn(`the index of the runs of ${team} waits: ${messageOf(error)}`, { team });
    }
    await clock.sleep(STANDBY_MS, signal).catch(() => undefined);
  }
}

async function isBehind(team: string, { upTo }: Head, log: Pick<Log, "last">): Promise<boolean> {
  const lasts = await Promise.all([`run.${team}.end.>`, `run.${team}.*.*.*.1`, ledgerFilter(team)].map((filter) => log.last(filter)));
  return lasts.some((last) => (last?.seq ?? 0) > upTo);
}

/** Follows and writes; comes back where another writer was faster, or the stream is another one. */
async function write(
  team: string,
  about: { readonly head: Head; readonly headRevision: number },
  { log, index, clock }: KeeperPorts,
  signal: AbortSignal,
): Promise<void> {
  const store = new Store(index, about.headRevision);
  const fold = await RunIndexFold.on(about.head, {
    page: async (n) => Page.parse(parsed((await store.read(pageKey(n))) ?? "[]")),
    chapter: async (n) => Chapter.parse(parsed((await store.read(chapterKey(n))) ?? "[]")),
  });
  await store.learn(pageKey, fold.pages);
  await store.learn(chapterKey, Math.ceil(fold.pages / CHAPTER_PAGES));
  const costs = new CostFold(about.head, async (key) => Costs.safeParse(parsed((await store.read(key)) ?? "")).data ?? NO_COSTS);
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const changes = new Changes(ended);
  const replaced = log.replaced(ended).then(() => over.abort());
  const take = (message: Message): void | Promise<void> => {
    if (ended.aborted) return;
    const into = (): void => {
      fold.take(message, costs.suspected);
      changes.came();
    };
    if (message.subject.startsWith("evt.")) return costs.ledger(message).then(into);
    const run = about.head.caches ? indexedIn(message) : undefined;
    if (run?.ended === undefined) return into();
    return savingsOf(log, team, run.run)
      .then((saved) => costs.add(message.seq, saved))
      .then(into);
  };
  const following = log.follow(indexed(team), fold.upTo, take, ended).finally(() => over.abort());
  try {
    while (await changes.next(fold.changed)) {
      await clock.sleep(GATHER_MS, ended).catch(() => undefined);
      if (ended.aborted || !(await store.write([costs.writes(), ...fold.writes()]))) return;
      costs.written();
    }
  } finally {
    over.abort();
    await Promise.all([following, replaced]);
  }
}

/** The registers of the index at the revisions that their writer knows. What it has not seen there must not be there. */
class Store {
  readonly #index: KeeperPorts["index"];
  readonly #revisions: Map<string, number>;

  constructor(index: KeeperPorts["index"], headRevision: number) {
    this.#index = index;
    this.#revisions = new Map([[HEAD, headRevision]]);
  }

  async read(key: string): Promise<string | undefined> {
    const now = await this.#index.get(key);
    this.#revisions.set(key, now?.revision ?? 0);
    return now?.value;
  }

  /** What a writer before left behind the head, from `n` on. */
  async learn(keyOf: (n: number) => string, n: number): Promise<void> {
    for (let i = n; (await this.read(keyOf(i))) !== undefined; i++);
  }

  /** Each list once the one before is stored. @returns false where another writer was there before */
  async write(stages: readonly (readonly Write[])[]): Promise<boolean> {
    for (const stage of stages)
      for (let at = 0; at < stage.length; at += AT_ONCE)
        if (!(await Promise.all(stage.slice(at, at + AT_ONCE).map((one) => this.#put(one)))).every(Boolean)) return false;
    return true;
  }

  async #put({ key, value }: Write): Promise<boolean> {
    const free = key.startsWith(WHERE);
    const revision = await this.#index.put(key, value, free ? undefined : (this.#revisions.get(key) ?? 0));
    if (revision !== undefined && !free) this.#revisions.set(key, revision);
    return revision !== undefined;
  }
}

/** Waits for changes without a timer. */
class Changes {
  #wake: (() => void) | undefined;
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#wake?.(), { once: true });
  }

  came(): void {
    this.#wake?.();
  }

  /** Resolves once something came, at once where something is there; with false once the signal has aborted. */
  async next(there: boolean): Promise<boolean> {
    if (!there && !this.#signal.aborted)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = undefined;
    return !this.#signal.aborted;
  }
}
